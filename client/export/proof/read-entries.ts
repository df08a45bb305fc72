import {
  type Entry,
  type RowEntry,
  rowEntrySchema,
  type TableEntry,
  tableEntrySchema,
} from '../../../protocol/entry.ts';
import { fileFault } from './file-fault.ts';
import { parseJson } from './sidecar-reader.ts';

/** An entry of the log, whatever it is about. @throws RowcastError `tampered` */
export function readEntry(line: string): Entry {
  const value = parseJson(line);
  const row = rowEntrySchema.safeParse(value);
  return row.success ? row.data : readTableEntry(line);
}

/** @throws RowcastError `tampered` when the line is no entry of a row */
export function readRowEntry(line: string): RowEntry {
  const entry = rowEntrySchema.safeParse(parseJson(line));
  if (!entry.success) throw fileFault('the proof has a line that is no entry of a row');
  return entry.data;
}

/** @throws RowcastError `tampered` when the line is no entry of a table */
export function readTableEntry(line: string): TableEntry {
  const entry = tableEntrySchema.safeParse(parseJson(line));
  if (!entry.success) throw fileFault(`${JSON.stringify(line.slice(0, 60))} is no entry of the log`);
  return entry.data;
}
