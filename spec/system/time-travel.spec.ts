import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { showDay } from '../../client/cli/print/time.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { CellChange } from '../../protocol/replies.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let elsewhere: { readonly ledger: TestLedger; readonly server: TestServer };
let ada: Person;
/** On another server, of another ledger. */
let there: Person;
let viewer: Person;

beforeAll(async () => {
  [ledger, server] = await startLedger();
  const [otherLedger, otherServer] = await startLedger();
  elsewhere = { ledger: otherLedger, server: otherServer };
  ada = await Person.at(server.address);
  there = await Person.at(otherServer.address);
  viewer = await Person.at(server.address);
  for (const one of [ada, there]) {
    await one.done(['login', administrator.name, '--password-stdin'], [administrator.password]);
  }
  await ada.done(['create', 'pay', 'id:text:key', 'salary:decimal', 'ssn:text:sealed']);
  await ada.done(['insert', 'pay', 'id=E1', 'salary=1000.00', 'ssn=111', '--why', 'hired']);
  await ada.done(['insert', 'pay', 'id=E2', 'salary=900.00']);
  await ada.done(['tag', 'start']);
  await ada.done(['update', 'pay', 'E1', 'salary=1200.00', '--why', 'annual review']);
  await ada.done(['alter', 'pay', 'rename', 'salary', 'wage,', 'add', 'note:text:default=none', '--why', 'clearer']);
  await ada.done(['delete', 'pay', 'E2']);
  await ada.done(['insert', 'pay', 'id=E2', 'wage=1.00']);
  await ada.done(['insert', 'pay', 'id=E3', 'ssn=333']);
  await ada.done(['create', 'more', 'n:integer']);
  await ada.done(['insert', 'more', 'n=1', '--key', 'one']);
}, 60_000);
afterAll(async () => {
  await Promise.all([ada, there, viewer].map((one) => one.remove()));
  await server.stop();
  await elsewhere.server.stop();
  await ledger.drop();
  await elsewhere.ledger.drop();
});

async function startLedger(): Promise<[TestLedger, TestServer]> {
  const made = await createLedger();
  return [made, await startTestServer(made)];
}

describe('a day alone', () => {
  const dayOf = (daysAhead: number): string => showDay(new Date(Date.now() + daysAhead * 86_400_000));
  const today = dayOf(0);

  test('that is not over is now, where something is as it was and where it ends', async () => {
    for (const words of [
      ['list', 'pay'],
      ['get', 'pay', 'E3'],
    ]) {
      expect(await viewer.run([...words, '--as-of', today])).toEqual(await viewer.run(words));
    }
    const log = await viewer.done(['log', '--json']);
    expect(await viewer.done(['log', '--to', today, '--json'])).toBe(log);
    expect(await viewer.done(['export', '--log', '--to', today])).toBe(log);
    const since = await viewer.done(['diff', 'start', '--json']);
    expect(await viewer.done(['diff', 'start', today, '--json'])).toBe(since);
    const [{ seq } = { seq: 0 }] = await viewer.lines<{ seq: number }>(['status']);
    const back = await viewer.done(['diff', String(seq), 'start', '--json']);
    expect(await viewer.done(['diff', today, 'start', '--json'])).toBe(back);
    expect(await viewer.refusal(['list', 'pay', '--as-of', dayOf(2)])).toMatchObject({ code: 'ahead_of_server' });
    const empty = await viewer.run(['diff', today]);
    expect(empty).toMatchObject({ exit: 2, err: expect.stringContaining(`"${today} 00:00"`) });
  });

  test('is its beginning where something begins', async () => {
    const log = await viewer.done(['log', '--json']);
    expect(await viewer.done(['log', '--from', today, '--json'])).toBe(log);
    expect(await viewer.done(['export', '--log', '--from', today])).toBe(log);
    // It ends, as the day is now.
    const played = await viewer.done(['play', '--from', today, '--to', today, '--speed', 'max', '--json']);
    expect(played).toBe(log);
    for (const words of [['--by', 'ada', '--since', today], [`${today}..`], [`${today}..${today}`]]) {
      const shown = await ada.done(['revert', ...words, '--table', 'more', '--dry-run']);
      expect(shown).toContain('more  drop');
    }
  });
});

describe('rowcast history', () => {
  test('of a cell: every value with who and why, through a rename', async () => {
    const shown = await viewer.done(['history', 'pay', 'E1', 'wage']);
    const [, , ...lines] = shown.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/#2 .* ada +insert as salary +1000\.00 +hired/);
    expect(lines[1]).toMatch(/ada +update as salary +1200\.00 +annual review/);
    expect(lines[2]).toMatch(/ada +alter \(decimal\) +1200\.00 +clearer/);
    const newest = await viewer.lines<CellChange>(['history', 'pay', 'E1', 'wage', '--newest-first', '--limit', '2']);
    expect(newest.map(({ op, value }) => [op, value])).toEqual([
      ['alter', '1200.00'],
      ['update', '1200.00'],
    ]);
    const before = await viewer.lines<CellChange>(['history', 'pay', 'E1', 'salary', '--as-of', 'start']);
    expect(before).toMatchObject([{ op: 'insert', value: '1000.00' }]);
  });

  test('of a row tells its lives apart, and goes back from the newest change', async () => {
    const shown = await viewer.done(['history', 'pay', 'E2']);
    expect(shown.trimEnd().split('\n\n')).toHaveLength(2);
    const newest = await viewer.done(['history', 'pay', 'E2', '--newest-first', '--limit', '1']);
    expect(newest).toContain('v1  insert');
    expect(newest).toMatch(/wage +1\.00/);
  });

  test('shows a sealed cell to who may read it', async () => {
    expect(await ada.done(['history', 'pay', 'E1', 'ssn'])).toContain('111');
    const seen = await viewer.done(['history', 'pay', 'E1', 'ssn']);
    expect(seen).toContain('‹sealed›');
    expect(seen).not.toContain('111');
  });

  test('is refused for what there is not', async () => {
    expect(await viewer.refusal(['history', 'pay', 'E9', 'wage'])).toMatchObject({ code: 'row_not_found', exit: 3 });
    expect(await viewer.refusal(['history', 'pay', 'E1', 'none'])).toMatchObject({ code: 'bad_request', exit: 1 });
    expect(await viewer.lines(['history', 'pay', 'E1', '--as-of', 'start'])).toHaveLength(1);
  });
});

describe('rowcast blame', () => {
  test('names who set each cell of a row and of a table', async () => {
    interface Blamed {
      readonly key: string;
      readonly cells: Record<string, { readonly value?: unknown; readonly seq: number; readonly why?: string }>;
    }
    const [row] = await viewer.lines<Blamed>(['blame', 'pay', 'E1']);
    expect(row?.cells).toMatchObject({
      id: { value: 'E1', why: 'hired' },
      wage: { value: '1200.00', why: 'annual review' },
      note: { value: 'none', why: 'clearer' },
    });
    const all = await viewer.lines<Blamed>(['blame', 'pay']);
    expect(all.map(({ key }) => key)).toEqual(['E1', 'E2', 'E3']);
    expect(all[0]).toEqual(row);
    const shown = await viewer.run(['blame', 'pay', '--where', 'wage>=1000', '--as-of', 'start']);
    expect(shown).toMatchObject({ exit: 2, err: expect.stringContaining('wage') });
    expect((await viewer.run(['blame', 'pay', '--where', 'salary>=1000', '--as-of', 'start'])).out).toMatch(
      /E1 +id +E1 +ada/,
    );
    expect(await viewer.refusal(['blame', 'pay', 'E9'])).toMatchObject({ code: 'row_not_found', exit: 3 });
  });
});

describe('rowcast diff and apply', () => {
  const cellsOf = async (who: Person, table: string): Promise<unknown> =>
    (await who.lines<CurrentRow>(['list', table])).map(({ key, row }) => ({ key, row }));
  const patch = async (...points: string[]): Promise<string[]> =>
    (await ada.done(['diff', ...points, '--json', '--open'])).trimEnd().split('\n');

  test('shows each row once, with its table', async () => {
    const { out, err } = await viewer.run(['diff', 'start']);
    expect(out.split('\n')).toEqual([
      'pay',
      '  alter  rename salary wage, add note:text:default=none',
      '  ~ E1  wage 1000.00 → 1200.00',
      '  ~ E2  wage 900.00 → 1.00',
      '  + E3  ssn ‹sealed›, note none',
      'more',
      '  create  n:integer',
      '  + one  n 1',
      '',
    ]);
    expect(err).toMatch(/^rows: 2 added, 2 changed, in 2 tables between #3 and #\d+\n$/);
    expect((await viewer.run(['diff', 'start', '--table', 'more', '--summary'])).out).toBe(
      'more\n  create  n:integer\n  1 added\n',
    );
    const [head, ...lines] = (await viewer.done(['diff', 'start', '--csv', '--table', 'pay'])).trimEnd().split('\n');
    expect(head).toBe('table,key,change,column,before,after');
    expect(lines.slice(1, 3)).toEqual(['pay,E1,update,wage,1000.00,1200.00', 'pay,E2,update,wage,900.00,1.00']);
    expect(lines.at(-1)).toBe('pay,E3,insert,note,,none');
    const cells = await viewer.lines(['diff', 'start', '--table', 'pay', '--cells']);
    expect(cells.length).toBe(lines.length);
    expect(cells[1]).toMatchObject({
      key: 'E1',
      change: 'update',
      column: 'wage',
      before: '1000.00',
      after: '1200.00',
    });
    expect(await viewer.run(['diff', 'start', '--cells'])).toMatchObject({ exit: 2 });
    for (const form of [['--json'], ['--csv']]) expect(await ada.done(['diff', '0', ...form])).not.toContain('333');
    const folder = await mkdtemp(join(tmpdir(), 'rowcast-diff-'));
    const file = join(folder, 'start.csv');
    await ada.done(['diff', '0', '--csv', '--open', '--escape-formulas', '--out', file]);
    expect(await readFile(file, 'utf8')).toMatch(/^table,key[\s\S]*pay,E3,insert,ssn,,333\n/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await rm(folder, { recursive: true });
    expect(await viewer.refusal(['diff', 'nope'])).toMatchObject({ code: 'tag_not_found', exit: 3 });
  });

  test('shows what differs going back, too', async () => {
    const [{ seq } = { seq: 0 }] = await viewer.lines<{ seq: number }>(['status']);
    const { out, err } = await viewer.run(['diff', String(seq), 'start']);
    expect(out.split('\n')).toEqual([
      'pay',
      '  alter  remove note, rename wage salary',
      '  ~ E1  salary 1200.00 → 1000.00',
      '  ~ E2  salary 1.00 → 900.00',
      '  - E3  ssn ‹sealed›',
      'more',
      '  drop',
      '',
    ]);
    expect(err).toBe(`rows: 2 changed, 1 removed, in 2 tables between #${seq} and #3\n`);
    expect((await viewer.run(['diff', String(seq), 'start', '--table', 'more', '--summary'])).out).toBe(
      'more\n  drop\n',
    );
    const csv = (await viewer.done(['diff', String(seq), 'start', '--csv', '--table', 'pay'])).split('\n');
    expect(csv.slice(2, 4)).toEqual(['pay,E1,update,salary,1200.00,1000.00', 'pay,E2,update,salary,1.00,900.00']);
  });

  test('a patch makes another ledger the same, once: sent again it says so, and fits no more when something changed', async () => {
    const [first, second] = [await patch('0', 'start'), await patch('start')];
    await there.done(['apply', '-', '--dry-run'], first);
    expect((await there.lines(['tables'])).length).toBe(0);
    await there.done(['apply', '-', '--why', 'from elsewhere'], first);
    expect(await cellsOf(there, 'pay')).toMatchObject([{ key: 'E1', row: { salary: '1000.00' } }, { key: 'E2' }]);
    await there.done(['apply', '-'], second);
    for (const table of ['pay', 'more']) {
      const [here, other] = [await cellsOf(ada, table), await cellsOf(there, table)];
      // Of what is sealed each ledger has a commitment of its own.
      const unsealed = (rows: unknown): unknown =>
        JSON.parse(JSON.stringify(rows).replaceAll(/"sealed":"[^"]+"/g, '"sealed":""'));
      expect(unsealed(other)).toEqual(unsealed(here));
    }
    expect(await there.done(['get', 'pay', 'E3'])).toContain('333');
    const back = await patch(String((await ada.lines<{ seq: number }>(['status']))[0]?.seq), 'start');
    await there.done(['apply', '-'], back);
    expect(await cellsOf(there, 'pay')).toMatchObject([{ key: 'E1', row: { salary: '1000.00' } }, { key: 'E2' }]);
    expect((await there.lines(['tables'])).length).toBe(1);
    await there.done(['apply', '-'], second);
    const [{ seq } = { seq: 0 }] = await there.lines<{ seq: number }>(['status']);
    for (const words of [[], ['--id', 'sent-again'], ['--dry-run']]) {
      expect(await there.done(['apply', '-', ...words], second)).toContain('it is so already');
    }
    expect(await there.lines(['status'])).toMatchObject([{ seq }]);
    await there.done(['update', 'more', 'one', 'n=2']);
    expect(await there.refusal(['apply', '-'], second)).toMatchObject({ code: 'version_conflict', exit: 4 });
    await there.done(['update', 'more', 'one', 'n=1']);
  });

  test('a patch takes a table that was dropped and made again for what it is: another one', async () => {
    for (const one of [ada, there]) {
      await one.done(['create', 'again', 'n:integer']);
      await one.done(['insert', 'again', 'n=1', '--key', 'old']);
    }
    await ada.done(['tag', 'before-drop']);
    await ada.done(['drop', 'again', '--yes']);
    await ada.done(['create', 'again', 'n:integer']);
    await ada.done(['insert', 'again', 'n=1', '--key', 'new']);
    const lines = await patch('before-drop');
    await there.done(['apply', '-'], lines);
    expect(await cellsOf(there, 'again')).toEqual([{ key: 'new', row: { n: 1 } }]);
    expect(await there.done(['apply', '-'], lines)).toContain('it is so already');
    await there.done(['insert', 'again', 'n=2', '--key', 'other']);
    await there.done(['apply', '-'], lines);
    expect(await cellsOf(there, 'again')).toEqual([{ key: 'new', row: { n: 1 } }]);
  });

  test('a patch that does not fit names each cell and changes nothing', async () => {
    await ada.done(['update', 'pay', 'E1', 'wage=1300.00', 'note=x']);
    const from = (await ada.lines<{ seq: number }>(['history', 'pay', 'E1'])).at(-1)?.seq ?? 0;
    await there.done(['update', 'pay', 'E1', 'note=other']);
    const { exit, err } = await there.run(['apply', '-'], await patch(String(from - 1)));
    expect(exit).toBe(4);
    expect(err).toContain('note is "other", not "none"');
    expect(await there.done(['get', 'pay', 'E1'])).toMatch(/wage +1200\.00/);
  });

  test('a patch that is cut off, or none, is refused with its line', async () => {
    const made = await patch('0');
    expect((await there.refusal(['apply', '-'], made.slice(0, -1))).message).toContain('cut off');
    expect((await there.refusal(['apply', '-'], [...made.slice(0, 2), ...made.slice(3)])).message).toContain(
      'not whole',
    );
    expect(await there.refusal(['apply', tmpdir()])).toMatchObject({ code: 'file', exit: 1 });
    expect(await there.refusal(['apply', '/nowhere.patch'])).toMatchObject({ code: 'file', exit: 1 });
    expect((await there.refusal(['import', tmpdir(), 'pay', '--format', 'csv'])).message).toContain('folder');
    expect((await there.refusal(['apply', '-'], ['{"patch":1}'])).message).toContain('line 1');
    expect((await there.refusal(['apply', '-'], [made[0] ?? '', 'x'])).message).toContain('line 2');
    const sealed = (await viewer.done(['diff', '0', 'start', '--json'])).trimEnd().split('\n');
    const fresh = sealed.map((line) => line.replaceAll('"pay"', '"pay2"'));
    expect((await there.refusal(['apply', '-'], fresh)).message).toContain('diff … --open');
  });
});
