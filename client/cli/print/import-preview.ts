import type { SampleChange } from '../../import/comparison.ts';
import type { ImportPreview } from '../../import/import-preview.ts';
import { Grid } from './grid.ts';
import { type Paint, plain, show, showCell } from './paint.ts';

interface PreviewOptions {
  readonly paint: Paint;
  readonly width?: number | undefined;
  /** What the file is called. */
  readonly file: string;
}

const delimiterNames: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

/** What an import would do, for people: the file, its columns, the changes in numbers and the first ones. */
export function previewLines(preview: ImportPreview, options: PreviewOptions): string[] {
  const { paint } = options;
  const { file, isNew } = preview;
  return [
    `${paint.strong(show(options.file, paint))}  ${fileWords(preview)}`,
    ...file.notes.map((note) => paint.dim(`  ${show(note, paint)}`)),
    ...(isNew ? columnLines(preview, options) : []),
    ...changeLines(preview, options),
  ];
}

function fileWords({ file }: ImportPreview): string {
  const { rows, format, encoding, delimiter } = file;
  const kind = delimiter === undefined ? format.toUpperCase() : `CSV with ${delimiterNames[delimiter] ?? delimiter}`;
  return `${many(rows, 'row')}, ${kind}, ${encoding.toUpperCase()}`;
}

/** Types were guessed: each is shown with values that it was guessed from. */
function columnLines(preview: ImportPreview, { paint, width }: PreviewOptions): string[] {
  const { definition, file, key } = preview;
  const grid = new Grid({
    columns: [{ title: 'column' }, { title: 'type' }, { title: 'filled', right: true }, { title: 'for example' }],
    paint,
    ...(width !== undefined && { width }),
  });
  const rows = definition.columns.map(({ name, type }) => {
    const { filled = 0, samples = [] } = file.columns.find((column) => column.name === name) ?? {};
    return [name, name === key ? `${type}, key` : type, filled.toLocaleString('en'), samples.join('  ')];
  });
  return [...grid.lines(rows)];
}

function changeLines(preview: ImportPreview, options: PreviewOptions): string[] {
  const { paint } = options;
  const { table, isNew, key, counts } = preview;
  const { inserts, updates, deletes, unchanged } = counts;
  const keyWords = key === undefined ? 'keys made of what the rows hold' : `key ${show(key, paint)}`;
  const name = show(table, paint);
  const parts = [
    ...(inserts > 0 ? [paint.added(`${number(inserts)} to insert`)] : []),
    ...(updates > 0 ? [paint.changed(`${number(updates)} to update`)] : []),
    ...(deletes > 0 ? [paint.removed(`${number(deletes)} to delete`)] : []),
    ...(unchanged > 0 ? [`${number(unchanged)} the same already`] : []),
  ];
  const what = isNew ? `new table ${name}, ${keyWords}` : `table ${name}, ${keyWords}`;
  return [`${paint.strong(what)}: ${parts.join(', ') || 'no rows'}`, ...sampleLines(preview, options)];
}

function sampleLines(preview: ImportPreview, { paint, width = lineWidth }: PreviewOptions): string[] {
  return (['deletes', 'updates', 'inserts'] as const).flatMap((kind) => {
    const lines = preview.samples[kind].map((sample) => {
      const sign = signs[kind];
      const cells = sampleCells(sample, preview, plain);
      const shown = fitting(cells, width - sample.key.length - around);
      const words = sampleCells(sample, preview, paint).slice(0, shown);
      const more = shown < cells.length ? [paint.dim('…')] : [];
      return `  ${paint[sign.paint](sign.text)} ${paint.strong(show(sample.key, paint, 80))}  ${[...words, ...more].join(', ')}`;
    });
    const left = preview.counts[kind] - lines.length;
    return left > 0 ? [...lines, paint.dim(`    … and ${number(left)} more`)] : lines;
  });
}

const signs = {
  inserts: { text: '+', paint: 'added' },
  updates: { text: '~', paint: 'changed' },
  deletes: { text: '-', paint: 'removed' },
} as const;

/** Columns of a line where there is no terminal, and what stands around its cells: signs, gaps and `, …`. */
const lineWidth = 160;
const around = 10;

/** The cells of a change, without the key, which stands at the head of the line. */
function sampleCells({ row, was }: SampleChange, { key }: ImportPreview, paint: Paint): string[] {
  return Object.entries(row ?? was ?? {})
    .filter(([name]) => name !== key)
    .map(([name, cell]) => {
      const before = row === undefined || was === undefined ? '' : `${showCell(was[name], paint, 30)} → `;
      return `${paint.dim(show(name, paint))} ${before}${showCell(cell, paint, 30)}`;
    });
}

/** How many cells there is room for; one at least. */
function fitting(cells: readonly string[], room: number): number {
  let left = room;
  const first = cells.findIndex((cell) => {
    left -= cell.length + 2;
    return left < 0;
  });
  return first < 0 ? cells.length : Math.max(first, 1);
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function many(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}
