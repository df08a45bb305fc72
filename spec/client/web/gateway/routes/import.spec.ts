import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GatewayReader, GatewayStand, type Line } from '../../../../support/gateway.ts';

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
  const lines = await visitor.lines(`/api/import/${preview.id}/commit`, { why: 'the rates of May' });
  expect(found(lines, 'result')).toMatchObject({ changed: true, changes: 3 });
  const [refused] = await visitor.lines(`/api/import/${preview.id}/commit`, {});
  expect(refused).toMatchObject({ error: { code: 'invalid' } });
  const again = await read('table=rates&mode=mirror', rates);
  expect(again.counts).toEqual({ inserts: 0, updates: 0, deletes: 0, unchanged: 2 });
});

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
