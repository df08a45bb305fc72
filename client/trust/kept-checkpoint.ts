import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Checkpoint, parseVerifierKey } from '../../proof/checkpoint.ts';
import { RowcastError } from '../errors.ts';
import { openNote } from './opened-notes.ts';

const keptSchema = z.object({
  /** What checkpoints are verified with: `NAME+ID+KEY`. */
  verifier: z.string(),
  /** The signed checkpoint. */
  note: z.string(),
  /** The roots of its largest subtrees, in hexadecimal: they tell where a log that was changed begins to differ. */
  peaks: z.string(),
  /** When it was kept: ISO 8601, UTC. Before 0.4.0 that was not noted. */
  at: z.string().optional(),
});
export type KeptCheckpoint = z.infer<typeof keptSchema>;

const fileSchema = keptSchema.extend({
  /** The servers at which the log was met. Before 0.4.0 that was the name of the file. */
  servers: z.array(z.string()).optional(),
});
export interface KeptFile extends KeptCheckpoint {
  readonly servers: readonly string[];
}

/** Which log it is of: `rowcast/EPOCH`. */
export function originOfKept({ verifier }: KeptCheckpoint): string {
  return parseVerifierKey(verifier).name;
}

/** @throws ProofError when its key has not signed it */
export function openKept({ verifier, note }: KeptCheckpoint): Checkpoint {
  return openNote(note, parseVerifierKey(verifier));
}

/** Undefined when there is no such file. @throws RowcastError `checkpoints` when there is, and it cannot be read: it is not passed over */
export async function readKeptFile(path: string): Promise<KeptFile | undefined> {
  const text = await unlessMissing(path, () => readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  try {
    const { servers = [legacyServer(path)], ...kept } = fileSchema.parse(JSON.parse(text));
    openKept(kept);
    return { ...kept, servers };
  } catch (cause) {
    const message = `${path} is no checkpoint; put the right file back, or delete it to trust its server anew`;
    throw new RowcastError('checkpoints', message, { cause });
  }
}

/** All that are kept in a folder; none when there is no such folder. @throws RowcastError `checkpoints` */
export async function readKeptFiles(folder: string): Promise<KeptFile[]> {
  const names = (await unlessMissing(folder, () => readdir(folder))) ?? [];
  const paths = names.filter((name) => namePattern.test(name)).map((name) => join(folder, name));
  const files = await Promise.all(paths.map(readKeptFile));
  return files.filter((file) => file !== undefined);
}

/** The key that was kept of the log of that name, at whatever address it was met; undefined when it never was. */
export async function findKeptKey(folder: string, origin: string): Promise<string | undefined> {
  const kept = await readKeptFiles(folder);
  return kept.find((one) => originOfKept(one) === origin)?.verifier;
}

/** How a server was known before 0.4.0: by the name of its file. */
export function legacyName(host: string, port: number): string {
  return `${host}-${port}`.replace(/[^A-Za-z0-9.-]/g, '_');
}

const namePattern = /^checkpoint-(.*)\.json$/;

function legacyServer(path: string): string {
  const [, name = ''] = /checkpoint-([^/\\]*)\.json$/.exec(path) ?? [];
  return name;
}

async function unlessMissing<Result>(path: string, read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new RowcastError('checkpoints', `what was verified before cannot be read: ${path}: ${String(cause)}`, {
      cause,
    });
  }
}
