import { type FileReading, type ReadFileOptions, readFile } from '../../../client/import/file-reading.ts';
import type { BadRow, RawRecord } from '../../../client/import/raw-record.ts';

/** What a file was read as. */
export interface ReadText {
  readonly reading: Omit<FileReading, 'records'>;
  readonly records: readonly (RawRecord | BadRow)[];
  /** The columns as `name:type`. */
  readonly types: string;
  readonly values: readonly (readonly (string | null)[])[];
}

/** Reads a text, or bytes, cut into chunks of this many bytes. */
export async function readText(
  content: string | Uint8Array,
  options: ReadFileOptions & { readonly chunkBytes?: number } = {},
): Promise<ReadText> {
  const bytes = Buffer.from(content);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const size = options.chunkBytes ?? 65_536;
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const { records: spool, ...reading } = await readFile(chunks(), options);
  const records = [...spool];
  await spool.close();
  return {
    reading,
    records,
    types: reading.columns.map(({ name, type }) => `${name}:${type}`).join(' '),
    values: records.flatMap((record) => ('values' in record ? [record.values] : [])),
  };
}
