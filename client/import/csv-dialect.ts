import { type Options, parse } from 'csv-parse/sync';

/** The delimiters that spreadsheets write. */
const delimiters = [',', ';', '\t', '|'] as const;

export interface CsvDialect {
  readonly delimiter: string;
  /** Units of a first line `sep=;`, which Excel reads and which is no row. */
  readonly skip: number;
}

/**
 * Tells the delimiter: as Excel's `sep=` line names it, or else the one that cuts the first lines into the same number
 * of fields, the more the better. A file of one column has none, and any will do.
 */
export function findDialect(head: string, isWhole: boolean): CsvDialect {
  const [named = '', delimiter] = /^"?sep=(.)"?(?:\r\n|\n|\r)/i.exec(head) ?? [];
  if (delimiter !== undefined) return { delimiter, skip: named.length };
  const scored = delimiters.map((one) => ({ delimiter: one, score: score(head, one, isWhole) }));
  return { delimiter: scored.reduce((best, one) => (one.score > best.score ? one : best)).delimiter, skip: 0 };
}

/** Records of the head that are looked at. */
const recordsMax = 50;

/** Fields of the first record, weighed by how many of the others have as many. */
function score(head: string, delimiter: string, isWhole: boolean): number {
  const records = parse(head, {
    ...csvOptions,
    delimiter,
    to: recordsMax,
    skip_records_with_error: true,
  }) as unknown as readonly (readonly string[])[];
  // The head may end within a record.
  const whole = isWhole || records.length < 2 ? records : records.slice(0, -1);
  const fields = whole[0]?.length ?? 0;
  if (fields < 2) return 0;
  const alike = whole.filter(({ length }) => length === fields).length;
  return (alike / whole.length) * 10 + Math.min(fields, 100) / 100;
}

/** How every CSV is read: records of any length (they are judged later), quotes within plain fields kept as they are. */
export const csvOptions = {
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  record_delimiter: ['\r\n', '\n', '\r'],
} satisfies Options;
