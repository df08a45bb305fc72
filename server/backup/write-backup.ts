import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { sql } from 'kysely';
import type { Checkpoint, CheckpointSigner } from '../../proof/checkpoint.ts';
import { Frontier } from '../../proof/frontier.ts';
import { leafHash, ProofError, toBase64 } from '../../proof/hash.ts';
import { type Entry, isRowEntry } from '../../protocol/entry.ts';
import type { Executor } from '../database/writer.ts';
import { entryPages, pageBytesMax, type StoredChange } from '../log/entry-pages.ts';
import { newCommitments } from '../log/new-commitments.ts';
import { TableLives } from '../log/table-lives.ts';
import {
  type BackupCounts,
  type BackupHeader,
  type CopiedTable,
  copiedTables,
  DamagedError,
  formatVersion,
  noCounts,
} from './format.ts';

export interface WriteBackupOptions {
  /** One state of the database for all queries. */
  readonly executor: Executor;
  readonly file: FileHandle;
  /** Undefined where there is no signing key. */
  readonly signer: CheckpointSigner | undefined;
  /** What the server has signed before: the log must begin with it. */
  readonly signed: Checkpoint | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (seq: number, of: number) => void;
}

export interface WrittenBackup {
  readonly header: BackupHeader;
  readonly counts: BackupCounts;
  readonly bytes: number;
}

/** With level 6, the default, a file of 21.2 MB has 20.5. */
const gzipLevel = 4;
/** Rows of a copied table that are read at once. */
const pageRows = 1_000;

/**
 * Writes a ledger as it is in one state of its database, and puts it onto the disk. Every entry is hashed on the way, and
 * the whole is held against the tree in the head and what was signed before: what was tampered with is not backed up.
 * @throws DamagedError
 */
export async function writeBackup(options: WriteBackupOptions): Promise<WrittenBackup> {
  const { executor, file, signer, signal } = options;
  const { epoch, seq, peaks } = await readHeadTree(executor);
  const { root } = framed(() => Frontier.parse(seq, peaks));
  const signing = signer && { checkpoint: signer.sign({ size: seq, root }), verifier: signer.verifierKey };
  const made = new Date().toISOString();
  const header: BackupHeader = {
    rowcast: 'backup',
    version: formatVersion,
    epoch,
    seq,
    made,
    root: toBase64(root),
    ...signing,
  };
  const counts = noCounts();
  const texts = new BackupText({ ...options, header, root, counts });
  let bytes = 0;
  const write = async (packed: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of packed) {
      await file.appendFile(chunk);
      bytes += chunk.length;
    }
  };
  const lines = Readable.from(texts.all(), { highWaterMark: 1 });
  await pipeline(lines, createGzip({ level: gzipLevel }), write, { signal });
  await file.sync();
  return { header, counts, bytes };
}

async function readHeadTree(executor: Executor): Promise<{ epoch: string; seq: number; peaks: string }> {
  const { rows } = await sql<{ epoch: string; seq: number; peaks: string | null }>`
    SELECT epoch, seq, encode(peaks, 'hex') AS peaks FROM head`.execute(executor);
  const [head] = rows;
  if (head === undefined) throw new DamagedError('the ledger has no head');
  return { ...head, peaks: head.peaks ?? '' };
}

function framed<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProofError) throw new DamagedError(`the tree in the head is none: ${error.message}`);
    throw error;
  }
}

interface BackupTextOptions extends Pick<WriteBackupOptions, 'executor' | 'signed' | 'signal' | 'onProgress'> {
  readonly header: BackupHeader;
  readonly root: string;
  readonly counts: Record<keyof BackupCounts, number>;
}

/** The lines of a backup, many at a time. */
class BackupText {
  readonly #options: BackupTextOptions;
  readonly #hash = createHash('sha256');
  readonly #lives = new TableLives();
  readonly #frontier = new Frontier();

  constructor(options: BackupTextOptions) {
    this.#options = options;
  }

  async *all(): AsyncGenerator<string> {
    const { executor, header, counts, signal, onProgress } = this.#options;
    yield this.#hashed([JSON.stringify(header)]);
    for await (const page of entryPages(executor, header.seq)) {
      signal.throwIfAborted();
      for await (const lines of this.#entryLines(page)) yield this.#hashed(lines);
      if (page.length === 0) break;
      onProgress(this.#frontier.size, header.seq);
    }
    this.#check();
    for (const table of copiedTables) {
      for await (const lines of rowLines(executor, table)) {
        counts[table] += lines.length;
        yield this.#hashed(lines);
      }
    }
    yield `${JSON.stringify({ end: { ...counts, sha256: this.#hash.digest('hex') } })}\n`;
  }

  #hashed(lines: readonly string[]): string {
    const text = lines.map((line) => `${line}\n`).join('');
    this.#hash.update(text);
    return text;
  }

  /** The lines of a page, as many at a time as their values allow: an entry is short, and may have many long ones. */
  async *#entryLines(page: readonly StoredChange[]): AsyncGenerator<string[]> {
    const { executor, counts } = this.#options;
    const steps = page.map((change) => ({ entry: change.entry, brought: this.#take(change) }));
    const bytes = await sealedBytes(
      executor,
      steps.flatMap(({ brought }) => brought),
    );
    const bytesOf = (step: BackupStep): number =>
      step.brought.reduce((sum, commitment) => sum + (bytes.get(commitment) ?? 0), step.entry.length);
    for (const part of partsOf(steps, bytesOf)) {
      const values = await sealedValues(
        executor,
        part.flatMap(({ brought }) => brought),
      );
      yield part.flatMap(({ entry, brought }) => {
        const sealed = brought.flatMap((commitment) => values.get(commitment) ?? []);
        counts.entries += 1;
        counts.sealed += sealed.length;
        return [...sealed, entry];
      });
    }
  }

  /** Takes the next entry; returns the commitments that it brings. */
  #take({ seq, entry }: StoredChange): string[] {
    if (seq !== this.#frontier.size + 1) throw new DamagedError(`entry ${this.#frontier.size + 1} is missing`);
    if (entry.includes('\n')) throw new DamagedError(`entry ${seq} is not one line`);
    this.#frontier.push(leafHash(entry));
    const { signed } = this.#options;
    if (seq === signed?.size && this.#frontier.root !== signed.root) {
      throw new DamagedError(`its first ${seq} entries are others than those that the server has signed`);
    }
    const parsed = JSON.parse(entry) as Entry;
    if (!isRowEntry(parsed)) {
      this.#lives.apply(parsed);
      return [];
    }
    const definition = this.#lives.living(parsed.table)?.definition;
    return definition === undefined ? [] : newCommitments(parsed, definition).map(({ commitment }) => commitment);
  }

  #check(): void {
    const { header, root, signed } = this.#options;
    const { size } = this.#frontier;
    if (size < header.seq) throw new DamagedError(`entry ${size + 1} is missing`);
    if (this.#frontier.root !== root) throw new DamagedError('its entries are not those that its tree was made of');
    if ((signed?.size ?? 0) > size)
      throw new DamagedError(`it has ${size} entries, and the server has signed ${signed?.size}`);
  }
}

/** An entry with the commitments that it brings. */
interface BackupStep {
  readonly entry: string;
  readonly brought: readonly string[];
}

/** In parts that end when they have {@link pageBytesMax} bytes. */
function* partsOf(steps: readonly BackupStep[], bytesOf: (step: BackupStep) => number): Generator<BackupStep[]> {
  let part: BackupStep[] = [];
  let bytes = 0;
  for (const step of steps) {
    part.push(step);
    bytes += bytesOf(step);
    if (bytes < pageBytesMax) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}

async function sealedBytes(executor: Executor, commitments: readonly string[]): Promise<Map<string, number>> {
  if (commitments.length === 0) return new Map();
  const { rows } = await sql<{ commitment: string; bytes: number }>`
    SELECT commitment, octet_length(value) AS bytes
    FROM sealed_cell WHERE commitment = ANY(${commitments}::text[])`.execute(executor);
  return new Map(rows.map(({ commitment, bytes }) => [commitment, bytes]));
}

/** The lines of values that are kept, by their commitments. */
async function sealedValues(executor: Executor, commitments: readonly string[]): Promise<Map<string, string>> {
  if (commitments.length === 0) return new Map();
  const { rows } = await sql<{ commitment: string; line: string }>`
    SELECT commitment, json_build_array('sealed', commitment, encode(salt, 'hex'), value)::text AS line
    FROM sealed_cell WHERE commitment = ANY(${commitments}::text[])`.execute(executor);
  return new Map(rows.map(({ commitment, line }) => [commitment, line]));
}

/** What the pages of a copied table are ordered by. */
const keys: Readonly<Record<CopiedTable, string>> = {
  tag: 'name',
  command: 'id',
  account: 'name',
  applied_administrator: 'name',
  audit: 'seq',
};

async function* rowLines(executor: Executor, table: CopiedTable): AsyncGenerator<string[]> {
  const key = sql.ref(keys[table]);
  let after: string | number | undefined;
  for (;;) {
    const { rows } = await sql<{ key: string | number; line: string }>`
      SELECT key, line
      FROM (
        SELECT key, line, sum(octet_length(line)) OVER (ORDER BY key ROWS UNBOUNDED PRECEDING) - octet_length(line) AS before
        FROM (
          SELECT ${key} AS key, json_build_array(${table}::text, row_to_json(copied))::text AS line
          FROM ${sql.table(table)} AS copied ${after === undefined ? sql`` : sql`WHERE ${key} > ${after}`}
          ORDER BY ${key} LIMIT ${pageRows}
        ) AS page
      ) AS measured
      WHERE before < ${pageBytesMax} ORDER BY key`.execute(executor);
    if (rows.length === 0) return;
    yield rows.map(({ line }) => line);
    after = rows.at(-1)?.key;
  }
}
