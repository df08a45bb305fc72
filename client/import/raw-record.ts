/**
 * One record as the file has it, before any type is known.
 *
 * A value is the text of a field (CSV), or the JSON text of a member, which may be `null`; null itself where there is none.
 * JSON stays text, because JSON.parse would round long numbers before anybody has seen them.
 */
export interface RawRecord {
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** By the order of the file's columns; shorter where the last are missing. */
  readonly values: readonly (string | null)[];
}

/** What of a file is no record. */
export interface BadRow {
  readonly line: number;
  /** The column, where it is one cell that is wrong. */
  readonly column?: string | undefined;
  readonly reason: string;
}

/** How values are to be understood: text as spreadsheets write it, or JSON. */
export type ValueForm = 'text' | 'json';

export interface RecordSource {
  readonly form: ValueForm;
  /** In the order in which the file names them; complete when all records have been read. */
  readonly columns: readonly string[];
  /** What was done to names, in plain words. */
  readonly notes: readonly string[];
  readonly records: AsyncIterable<RawRecord | BadRow>;
}
