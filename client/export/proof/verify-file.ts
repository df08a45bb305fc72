import { openCheckpoint, originOf, parseVerifierKey } from '../../../proof/checkpoint.ts';
import { ProofError, toBase64 } from '../../../proof/hash.ts';
import { type Cursor, parseCursor } from '../../../protocol/cursor.ts';
import { findKeptKey } from '../../trust/kept-checkpoint.ts';
import { FileComparison } from './file-comparison.ts';
import { fileFault } from './file-fault.ts';
import type { FileJob } from './file-job.ts';
import type { ExportedWhat, SidecarHeader } from './sidecar.ts';
import { SidecarReader } from './sidecar-reader.ts';
import { verifyLogFile } from './verify-log-file.ts';
import { verifyTableFile } from './verify-table-file.ts';

export interface VerifyFileOptions {
  /** The key that must have signed, `NAME+ID+KEY`, as the operator gives it. */
  readonly key?: string | undefined;
  /** Folder of checkpoints that were verified before (see connect): their keys are known. */
  readonly checkpoints?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was proven of a file. */
export interface FileReport {
  readonly what: ExportedWhat;
  /** As of where it is. */
  readonly cursor: Cursor;
  readonly records: number;
  readonly bytes: number;
  readonly sha256: string;
  /** How many entries of the log were shown to be in the tree that was signed. */
  readonly entries: number;
  /** The signed tree head; the root in base64. */
  readonly checkpoint: { readonly size: number; readonly root: string };
  /** What has signed it: `NAME+ID+KEY`. */
  readonly verifier: string;
  /** Whether that key was given, is known from an earlier contact, or only came with the file. */
  readonly key: 'given' | 'known' | 'unknown';
  /** Whether nothing can have been left out. Of a table that takes its log besides. */
  readonly complete: boolean;
}

/**
 * Checks an export against the proof beside it, without a server: that the file is, byte for byte, what entries of the
 * log make, and that these entries are in the log that was signed. An export of the whole log, or of a stretch, is
 * complete as well. Of a table it is not shown that no row was left out, nor that none was changed again before the
 * point: only the whole log shows that.
 * @throws RowcastError `tampered`, `aborted`; the system's error when file or proof cannot be read
 */
export async function verifyFile(path: string, options: VerifyFileOptions = {}): Promise<FileReport> {
  try {
    return await verify(path, options);
  } catch (error) {
    throw error instanceof ProofError ? fileFault(error.message) : error;
  }
}

async function verify(path: string, options: VerifyFileOptions): Promise<FileReport> {
  await using sidecar = new SidecarReader(path);
  const header = await sidecar.header();
  const cursor = parseCursor(header.cursor);
  if (cursor === undefined) throw fileFault('the proof does not say as of where the file is');
  const key = await judgeKey(header, options);
  const signed = openCheckpoint(header.checkpoint, parseVerifierKey(header.verifier));
  if (signed.origin !== originOf(cursor.epoch) || signed.size < cursor.seq) {
    throw fileFault(
      `the file is as of ${header.cursor}, and what was signed is of ${signed.origin}, ${signed.size} entries`,
    );
  }
  await using file = await FileComparison.of(path);
  const job: FileJob = { path, header, cursor, sidecar, file, signed, signal: options.signal };
  const entries =
    header.what.kind === 'log' ? await verifyLogFile(job, header.what) : await verifyTableFile(job, header.what);
  await sidecar.end();
  const sha256 = await file.end();
  if (sha256 !== header.file.sha256 || file.bytes !== header.file.bytes)
    throw fileFault('the proof names another file');
  return {
    what: header.what,
    cursor,
    records: header.file.records,
    bytes: file.bytes,
    sha256,
    entries,
    checkpoint: { size: signed.size, root: toBase64(signed.root) },
    verifier: header.verifier,
    key,
    complete: header.what.kind === 'log' && header.what.table === undefined,
  };
}

async function judgeKey(
  { verifier }: SidecarHeader,
  { key, checkpoints }: VerifyFileOptions,
): Promise<FileReport['key']> {
  if (key !== undefined) {
    if (key !== verifier) throw fileFault('it was signed with another key than the one that was given');
    return 'given';
  }
  const { name } = parseVerifierKey(verifier);
  const known = checkpoints === undefined ? undefined : await findKeptKey(checkpoints, name);
  if (known === undefined) return 'unknown';
  if (known !== verifier) throw fileFault(`it was signed with another key than the one that is known of ${name}`);
  return 'known';
}
