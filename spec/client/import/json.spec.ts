import { describe, expect, test } from 'vitest';
import { readText } from './reading.ts';

describe('an array of objects', () => {
  const text = '[\n {"id": 1, "tags": ["a", "]"], "x": null},\n\n {"id": 2, "note": "a, \\"b\\" }"}\n]\n';

  test.each([65_536, 5, 1])('cut into %i bytes', async (chunkBytes) => {
    const { reading, types, records } = await readText(text, { chunkBytes });
    expect(reading.format).toBe('json');
    expect(types).toBe('id:integer tags:json x:text note:text');
    expect(records).toEqual([
      { line: 2, values: ['1', '["a", "]"]', 'null'] },
      { line: 4, values: ['2', null, null, '"a, \\"b\\" }"'] },
    ]);
  });

  test('every element that is no row is told by its line', async () => {
    const { records } = await readText('[{"a":1},\n 5,\n {"a":1,"a":2},\n {"a":01},\n ,\n {"a":2}]');
    expect(records).toEqual([
      { line: 1, values: ['1'] },
      { line: 2, reason: 'is not an object; a row is one' },
      { line: 3, column: 'a', reason: 'stands twice in this row' },
      { line: 4, reason: expect.stringContaining('is not JSON') },
      { line: 5, reason: expect.stringContaining('nothing between two commas') },
      { line: 6, values: ['2'] },
    ]);
  });

  test.each([
    ['[{"a":1},\n{"a":', /cut off/],
    ['[{"a":1}]\n[{"a":2}]', /line 2: there is more/],
    ['5', /does not begin with/],
    ['{"type":"Feature","n":5}', /what it holds are no objects/],
    ['   ', /no rows/],
  ])('%j is refused', async (broken, message) => {
    await expect(readText(broken, { name: 'x.json' })).rejects.toThrow(message);
  });
});

test('an object of objects: their names are a column, and the key', async () => {
  const { reading, types, values } = await readText('{"a/b": {"n": 1},\n "c": {"n": 2}}');
  expect([types, reading.keyGuess]).toEqual(['key:text n:integer', 'key']);
  expect(values).toEqual([
    ['"a/b"', '1'],
    ['"c"', '2'],
  ]);
});

test('an object a line, under whatever name', async () => {
  const text = '{"a":1}\r\n\r\n{"a":x}\n{"a":2}';
  for (const name of ['x.ndjson', 'x.json', undefined]) {
    const { reading, records } = await readText(text, { name });
    expect(reading.format).toBe('ndjson');
    expect(records).toMatchObject([
      { line: 1, values: ['1'] },
      { line: 3, reason: expect.stringContaining('is not JSON') },
      { line: 4, values: ['2'] },
    ]);
  }
});

test.each([
  ['1, 2', 'integer'],
  ['1, 2.5, 0.0', 'number'],
  ['9007199254740993', 'integer'],
  ['0.1234567890123456789', 'decimal'],
  ['"2026-01-31"', 'date'],
  ['"2026-01-31T08:00:00Z", null', 'timestamp'],
  ['"1", "2"', 'text'],
  ['"1", 2', 'json'],
  ['true, false', 'boolean'],
  ['[1], {"a": 2}', 'json'],
])('the type of %s is %s', async (values, type) => {
  const items = JSON.stringify(values.split(', ')).slice(1, -1);
  const rows = (JSON.parse(`[${items}]`) as string[]).map((value) => `{"v":${value}}`);
  expect((await readText(`[${rows.join(',')}]`)).types).toBe(`v:${type}`);
});
