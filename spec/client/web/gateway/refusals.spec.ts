import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, type GatewayReader, GatewayStand } from '../../../support/gateway.ts';

let stand: GatewayStand;
let visitor: GatewayReader;

beforeAll(async () => {
  stand = await GatewayStand.start();
  visitor = await stand.visitor();
  await visitor.login();
  await stand.admin.createTable({ name: 't', key: 'id', columns: [{ name: 'id', type: 'text' }] });
});
afterAll(async () => {
  expect(stand.troubles).toEqual([]);
  await stand.stop();
});

async function refusal(path: string, asked: Asked = {}) {
  const { status, headers, text } = await visitor.ask(path, {
    ...asked,
    headers: { 'x-rowcast': '1', ...asked.headers },
  });
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  expect(error.message).not.toBe('');
  return { status, code: error.code, message: error.message, allow: headers.allow };
}

const post = (body: string, headers: Asked['headers'] = {}): Asked => ({ method: 'POST', body, headers });

test.each([
  ['POST', '/api/log', 'GET'],
  ['PUT', '/api/tables/t/rows', 'GET'],
  ['OPTIONS', '/api/feed', 'GET'],
  ['GET', '/api/row.get', 'POST'],
  ['GET', '/api/batch', 'POST'],
  ['GET', '/api/session.login', 'POST'],
  ['GET', '/api/import/x/commit', 'POST'],
  ['POST', '/api/import/x', 'DELETE'],
  ['POST', '/', 'GET, HEAD'],
  ['DELETE', '/assets/x.js', 'GET, HEAD'],
])('a wrong method: %s %s, where there is %s', async (method, path, allow) => {
  expect(await refusal(path, { method })).toMatchObject({ status: 405, code: 'wrong_method', allow });
});

test.each(['/api/feed', '/api/play', '/api/export/t', '/api/log'])(
  'P8 nobody asks for the head of %s alone',
  async (path) => {
    const { status, headers } = await visitor.ask(path, { method: 'HEAD' });
    expect([status, headers.allow]).toEqual([405, 'GET']);
  },
);

test.each(['/api', '/api/', '/api/nothing', '/api/tables/t', '/api/export/', '/api//log', '/api/log/'])(
  'an unknown path: %s',
  async (path) => {
    for (const asked of [{}, post('{}')])
      expect(await refusal(path, asked)).toMatchObject({ status: 404, code: 'not_found' });
  },
);

test('an unknown type', async () => {
  expect(await refusal('/api/row.nothing', post('{}'))).toMatchObject({ status: 404, code: 'unknown_type' });
});

test.each([
  ['/api/log?after=abc', 'after=abc is no number'],
  ['/api/log?as_of=', 'as_of= is no point'],
  ['/api/log?newest_first=x', 'newest_first=x is no flag'],
  ['/api/feed?from=2', 'from=2 is no cursor'],
  ['/api/play?speed=0', 'speed=0 is no speed'],
  ['/api/tables/t/rows?filter={', 'filter: not JSON'],
  [
    '/api/tables/t/rows?filter=[{"column":"id","is":9007199254740993}]',
    'filter: the number 9007199254740993 would be changed by a double; send it as a string',
  ],
  ['/api/diff?format=xml', 'format=xml is none that there is: format is one of csv, json, patch'],
  ['/api/export/t?format=xml', 'format=xml is none that there is: format is one of csv, json, ndjson'],
  ['/api/log?asof=1', 'there is no parameter asof here; there are table, after, as_of, newest_first, limit'],
  ['/api/feed?tables=t', 'there is no parameter tables'],
  ['/api/play?until=1', 'there is no parameter until'],
  ['/api/tables/t/rows?limit=1', 'there is no parameter limit'],
  ['/api/tables/t/rows/a/history?asof=1', 'there is no parameter asof'],
  ['/api/tables/t/rows/a/history/id?limit=1', 'there is no parameter limit'],
  ['/api/diff?since=1', 'there is no parameter since'],
  ['/api/export/t?where=1', 'there is no parameter where'],
])('P11 a wrong parameter: %s', async (path, message) => {
  const refused = await refusal(path);
  expect(refused).toMatchObject({ status: 400, code: 'bad_request', message: expect.stringContaining(message) });
});

test.each([
  ['/api/row.get', '', 'the body: not JSON'],
  ['/api/row.get', '{', 'the body: not JSON'],
  ['/api/row.get', '[]', 'the body is no JSON object'],
  ['/api/row.insert', '{"id":5}', 'id is a text'],
  ['/api/row.insert', '{"dryRun":false}', 'dryRun is true, or left out'],
  ['/api/row.get', '{"table":"t","key":"a","asof":1}', 'there is no field "asof"'],
  ['/api/row.list', '{"table":"t","where":1}', 'there is no field "where"'],
  ['/api/change.revert', '{"what":{"seq":1},"table":"t"}', 'there is no field "table"'],
  ['/api/change.revert', '{"what":{"seq":1},"tables":"t"}', 'tables and rows are lists'],
  ['/api/session.login', '{', 'write {"user", "password"}'],
  ['/api/import?mode=mirror', '', 'name the table'],
  ['/api/import?table=t&modus=mirror', '', 'there is no parameter modus here; there are table, mode, key'],
  ['/api/import?table=t&mode=sideways', '', 'mode is one of insert, upsert, mirror'],
  ['/api/import?table=t&format=xml', '', 'format is one of csv, json, ndjson'],
  ['/api/import?table=t&encoding=latin', '', 'encoding is one of utf-8, utf-16le, utf-16be, windows-1252'],
  ['/api/import?table=t&delimiter=ab', '', 'delimiter is one character'],
  ['/api/import?table=t&header=no', '', 'header is one of true, false'],
  ['/api/import?table=t&no_key=id', '', 'no_key=id is no flag: write its name alone'],
  ['/api/import?table=t&dry_run=yes', '', 'dry_run=yes is no flag: write its name alone'],
  ['/api/import?table=t&types={', '', 'types: not JSON'],
  [
    '/api/import?table=t&types={"a":"colour"}',
    '',
    'types is {"NAME": "TYPE"}, with a type for each column that is named: text',
  ],
  ['/api/import?table=t&skip="a"', '', 'skip is a list of columns: ["NAME"]'],
  ['/api/import/x/commit', '{', 'write {"why": "…"}, or nothing'],
  ['/api/import/x/commit', '{"why":5}', 'write {"why": "…"}, or nothing'],
  ['/api/sample/employees?pause=1', '', 'there is no parameter pause'],
])('P11 a wrong body, or parameter: POST %s %s', async (path, body, message) => {
  const refused = await refusal(path, post(body));
  expect(refused).toMatchObject({ status: 400, code: 'bad_request', message: expect.stringContaining(message) });
});

describe('P11 what JSON.parse would change silently is refused, as by the server', () => {
  const row = (cells: string): string => `{"table":"t","key":"a","row":${cells}}`;
  test.each([
    ['a number beyond 2^53', row('{"id":9007199254740993}'), 'the number 9007199254740993 would be changed'],
    ['negative zero', row('{"id":-0}'), 'the number -0 would be changed'],
    ['a name that stands twice', row('{"id":"a","id":"b"}'), 'a name stands twice'],
    ['bytes that are no UTF-8', Buffer.from(row('{"id":"é"}'), 'latin1'), 'not UTF-8'],
  ])('%s', async (_, body, message) => {
    for (const type of ['row.insert', 'row.get', 'batch']) {
      const refused = await refusal(`/api/${type}`, { method: 'POST', body });
      expect(refused).toMatchObject({ status: 400, code: 'bad_request', message: expect.stringContaining(message) });
    }
    expect((await stand.admin.list('t')).rows).toEqual([]);
  });
});

test.each([
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-encoding', 'gzip'],
])('P11 a body that is wrapped or packed would be read wrongly: %s: %s', async (name, value) => {
  for (const path of ['/api/import?table=t', '/api/row.get']) {
    const refused = await refusal(path, post(`id\n${'b\n'.repeat(1_000_000)}`, { [name]: value }));
    expect(refused).toMatchObject({ status: 415, code: 'wrong_content' });
    expect(refused.message).toContain('send the bytes as they are');
  }
});

test.each([
  ['no name', 'GET / HTTP/1.1\r\nConnection: close', 403, 'wrong_host'],
  ['a name that is none', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close', 400, 'bad_request'],
  ['a method that is none', 'FOO / HTTP/1.1\r\nHost: x', 400, 'bad_request'],
  ['no HTTP', 'hello', 400, 'bad_request'],
  ['headers that are too long', `GET / HTTP/1.1\r\nHost: x\r\nx-long: ${'x'.repeat(20_000)}`, 431, 'too_large'],
])('P8 what never becomes a request is told the same way: %s', async (_, head, status, code) => {
  const socket = connectSocket(stand.gateway.port, '127.0.0.1');
  socket.write(`${head}\r\n\r\n`);
  let text = '';
  for await (const part of socket.setEncoding('utf8')) text += String(part);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(text.toLowerCase()).toContain('content-type: application/json\r\n');
  expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toEqual({ error: { code, message: expect.any(String) } });
});
