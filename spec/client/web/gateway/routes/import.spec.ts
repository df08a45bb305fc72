import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type GatewayReader, GatewayStand, type Line } from '../../../../support/gateway.ts';
import { holdHead } from '../../../../support/hold-head.ts';

let stand: GatewayStand;
let visitor: GatewayReader;
beforeAll(async () => {
  stand = await GatewayStand.start();
  visitor = await stand.visitor();
});
afterAll(() => stand.stop());

const headers = { 'x-rowcast': '1' };

const rates = 'currency,rate\nEUR,1.10\nCHF,0.95\n';

interface Preview {
  readonly id: string;
  readonly isNew: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly { readonly line?: number }[];
  readonly problemCount: number;
  readonly definition: object;
}

async function read(query: string, file: string): Promise<Preview> {
  return found<Preview>(await visitor.lines(`/api/import?${query}`, file), 'import');
}

async function commit(id: string, body: object = {}): Promise<Line[]> {
  return await visitor.lines(`/api/import/${id}/commit`, body);
}

/** The last that was told before the end. */
function progressOf(lines: readonly Line[]): unknown {
  return lines.findLast((line) => 'progress' in line)?.progress;
}

function found<Value>(lines: readonly Line[], name: string): Value {
  expect(lines.at(-1)).toMatchObject({ end: {} });
  return lines.find((line) => name in line)?.[name] as Value;
}

test('a file is refused before it is read when nobody is logged in, and its sending does not hang', async () => {
  const large = `currency,rate\n${'EUR,1.10\n'.repeat(300_000)}`;
  const answer = await visitor.ask('/api/import?table=rates', { method: 'POST', headers, body: large });
  expect(answer.status).toBe(401);
});

test('a file is read, looked at, committed once, and the same again has nothing to do', async () => {
  await visitor.login();
  const preview = await read('table=rates&name=rates.csv&types={"rate":"text"}', rates);
  expect(preview).toMatchObject({
    isNew: true,
    counts: { inserts: 2 },
    definition: { key: 'currency', columns: [{ type: 'text' }, { type: 'text' }] },
  });
  const lines = await commit(preview.id, { why: 'the rates of May' });
  const result = found<{ seq: number }>(lines, 'result');
  expect(result).toMatchObject({ changed: true, changes: 3 });
  expect(progressOf(lines)).toMatchObject({ phase: 'committing', done: 3, parts: 1 });
  expect(found(await commit(preview.id, { why: 'the rates of May' }), 'result')).toEqual(result);
  expect(await stand.admin.status()).toMatchObject({ seq: result.seq });
  const again = await read('table=rates&mode=mirror', rates);
  expect(again.counts).toEqual({ inserts: 0, updates: 0, deletes: 0, unchanged: 2 });
});

test('P2: two who ask for the same commit at once are both told its end, and it is one command', async () => {
  const { id } = await read('table=twice', rates);
  const release = await holdHead(stand.ledger);
  const [one, other] = [commit(id), commit(id)];
  await release();
  const result = found<{ seq: number }>(await one, 'result');
  expect(found(await other, 'result')).toEqual(result);
  expect(await stand.admin.status()).toMatchObject({ seq: result.seq });
});

test('P2: what became of a commit is told where its plan has gone with the login, by the command itself', async () => {
  const { id } = await read('table=kept', rates);
  const result = found<object>(await commit(id, { why: 'once' }), 'result');
  await visitor.post('session.logout');
  expect((await commit(id, { why: 'once', parts: 1 }))[0]).toMatchObject({ error: { code: 'login_required' } });
  await visitor.login();
  expect(found(await commit(id, { why: 'once', parts: 1 }), 'result')).toEqual(result);
  expect((await commit(id, { why: 'twice', parts: 1 }))[0]).toMatchObject({ error: { code: 'command_id_reused' } });
});

test('P2: what lies ready at the server is done when it is asked for again, and what does not is not', async () => {
  const commands = [{ type: 'row.delete', table: 'rates', key: 'EUR' }] as const;
  await stand.admin.request({ type: 'batch.part', stage: 'left-behind-1', part: 0, commands: [...commands] });
  const [refused] = await commit('left-behind-1', { parts: 2 });
  expect(refused).toMatchObject({ error: { code: 'invalid' } });
  expect(found(await commit('left-behind-1', { parts: 1 }), 'result')).toMatchObject({ changed: true, changes: 1 });
});

test('a commit is given up when its only reader leaves while it is sent, and can be begun again', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `C${index},1`);
  const { id } = await read('table=left', `code,rate\n${rows.join('\n')}\n`);
  const leaving = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${visitor.port}/api/import/${id}/commit`, {
    method: 'POST',
    headers: { ...headers, cookie: visitor.cookie ?? '' },
    signal: leaving.signal,
  });
  const reader = answer.body?.getReader();
  await reader?.read();
  leaving.abort();
  await vi.waitFor(async () => expect(await stagedParts()).toBe(0), { timeout: 10_000 });
  expect((await stand.admin.tables()).tables.map(({ definition }) => definition.name)).not.toContain('left');
  // Whoever comes while it is being given up is told that.
  const again = async (): Promise<void> => {
    expect(found(await commit(id), 'result')).toMatchObject({ changes: 10_001 });
  };
  await vi.waitFor(again, { timeout: 20_000 });
});

async function stagedParts(): Promise<number> {
  const [{ count = -1 } = {}] = await stand.ledger.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM staged_part',
  );
  return count;
}

test('a file of 20,000 rows is told of while it is read, and its first hundred problems with their number', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `C${index},${index < 500 ? 'eleven' : '1.5'}`);
  const lines = await visitor.lines(
    '/api/import?table=numbers&types={"rate":"number"}',
    `code,rate\n${rows.join('\n')}`,
  );
  const phases = new Set(lines.flatMap(({ progress }) => (progress as { phase: string } | undefined)?.phase ?? []));
  expect(phases).toContain('reading');
  const preview = found<Preview>(lines, 'import');
  expect(preview.problems).toHaveLength(100);
  expect(preview.problemCount).toBe(500);
  expect(preview.problems[0]?.line).toBe(2);
});

test('what cannot be read is the last line, with its code and its lines', async () => {
  const lines = await visitor.lines('/api/import?table=rates', 'currency,colour\nEUR,blue\n');
  expect(lines.at(-1)).toMatchObject({ error: { code: 'conflict', message: 'table rates has no column "colour"' } });
  const zip = await visitor.lines('/api/import?table=rates', 'PK\u0003\u0004');
  expect(zip.at(-1)).toMatchObject({ error: { code: 'unreadable' } });
});

test('plans are dropped when they are given up, when there are many, and with the login', async () => {
  const first = await read('table=a', rates);
  await visitor.ask(`/api/import/${first.id}`, { method: 'DELETE', headers });
  expect((await visitor.lines(`/api/import/${first.id}/commit`, {}))[0]).toMatchObject({ error: { code: 'invalid' } });
  const [oldest] = [await read('table=a', rates), await read('table=b', rates), await read('table=c', rates)];
  const newest = await read('table=d', rates);
  expect((await visitor.lines(`/api/import/${oldest?.id}/commit`, {}))[0]).toHaveProperty('error');
  await visitor.post('session.logout');
  await visitor.login();
  expect((await visitor.lines(`/api/import/${newest.id}/commit`, {}))[0]).toHaveProperty('error');
});

test('P8: a reason is no file', async () => {
  const why = 'x'.repeat(100_000);
  expect((await visitor.post('import/any/commit', { why })).status).toBe(413);
});

test('what the address says is checked', async () => {
  for (const query of [
    '',
    'table=a&mode=sideways',
    'table=a&types={',
    'table=a&types={"a":"colour"}',
    'table=a&colour=b',
  ]) {
    const answer = await visitor.ask(`/api/import?${query}`, { method: 'POST', headers, body: rates });
    expect([query, answer.status]).toEqual([query, 400]);
  }
});
