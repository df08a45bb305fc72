import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
