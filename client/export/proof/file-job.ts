import type { Checkpoint } from '../../../proof/checkpoint.ts';
import type { SelectionCheck } from '../../../proof/selection.ts';
import type { Cursor } from '../../../protocol/cursor.ts';
import { RowcastError } from '../../errors.ts';
import type { RecordShape } from '../record-shape.ts';
import { Renderer } from '../renderer.ts';
import type { FileComparison } from './file-comparison.ts';
import { fileFault } from './file-fault.ts';
import type { SidecarHeader } from './sidecar.ts';
import type { SidecarReader } from './sidecar-reader.ts';

/** A file that is being verified. */
export interface FileJob {
  readonly path: string;
  readonly header: SidecarHeader;
  readonly cursor: Cursor;
  readonly sidecar: SidecarReader;
  readonly file: FileComparison;
  readonly signed: Checkpoint;
  readonly signal: AbortSignal | undefined;
}

/** Records that are compared at once. */
const batchRecords = 500;

/** Demands that the file is these records and nothing else. */
export async function compare<Item>(
  { header, file, signal }: FileJob,
  shape: RecordShape<Item>,
  items: AsyncIterable<Item>,
): Promise<void> {
  const renderer = new Renderer(shape, header.file);
  await file.expect(renderer.begin());
  let batch: Item[] = [];
  for await (const item of items) {
    if (signal?.aborted) throw new RowcastError('aborted', 'the verification was given up');
    batch.push(item);
    if (batch.length < batchRecords) continue;
    await file.expect(renderer.items(batch));
    batch = [];
  }
  await file.expect(renderer.items(batch));
  await file.expect(renderer.end());
  if (renderer.count !== header.file.records)
    throw fileFault(`it has ${renderer.count} records, and had ${header.file.records}`);
}

/** Demands that the entries make the root that was signed. */
export function demandRoot(check: SelectionCheck, { size, root }: Checkpoint): void {
  if (check.root(size) !== root) throw fileFault('its entries are not in the log that was signed');
}
