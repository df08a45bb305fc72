import { sql } from 'kysely';
import { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash } from '../../proof/hash.ts';
import { type Entry, groupOf, isRowEntry, type TableEntry } from '../../protocol/entry.ts';
import { FoldError } from '../../protocol/fold.ts';
import type { Executor } from '../database/writer.ts';
import { entryPages, type StoredChange } from '../log/entry-pages.ts';
import { TableLives } from '../log/table-lives.ts';
import { counted, type Findings } from './findings.ts';
import type { SealedCheck } from './sealed-check.ts';
import { TreeCheck } from './tree-check.ts';

/** A change with what its entry says. */
export interface ReadChange extends StoredChange {
  readonly parsed: Entry;
}

export interface LogCheckOptions {
  readonly executor: Executor;
  readonly head: number;
  /** A size of the log whose root is wanted. */
  readonly rootAt: number | undefined;
  readonly findings: Findings;
  readonly sealed: SealedCheck;
  readonly signal: AbortSignal;
  readonly onProgress: (seq: number) => void;
}

/** What one reading of the whole log has found. */
export interface LogRead {
  readonly frontier: Frontier;
  /** The root when the log had `rootAt` entries. */
  readonly rootAt: Hash | undefined;
  readonly lives: TableLives;
  readonly bytes: number;
  /** Seq of the last change of a table itself; 0 for none. */
  readonly schemaSeq: number;
  readonly lastAt: string | undefined;
  /** Whether every entry was there and could be read: only then what it adds up to can be told. */
  readonly isWhole: boolean;
}

/**
 * One reading of the whole log, page by page: every entry is hashed from its bytes and held against the tree, what stands
 * beside it against what it says, its command against the answers that are kept, and its sealed cells against the
 * values. It goes on behind a fault, so that one tampering does not hide another, but not behind a hole.
 */
export class LogCheck {
  readonly #options: LogCheckOptions;
  readonly #tree: TreeCheck;
  readonly #lives = new TableLives();
  readonly #frontier = new Frontier();
  #rootAt: Hash | undefined;
  #bytes = 0;
  #schemaSeq = 0;
  #lastAt: string | undefined;
  #commands = 0;
  #lastCommand = '';

  constructor(options: LogCheckOptions) {
    this.#options = options;
    this.#tree = new TreeCheck(options.executor, options.findings);
    if (options.rootAt === 0) this.#rootAt = this.#frontier.root;
  }

  async run(): Promise<LogRead> {
    const { executor, head, findings, signal, onProgress } = this.#options;
    for await (const page of entryPages(executor, head)) {
      signal.throwIfAborted();
      const read = this.#readPage(page);
      await this.#tree.check(page.map(({ seq, entry }) => ({ seq, leaf: leafHash(entry) })));
      await this.#checkAnswers(read);
      await this.#options.sealed.check(read, this.#lives);
      onProgress(this.#frontier.size);
      if (read.length < page.length || this.#frontier.size < Math.min(head, page.at(-1)?.seq ?? 0)) break;
      if (page.length === 0) break;
    }
    const isWhole = this.#frontier.size === head && !findings.isBad('entries');
    if (this.#frontier.size < head) this.#missing(this.#frontier.size + 1);
    if (this.#frontier.size === head) await this.#tree.finish(this.#frontier);
    this.#report();
    return {
      frontier: this.#frontier,
      rootAt: this.#rootAt,
      lives: this.#lives,
      bytes: this.#bytes,
      schemaSeq: this.#schemaSeq,
      lastAt: this.#lastAt,
      isWhole,
    };
  }

  /** The entries of a page up to the first that is missing or says nothing. */
  #readPage(page: readonly StoredChange[]): ReadChange[] {
    const read: ReadChange[] = [];
    for (const change of page) {
      const expected = this.#frontier.size + 1;
      if (change.seq !== expected) {
        this.#missing(expected);
        return read;
      }
      this.#frontier.push(leafHash(change.entry));
      if (expected === this.#options.rootAt) this.#rootAt = this.#frontier.root;
      this.#bytes += Buffer.byteLength(change.entry) + 1;
      const parsed = parseEntry(change.entry);
      if (parsed === undefined) {
        this.#options.findings.bad('entries', { seq: expected, what: `entry ${expected} is no entry` });
        return read;
      }
      const what = this.#problemOf({ ...change, parsed });
      if (what !== undefined) this.#options.findings.bad('entries', { seq: expected, table: parsed.table, what });
      read.push({ ...change, parsed });
    }
    return read;
  }

  #missing(seq: number): void {
    this.#options.findings.bad('entries', { seq, what: `entry ${seq} is missing` });
  }

  /** What stands beside an entry only finds it, but it must find the right one. */
  #problemOf({ seq, tableId, key, groupLast, parsed }: ReadChange): string | undefined {
    if (parsed.seq !== seq) return `in the place of entry ${seq} stands entry ${parsed.seq}`;
    const life = isRowEntry(parsed) ? this.#lives.living(parsed.table)?.id : this.#applyTable(parsed);
    if (typeof life === 'string') return life;
    if (life === undefined) return `entry ${seq} is of the table ${parsed.table}, which is not there`;
    if (life !== tableId) return `entry ${seq} is kept under another table than its own, ${parsed.table}`;
    if ((isRowEntry(parsed) ? parsed.key : null) !== key) return `entry ${seq} is kept under another key than its own`;
    if (groupOf(parsed)[1] !== groupLast) return `entry ${seq} is kept with another end of its group`;
    if (this.#lastAt !== undefined && parsed.at < this.#lastAt) return `entry ${seq} is older than the one before it`;
    this.#lastAt = parsed.at;
    return undefined;
  }

  /** The life of the table that a change is of; why it cannot follow what is ahead of it. */
  #applyTable(entry: TableEntry): number | string {
    try {
      this.#schemaSeq = entry.seq;
      return this.#lives.apply(entry).id;
    } catch (error) {
      if (error instanceof FoldError) return error.message;
      throw error;
    }
  }

  /** Without its answer a command would be done a second time when it is sent again. */
  async #checkAnswers(read: readonly ReadChange[]): Promise<void> {
    const { executor, findings } = this.#options;
    const firsts = new Map<string, number>();
    for (const { seq, parsed } of read) {
      if (parsed.command === this.#lastCommand) continue;
      this.#lastCommand = parsed.command;
      firsts.set(parsed.command, seq);
    }
    this.#commands += firsts.size;
    const { rows } = await sql<{ id: string }>`
      SELECT asked.id FROM unnest(${[...firsts.keys()]}::text[]) AS asked (id)
      WHERE NOT EXISTS (SELECT FROM command WHERE command.id = asked.id)`.execute(executor);
    const missing = rows.map(({ id }) => firsts.get(id) ?? 0).sort((a, b) => a - b);
    const [seq] = missing;
    if (seq !== undefined)
      findings.bad('answers', { seq, what: `the answer to the command of entry ${seq} is missing` });
  }

  #report(): void {
    const { findings } = this.#options;
    const { size } = this.#frontier;
    const megabytes = (this.#bytes / 1_048_576).toFixed(1);
    findings.good('entries', `${counted(size, 'change')}, ${megabytes} MB, each hashed from its bytes, without a hole`);
    findings.good('answers', `of ${counted(this.#commands, 'command')}: each is kept, so that none is done twice`);
  }
}

/** Undefined when the text is not an entry at all. */
function parseEntry(text: string): Entry | undefined {
  let entry: Partial<Entry> | null;
  try {
    entry = JSON.parse(text) as Partial<Entry> | null;
  } catch {
    return undefined;
  }
  const isEntry =
    typeof entry?.seq === 'number' &&
    typeof entry.at === 'string' &&
    typeof entry.command === 'string' &&
    typeof entry.table === 'string' &&
    typeof entry.op === 'string';
  return isEntry ? (entry as Entry) : undefined;
}
