import type { Cells } from '../../../protocol/values.ts';
import type { SampleChange } from '../../import/comparison.ts';
import type { ImportPreview } from '../../import/import-preview.ts';
import { Grid } from './grid.ts';
import { type Paint, show, showCell } from './paint.ts';

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
    ...changeLines(preview, paint),
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

function changeLines(preview: ImportPreview, paint: Paint): string[] {
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
  return [`${paint.strong(what)}: ${parts.join(', ') || 'no rows'}`, ...sampleLines(preview, paint)];
}

function sampleLines({ samples, counts }: ImportPreview, paint: Paint): string[] {
  return (['deletes', 'updates', 'inserts'] as const).flatMap((kind) => {
    const lines = samples[kind].map((sample) => `  ${sampleWords[kind](sample, paint)}`);
    const left = counts[kind] - lines.length;
    return left > 0 ? [...lines, paint.dim(`    … and ${number(left)} more`)] : lines;
  });
}

const sampleWords = {
  inserts: ({ key, row = {} }: SampleChange, paint: Paint) =>
    `${paint.added('+')} ${paint.strong(show(key, paint, 80))}  ${cellWords(row, paint)}`,
  deletes: ({ key, was = {} }: SampleChange, paint: Paint) =>
    `${paint.removed('-')} ${paint.strong(show(key, paint, 80))}  ${cellWords(was, paint)}`,
  updates: ({ key, row = {}, was = {} }: SampleChange, paint: Paint) => {
    const cells = Object.keys(row).map(
      (name) => `${show(name, paint)} ${showCell(was[name], paint)} → ${showCell(row[name], paint)}`,
    );
    return `${paint.changed('~')} ${paint.strong(show(key, paint, 80))}  ${cells.join(', ')}`;
  },
} as const;

/** Cells of a row that are shown: it is a sample. */
const cellsMax = 8;

function cellWords(row: Cells, paint: Paint): string {
  const cells = Object.entries(row);
  const shown = cells
    .slice(0, cellsMax)
    .map(([name, cell]) => `${paint.dim(show(name, paint))} ${showCell(cell, paint, 30)}`);
  return cells.length > cellsMax ? `${shown.join(', ')} …` : shown.join(', ');
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function many(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}
