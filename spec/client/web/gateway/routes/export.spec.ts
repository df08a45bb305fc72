import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPatch, verifyFile } from '../../../../../client/index.ts';
import { disposition, sendFile } from '../../../../../client/web/gateway/send-file.ts';
import { type GatewayReader, GatewayStand, linesOf } from '../../../../support/gateway.ts';

let stand: GatewayStand;
let visitor: GatewayReader;
beforeAll(async () => {
  stand = await GatewayStand.start();
  visitor = await stand.visitor();
  await visitor.login();
  await stand.admin.createTable({
    name: 'größen',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'note', type: 'text' },
      { name: 'secret', type: 'text', sealed: true },
    ],
  });
  await stand.admin.insert('größen', { id: 'a', note: '=1+1', secret: 'open sesame' });
  await stand.admin.insert('größen', { id: 'b', note: 'blue' });
});
afterAll(() => stand.stop());

const path = `/api/export/${encodeURIComponent('größen')}`;

test('a table is a file, of now or as it was, with a name that says so', async () => {
  const now = await visitor.ask(`${path}?format=csv&search=blue`);
  expect(now.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(now.headers['content-disposition']).toBe(
    `attachment; filename="gr__en.csv"; filename*=UTF-8''gr%C3%B6%C3%9Fen.csv`,
  );
  expect(now.text).toBe('id,note,secret\nb,blue,\n');
  const past = await visitor.ask(`${path}?format=ndjson&as_of=2`);
  expect(past.headers['content-disposition']).toContain('-as-of-2.ndjson');
  expect(linesOf(past.text)).toHaveLength(1);
});

test('formulas are made harmless when that is asked for', async () => {
  expect((await visitor.ask(`${path}?escape_formulas`)).text).toContain("a,'=1+1,");
  expect((await visitor.ask(path)).text).toContain('a,=1+1,');
});

test('sealed cells are commitments unless an administrator asks for what they stand for', async () => {
  expect((await visitor.ask(path)).text).not.toContain('open sesame');
  expect((await visitor.ask(`${path}?open`)).text).toContain('open sesame');
  expect((await visitor.ask(`${path}?open=false`)).text).not.toContain('open sesame');
  expect((await visitor.ask(`${path}?open=no`)).status).toBe(400);
});

test('the log of a table is its entries', async () => {
  const log = await visitor.ask(`${path}?log&format=ndjson&as_of=2`);
  expect(linesOf(log.text).map(({ op }) => op)).toEqual(['create', 'insert']);
});

test('a file and its proof, of one moment, are what rowcast verify takes', async () => {
  const { seq, epoch } = await stand.admin.status();
  for (const query of ['format=csv&escape_formulas&search=blue', 'format=ndjson', 'format=json&log']) {
    const asked = `${path}?${query}&as_of=${seq}@${epoch}`;
    const file = await visitor.ask(asked);
    const { text, headers } = await visitor.ask(`${asked}&proof`);
    expect(headers['content-disposition']).toBe(
      file.headers['content-disposition']?.replace(/"; /, '.proof"; ').concat('.proof'),
    );
    const saved = join(stand.folder, 'saved');
    await writeFile(saved, file.text);
    await writeFile(`${saved}.proof`, text);
    expect(await verifyFile(saved)).toMatchObject({ cursor: { seq, epoch }, key: 'unknown' });
    await writeFile(saved, file.text.replace('blue', 'glue'));
    await expect(verifyFile(saved)).rejects.toMatchObject({ code: 'tampered' });
  }
});

test.each([
  ['without a moment', '?proof', 'bad_request'],
  ['of values in the open', '?proof&as_of=2&open', 'bad_request'],
  ['of a log as CSV', '?proof&as_of=2&log&format=csv', 'bad_request'],
  ['of no table', 'x?proof&as_of=2', 'table_not_found'],
])('P11 there is no proof %s', async (_, query, code) => {
  const { text } = await visitor.ask(`${path}${query}`);
  expect(JSON.parse(text)).toEqual({ error: expect.objectContaining({ code, message: expect.any(String) }) });
});

test('P8 two proofs are made at a time', async () => {
  const ask = async () => await visitor.ask(`${path}?proof&as_of=2`);
  const answers = await Promise.all(Array.from({ length: 8 }, ask));
  const codes = answers.map(({ status, text }) => (status === 200 ? 'made' : text));
  expect(codes).toContain('made');
  expect(codes.find((one) => one !== 'made')).toContain('"busy"');
  await expect.poll(async () => (await ask()).status).toBe(200);
});

test('what is different between two points is a file: CSV, JSON, or a patch', async () => {
  const { seq } = await stand.admin.update('größen', 'b', { note: '+1' });
  const query = `/api/diff?table=${encodeURIComponent('größen')}&from=${seq - 1}`;
  const csv = await visitor.ask(`${query}&format=csv&escape_formulas`);
  expect(csv.headers['content-disposition']).toContain(`-changes-${seq - 1}-${seq}.csv"`);
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.text).toBe(`table,key,change,column,before,after\ngrößen,b,update,note,blue,'+1\n`);
  const cell = { table: 'größen', key: 'b', change: 'update', column: 'note', before: 'blue', after: '+1' };
  expect(JSON.parse((await visitor.ask(`${query}&format=json`)).text)).toEqual([cell]);
  const patch = await readPatch((await visitor.ask(`${query}&format=patch`)).text.split('\n'));
  expect(patch).toMatchObject({ from: seq - 1, to: seq, rows: [{ key: 'b', was: { note: 'blue' } }] });
  expect((await visitor.ask(`${query}&format=xml`)).status).toBe(400);
  expect((await visitor.ask(`${query}0000&format=csv`)).status).toBe(409);
  const sealed = '/api/diff?from=0&format=csv';
  expect((await visitor.ask(sealed)).text).not.toContain('open sesame');
  expect((await visitor.ask(`${sealed}&open`)).text).toContain('open sesame');
});

test('what fails before the first text has a status of its own', async () => {
  expect((await visitor.ask('/api/export/nowhere')).status).toBe(404);
  expect((await visitor.ask(`${path}?format=xml`)).status).toBe(400);
  expect((await visitor.ask(`${path}?as_of=no%20point`)).status).toBe(400);
});

test('what breaks off is cut, and not taken for whole', async () => {
  async function* broken(): AsyncGenerator<string> {
    yield 'id\n';
    throw new Error('the server is gone');
  }
  const server = createServer((_, response) => void sendFile(response, broken(), { name: 'a.csv', type: 'text/csv' }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const download = async (): Promise<string> => {
    return await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).text();
  };
  await expect(download()).rejects.toThrow();
  await new Promise((resolve) => server.close(resolve));
});

test('a name cannot break out of its header', () => {
  expect(disposition('a"; b\r\nc.csv')).toBe(
    `attachment; filename="a___b__c.csv"; filename*=UTF-8''a%22%3B%20b%0D%0Ac.csv`,
  );
});
