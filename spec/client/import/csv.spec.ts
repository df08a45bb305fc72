import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../client/import/decode.ts';
import { readFile } from '../../../client/import/file-reading.ts';
import { limits } from '../../../protocol/limits.ts';
import { readText } from './reading.ts';

const spectrum = new URL('../../../node_modules/csv-spectrum/', import.meta.url);
const names = readdirSync(new URL('csvs/', spectrum)).map((file) => file.replace('.csv', ''));

test('too many columns are refused at once, and the rest is not read', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    const wide = Array.from({ length: limits.columnsMax + 1 }, (_, index) => `c${index}`).join(',');
    yield Buffer.from(`${wide}\n`);
    for (let rows = 0; rows < 1_000; rows += 1) yield Buffer.from(`${wide}\n`.repeat(10));
    expect.fail('the file was read to its end');
  }
  await expect(readFile(endless(), {})).rejects.toThrow(`a table has ${limits.columnsMax} at most`);
});

test.each(names)('csv-spectrum %s, however it is cut', async (name) => {
  const expected = [JSON.parse(readFileSync(new URL(`json/${name}.json`, spectrum), 'utf8'))].flat();
  // The two files of this one have different numbers.
  if (name === 'location_coordinates') expected[0]['Contact Phone Number'] = '2095257564';
  const file = readFileSync(new URL(`csvs/${name}.csv`, spectrum));
  for (const chunkBytes of [65_536, 7, 1]) {
    const { reading, values } = await readText(file, { chunkBytes });
    const rows = values.map((row) => Object.fromEntries(reading.columns.map(({ name }, at) => [name, row[at] ?? ''])));
    expect(rows).toEqual(expected);
  }
});

describe('encodings', () => {
  const text = 'name;city\nZoë;København\n';
  const utf16be = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  test.each([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), 'utf-8'],
    ['UTF-16LE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le'],
    ['UTF-16LE without', Buffer.from(text, 'utf16le'), 'utf-16le'],
    ['UTF-16BE', utf16be, 'utf-16be'],
  ])('%s is told from the file', async (_, bytes, encoding) => {
    const { reading, values, types } = await readText(bytes, { chunkBytes: 3 });
    expect([reading.encoding, types, values]).toEqual([encoding, 'name:text city:text', [['Zoë', 'København']]]);
  });

  test('windows-1252 is refused by line until it is asked for', async () => {
    const bytes = Buffer.from(text, 'latin1');
    await expect(readText(bytes)).rejects.toMatchObject({
      code: 'unreadable',
      message: 'line 2, character 3 is not UTF-8',
      next: expect.stringContaining('--encoding windows-1252'),
    });
    expect((await readText(bytes, { encoding: 'windows-1252' })).values).toEqual([['Zoë', 'København']]);
  });

  /** The head is read whole, so what is to be cut into chunks stands behind it. */
  const before = Buffer.from(`name\n${'x'.repeat(98)}\n`.repeat(700));
  const lines = before.filter((byte) => byte === 10).length;

  test.each([
    ['a byte that begins no letter', Buffer.from([0xe2, 0x82, 0xac, 0x0a, 0x61, 0xff, 0x62, 0x0a]), [2, 2]],
    ['a letter that breaks off', Buffer.from([0x61, 0xf0, 0x9f, 0x98, 0x62, 0x0a]), [1, 2]],
    ['behind letters of every length', Buffer.from('aé€😀\n\n€'), undefined],
    ['the same and a wrong byte', Buffer.concat([Buffer.from('aé€😀\n\n€😀'), Buffer.from([0xff, 0x0a])]), [3, 3]],
    ['a second byte that is wrong', Buffer.concat([Buffer.from('é\nab\n'), Buffer.from([0xc3, 0x28])]), [3, 1]],
    ['a letter that the file ends within', Buffer.concat([Buffer.from('é\nab'), Buffer.from([0xe2, 0x82])]), [2, 3]],
  ])('%s is told by line and character, wherever the file is cut', async (_, bytes, place) => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      for (const next of [1, 2, bytes.length]) {
        async function* chunks(): AsyncGenerator<Uint8Array> {
          yield before;
          yield bytes.subarray(0, cut);
          for (let at = cut; at < bytes.length; at += next) yield bytes.subarray(at, at + next);
        }
        const reading = decodeText(chunks()).then(({ chunks: decoded }) => textOf(Readable.from(decoded)));
        if (place === undefined) await reading;
        else {
          const [line = 0, character] = place;
          await expect(reading).rejects.toThrow(`line ${lines + line}, character ${character} is not UTF-8`);
        }
      }
    }
  });

  test('so is half a letter of UTF-16', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeffname\nab\nx', 'utf16le'), Buffer.from([0x3d, 0xd8, 0x41, 0x00])]);
    for (const chunkBytes of [1, 2, 3, 64]) {
      await expect(readText(bytes, { chunkBytes })).rejects.toThrow('line 3, character 2 is not UTF-16LE');
    }
    await expect(readText(bytes.subarray(0, -3))).rejects.toThrow('line 3, character 2 is not UTF-16LE');
  });

  test.each([
    ['an Excel workbook', 'PK\u0003\u0004'],
    ['gzip', '\u001f\u008b\u0008'],
    ['Parquet', 'PAR1'],
  ])('%s is refused by name', async (name, magic) => {
    const refused = readText(Buffer.from(`${magic}…`, 'latin1'));
    await expect(refused).rejects.toThrow(name);
  });
});

describe('delimiters', () => {
  test.each([
    [',', 'a,b\n"1;2",3\n4,5\n'],
    [';', 'a;b\n1,5;2\n2,5;3\n'],
    ['\t', 'a\tb\n1, 2\t3\n'],
    ['|', 'a|b\n1|2\n'],
    [';', 'sep=;\na;b\n1;2\n'],
    [';', '"sep=;"\r\na;b\r\n1;2\r\n'],
  ])('%j is told from %j', async (delimiter, text) => {
    const { reading } = await readText(text);
    expect([reading.delimiter, reading.columns.map(({ name }) => name)]).toEqual([delimiter, ['a', 'b']]);
  });

  test('one that is named is taken', async () => {
    expect((await readText('a:b\n1:2\n', { delimiter: ':' })).values).toEqual([['1', '2']]);
  });

  test('a file of one column has none', async () => {
    expect(await readText('name\nada\nbob\n')).toMatchObject({ types: 'name:text', values: [['ada'], ['bob']] });
  });
});

describe('what spreadsheets leave', () => {
  test('blank lines, and lines by which the problems are told', async () => {
    const text = 'id,note\r\n\r\n1,"two\r\nlines"\r\n\r\n\r\n2\r\n3,c,d\r\n4,e\r\n';
    const { records } = await readText(text);
    expect(records).toEqual([
      { line: 3, values: ['1', 'two\r\nlines'] },
      { line: 7, reason: 'has 1 field where there are 2 columns' },
      { line: 8, reason: 'has 3 fields where there are 2 columns' },
      { line: 9, values: ['4', 'e'] },
    ]);
  });

  test.each([
    [
      'the delimiters of empty rows, ahead, between and behind',
      ',,\r\nid,a,b\r\n1,x,y\r\n,,\r\n , ,\r\n2,,z\r\n,,\r\n',
      4,
    ],
    ['lines of spaces', '  \nid,a,b\n1,x,y\n \n\t\n2,,z\n  ', 4],
    ['the same with semicolons', 'id;a;b\n1;x;y\n;;\n2;;z\n', 1],
  ])('%s are skipped and counted', async (_, text, count) => {
    const { reading, values, types } = await readText(text);
    expect(types).toBe('id:integer a:text b:text');
    expect([values, reading.keyGuess]).toEqual([
      [
        ['1', 'x', 'y'],
        ['2', null, 'z'],
      ],
      'id',
    ]);
    expect(reading.notes).toEqual([`${count} ${count === 1 ? 'row' : 'rows'} without any value: skipped`]);
  });

  test('a row that has something in quotes is none of them, and lines are counted on', async () => {
    expect((await readText('a,b\n,\n,""\n" ",\nx\n')).records).toEqual([
      { line: 3, values: [null, ''] },
      { line: 4, values: [' ', null] },
      { line: 5, reason: 'has 1 field where there are 2 columns' },
    ]);
    await expect(readText(',,\n \n')).rejects.toThrow('no rows');
  });

  test('old line ends, and none at the end', async () => {
    expect((await readText('a,b\r1,2\r3,4')).values).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('columns and cells at the right edge that are nothing', async () => {
    expect(await readText('a,b,,\n1,2,,\n3,4,,,,\n')).toMatchObject({
      types: 'a:integer b:integer',
      records: [{ line: 2 }, { line: 3 }],
    });
    expect((await readText('a,,b\n1,,2\n3,x,4\n')).types).toBe('a:integer column_2:text b:integer');
  });

  test('an empty field is no cell; one in quotes is the empty text, among texts', async () => {
    const { types, values } = await readText('a,b,c\n"","",x\n1,,\n');
    expect([types, values]).toEqual([
      'a:integer b:text c:text',
      [
        ['', '', 'x'],
        ['1', null, null],
      ],
    ]);
  });

  test('names that a table cannot have are changed, and it is said', async () => {
    const { types, reading } = await readText(' id ,id,_x,,constructor\n1,2,3,4,5\n');
    expect(types).toBe('id:integer id_2:integer x:integer column_4:integer column constructor:integer');
    expect(reading.notes).toEqual([
      'column " id "; it is called "id"',
      'column "id"; it is called "id_2": id stands there already',
      'column "_x"; it is called "x"',
      'column 4 has no name; it is called "column_4"',
      'column "constructor"; it is called "column constructor"',
    ]);
  });

  test('no names', async () => {
    expect(await readText('1,x\n2,y\n', { header: false })).toMatchObject({
      types: 'column_1:integer column_2:text',
      records: [{ line: 1 }, { line: 2 }],
    });
  });

  test('quotes within plain fields stay; one that is never closed is told by its line', async () => {
    expect((await readText('a,b\n5" pipe,say "hi"\n')).values).toEqual([['5" pipe', 'say "hi"']]);
    await expect(readText('a,b\n1,2\n3,"open\n4,5\n')).rejects.toMatchObject({
      code: 'unreadable',
      message: 'in the row that begins on line 3, a quote is never closed',
    });
  });

  test.each(['', '\n\n', '\ufeff'])('nothing: %j', async (text) => {
    await expect(readText(text)).rejects.toThrow('no rows');
  });
});

describe('types that the whole file allows', () => {
  test.each([
    ['1 2 -3', 'integer'],
    ['1 2.5', 'number'],
    ['1.50 2', 'decimal'],
    ['00501 10001', 'text'],
    ['1,5 2', 'text'],
    ['true false', 'boolean'],
    ['TRUE false', 'text'],
    ['2026-01-31 2024-02-29', 'date'],
    ['2026-02-30 2024-02-29', 'text'],
    ['31.12.2026', 'text'],
    ['2026-01-31T08:00:00Z', 'timestamp'],
    ['9007199254740993 1', 'integer'],
    ['12345678901234567890 1', 'decimal'],
    ['0.1234567890123456789', 'decimal'],
    ['[1,2] {"a":1}', 'json'],
    ['[1,2] x', 'text'],
    ['- -', 'text'],
  ])('%s: %s', async (values, type) => {
    const text = `v\n${values.split(' ').join('\n')}\n`;
    expect((await readText(text, { delimiter: ';' })).types).toBe(`v:${type}`);
  });

  test('a column that is empty throughout is text', async () => {
    expect((await readText('a,b\n1,\n2,""\n')).types).toBe('a:integer b:text');
  });

  test('the key is the column that is called so, or the first, if no value stands twice', async () => {
    const keyOf = async (text: string): Promise<string | undefined> => (await readText(text)).reading.keyGuess;
    expect(await keyOf('name,id\na,1\nb,2\n')).toBe('id');
    expect(await keyOf('name,id\na,1\nb,1\n')).toBe('name');
    expect(await keyOf('name,id\na,1\na,1\n')).toBeUndefined();
    expect(await keyOf('time,x\n1.5,1\n2.5,2\n')).toBeUndefined();
  });
});
