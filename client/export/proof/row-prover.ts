import type { Cursor } from '../../../protocol/cursor.ts';
import { isRowEntry } from '../../../protocol/entry.ts';
import type { CurrentRow } from '../../../protocol/errors.ts';
import type { CommandChannel } from '../../command-channel.ts';
import { RowcastError } from '../../errors.ts';
import { readPages } from '../../log-reader.ts';
import { entriesUpTo } from '../entries-up-to.ts';
import type { LeafWalk } from './leaf-walk.ts';
import type { Proof, Prover } from './prover.ts';

export interface RowProverParts {
  readonly channel: CommandChannel;
  readonly walk: LeafWalk;
  readonly table: string;
  readonly cursor: Cursor;
  readonly signal: AbortSignal | undefined;
}

/** Rows whose entries are held in memory until all were found, some 300 bytes each. */
const provenRowsMax = 500_000;

/**
 * Of a table: the last entry of each row, found in one pass over the table's changes, and what was done to the table
 * itself, which tells its columns.
 */
export class RowProver implements Prover<CurrentRow> {
  readonly #parts: RowProverParts;
  readonly #seqs: number[] = [];

  constructor(parts: RowProverParts) {
    this.#parts = parts;
  }

  async take(rows: readonly CurrentRow[]): Promise<void> {
    for (const { seq } of rows) this.#seqs.push(seq);
    if (this.#seqs.length > provenRowsMax) {
      const most = provenRowsMax.toLocaleString('en');
      throw new RowcastError(
        'too_large',
        `proofs are made for up to ${most} rows; export the log instead, which proves all`,
      );
    }
  }

  async finish(): Promise<Proof> {
    const { walk } = this.#parts;
    const { table, lines } = await this.#find();
    const entries = this.#seqs.map((seq) => {
      const line = lines.get(seq);
      if (line === undefined) throw new RowcastError('protocol', `the log has no entry ${seq} of this table`);
      return line;
    });
    const chosen = new Map([...lines, ...table].sort(([a], [b]) => a - b));
    for (const [seq, line] of chosen) await walk.choose(seq, line);
    return { ...(await walk.finish()), table: [...table.values()], entries };
  }

  async #find() {
    const { channel, table: name, cursor, signal } = this.#parts;
    const wanted = new Set(this.#seqs);
    const table = new Map<number, string>();
    const lines = new Map<number, string>();
    const pages = readPages(channel, { type: 'log.read', table: name, epoch: cursor.epoch }, { signal });
    for await (const entries of entriesUpTo(pages, cursor.seq)) {
      for (const { entry, line } of entries) {
        if (wanted.has(entry.seq)) lines.set(entry.seq, line);
        if (isRowEntry(entry)) continue;
        // Another table had the name before.
        if (entry.op === 'create') table.clear();
        table.set(entry.seq, line);
      }
    }
    return { table, lines };
  }
}
