import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Renderer, type RenderOptions } from '../../../client/export/renderer.ts';
import { rowShape } from '../../../client/export/row-shape.ts';
import { formatOfName } from '../../../client/file-format.ts';
import type { CurrentRow } from '../../../protocol/errors.ts';
import { parseJson } from '../../../protocol/json.ts';
import type { TableDefinition } from '../../../protocol/table.ts';
import { type Cells, cellFromText, columnTypes } from '../../../protocol/values.ts';
import { rowOf } from '../../protocol/arbitraries.ts';
import { readCsv } from '../../support/csv.ts';

const columns = columnTypes.map((type) => ({ name: `a ${type}, "so"`, type }));
const keyless: TableDefinition = { name: 'all', columns };

const toRow = (row: Cells, index: number): CurrentRow => ({
  key: `k${index}`,
  version: 1,
  seq: 1,
  at: '',
  by: '',
  row,
});

/** The text of a file whose rows came in pages of two. */
function rendered(rows: readonly CurrentRow[], options: RenderOptions, definition = keyless): string {
  const renderer = new Renderer(rowShape(definition), options);
  let text = renderer.begin();
  for (let at = 0; at < rows.length; at += 2) text += renderer.items(rows.slice(at, at + 2));
  return text + renderer.end();
}

function fromCsv(text: string): Cells[] {
  const [names = [], ...records] = readCsv(text);
  return records.map((fields) => {
    const cells = columns.map(({ name, type }) => [name, fields[names.indexOf(name)] ?? null, type] as const);
    return Object.fromEntries(
      cells.flatMap(([name, field, type]) => (field === null ? [] : [[name, cellFromText(type, field)]])),
    ) as Cells;
  });
}

/** In an order of its own a row is the same row. */
const sorted = (cells: Cells): unknown => Object.entries(cells).sort(([a], [b]) => (a < b ? -1 : 1));

describe('the text of an export', () => {
  const rows = fc.array(rowOf(columns), { maxLength: 6 });

  it('is read back to the letter as CSV: every type, empty cells and empty texts apart', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const back = fromCsv(rendered(cells.map(toRow), { format: 'csv' }));
        expect(back.map(sorted)).toEqual(cells.map(sorted));
      }),
    );
  });

  it('is read back to the letter as JSON and as NDJSON', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const list = cells.map((row, index) => ({ _key: `k${index}`, ...row }));
        const json = rendered(cells.map(toRow), { format: 'json' });
        const lines = rendered(cells.map(toRow), { format: 'ndjson' }).split('\n').slice(0, -1);
        expect((parseJson(json) as Cells[]).map(sorted)).toEqual(list.map(sorted));
        expect(lines.map((line) => sorted(parseJson(line) as Cells))).toEqual(list.map(sorted));
      }),
    );
  });

  it('tells null from the empty text, and gives a key of its own a column', () => {
    const rows = [{ note: '', n: 1 }, { n: 2 }, { note: ' a "b"\n' }].map(toRow);
    const definition: TableDefinition = {
      name: 't',
      columns: [
        { name: 'note', type: 'text' },
        { name: 'n', type: 'integer' },
      ],
    };
    expect(rendered(rows, { format: 'csv' }, definition)).toBe('_key,note,n\nk0,"",1\nk1,,2\nk2," a ""b""\n",\n');
    expect(rendered([], { format: 'csv' }, { ...definition, key: 'n' })).toBe('note,n\n');
    expect(rendered([], { format: 'json' }, definition)).toBe('[]\n');
  });

  it('runs no formula when that is asked for, and leaves numbers alone', () => {
    const definition: TableDefinition = {
      name: 't',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: '=n', type: 'decimal' },
      ],
    };
    const texts = ['=1+1', '+31 6', '-2+3', '@SUM(A1)', '\tx', ' =1', '＝1', 'a=1', '-5', "'quoted"];
    const rows = texts.map((id, index) => ({ ...toRow({ id, '=n': '-1.50' }, index) }));
    const [names, ...records] = readCsv(rendered(rows, { format: 'csv', escapeFormulas: true }, definition));
    expect(names).toEqual(['id', "'=n"]);
    expect(records.map(([id]) => id)).toEqual([
      ...["'=1+1", "'+31 6", "'-2+3", "'@SUM(A1)", "'\tx", "' =1", "'＝1"],
      ...['a=1', '-5', "'quoted"],
    ]);
    expect(records.every(([, n]) => n === '-1.50')).toBe(true);
    expect(
      readCsv(rendered(rows, { format: 'csv' }, definition))
        .slice(1)
        .map(([id]) => id),
    ).toEqual(texts);
  });

  it('is in the format that the name of its file tells', () => {
    expect(['a.csv', 'b.JSON', 'c.jsonl', 'd.ndjson', 'e', 'f.xlsx'].map(formatOfName)).toEqual([
      ...['csv', 'json', 'ndjson', 'ndjson'],
      ...[undefined, undefined],
    ]);
  });
});
