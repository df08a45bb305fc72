import { toBase64 } from '../../proof/hash.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import { type FoldedTable, rowText } from '../../protocol/fold.ts';
import { RowcastError } from '../errors.ts';
import { type RowPage, readRowPages } from '../ledger-reads.ts';
import { pause, type Timing } from '../timing.ts';
import type { FormerLife } from './lives.ts';
import { LogPass, type LogPassOptions } from './log-pass.ts';
import type { Verified } from './log-trust.ts';

export interface VerifyOptions {
  /** Begins with this entry; then the tables, which need the whole log, are not compared. */
  readonly from?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly seq: number; readonly of: number }) => void) | undefined;
}

/** What was verified. */
export interface VerifyReport {
  readonly epoch: string;
  /** The first and the last entry that was read and hashed. */
  readonly first: number;
  readonly last: number;
  readonly entries: number;
  readonly bytes: number;
  /** The signed checkpoint that they were held against; the root in base64. */
  readonly checkpoint: { readonly size: number; readonly root: string };
  /** How far the log had been verified at an earlier connection, and was found to be the same now. */
  readonly kept?: number | undefined;
  /** The other lives of the ledger that were met here, and how far each was verified; the last one first. */
  readonly former: readonly FormerLife[];
  /** The tables whose rows are what the log adds up to. */
  readonly tables?: readonly { readonly name: string; readonly rows: number }[] | undefined;
  readonly tookMs: number;
  readonly entriesPerSecond: number;
}

type VerifyParts = Omit<LogPassOptions, 'onProgress' | 'signal'> & { readonly timing: Timing };

/** How long the server may take to sign what it has written, in milliseconds. */
const signMs = 5_000;
const signPauseMs = 100;
const rowsOfPage = 5_000;
/** Times that a table is listed anew when its columns change meanwhile. */
const listTries = 5;

/** Reads every byte of a ledger again and holds it against what was signed. */
export class LedgerVerification {
  readonly #parts: VerifyParts;
  readonly #options: VerifyOptions;
  readonly #signal: AbortSignal;

  constructor(parts: VerifyParts, options: VerifyOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  /** @throws TamperedError; RowcastError `unknown_type` when the server signs nothing */
  async run(): Promise<VerifyReport> {
    const startMs = performance.now();
    const signed = await this.#signed(0);
    const pass = await this.#begin(signed);
    await this.#readTo(pass, signed);
    const tookMs = performance.now() - startMs;
    const entriesPerSecond = Math.round((pass.entries / tookMs) * 1_000);
    const tables = pass.fold && (await this.#compareTables(pass, signed));
    // Comparing may have read on: that must be signed too.
    const last = pass.seq > signed.size ? await this.#signed(pass.seq) : signed;
    await this.#readTo(pass, last);
    const { remembered, former } = this.#parts.trust;
    return {
      epoch: last.epoch,
      first: pass.seq - pass.entries + 1,
      last: pass.seq,
      entries: pass.entries,
      bytes: pass.bytes,
      checkpoint: { size: last.size, root: toBase64(last.root) },
      kept: remembered?.size,
      former,
      tables,
      tookMs: Math.round(performance.now() - startMs),
      entriesPerSecond,
    };
  }

  /** A checkpoint over at least so many entries. */
  async #signed(size: number): Promise<Verified> {
    const { trust, timing } = this.#parts;
    for (let leftMs = signMs; ; leftMs -= signPauseMs) {
      const signed = await trust.contact(this.#signal);
      if (signed === undefined) throw new RowcastError('unknown_type', 'this server signs nothing: it is too old');
      if (signed.size >= size) return signed;
      if (leftMs <= 0) {
        const what = `there are entries up to ${size}, and the server has signed ${signed.size}`;
        throw trust.declare({ kind: 'changed', first: signed.size + 1, last: size, what });
      }
      await pause(timing, signPauseMs, this.#signal);
    }
  }

  async #begin(signed: Verified): Promise<LogPass> {
    const { onProgress } = this.#options;
    const options: LogPassOptions = {
      ...this.#parts,
      signal: this.#signal,
      onProgress: (seq) => onProgress?.({ seq, of: signed.size }),
    };
    const from = this.#options.from ?? 1;
    if (from <= 1) return new LogPass(options, signed.epoch);
    if (from > signed.size + 1) throw new RowcastError('bad_request', `the log ends at ${signed.size}, before ${from}`);
    return new LogPass(
      options,
      signed.epoch,
      await this.#parts.reads.provenFrontier(from - 1, signed, this.#parts.trust),
    );
  }

  /** What was verified before is held against the bytes on the way, not only against a proof. */
  async #readTo(pass: LogPass, signed: Verified): Promise<void> {
    const { remembered } = this.#parts.trust;
    if (remembered?.epoch === signed.epoch && remembered.size > pass.seq && remembered.size < signed.size) {
      await pass.advance(remembered.size, signed);
      await pass.check(remembered);
    }
    await pass.advance(signed.size, signed);
    if (pass.seq === signed.size) await pass.check(signed);
  }

  async #compareTables(pass: LogPass, signed: Verified): Promise<VerifyReport['tables']> {
    const { body } = await this.#parts.channel.request({ type: 'table.list' }, { signal: this.#signal });
    await pass.advance(body.seq, signed);
    const folded = pass.fold?.tables ?? new Map<string, FoldedTable>();
    const names = body.tables.map(({ definition }) => definition.name);
    const missing = [...folded.keys()].find((name) => !names.includes(name));
    if (missing !== undefined)
      throw this.#disagree(missing, pass.seq, 'is in the log, and the server does not list it');
    const compared: { name: string; rows: number }[] = [];
    for (const name of names) {
      if (!folded.has(name)) throw this.#disagree(name, pass.seq, 'is listed, and the log has none of this name');
      const rows = await this.#compareTable(name, pass, signed);
      if (rows !== undefined) compared.push({ name, rows });
    }
    return compared;
  }

  /** How many rows the table has; undefined when it was dropped meanwhile. */
  async #compareTable(name: string, pass: LogPass, signed: Verified): Promise<number | undefined> {
    for (let tries = listTries; ; tries -= 1) {
      try {
        return await this.#compareRows(name, pass, signed);
      } catch (error) {
        if (!(error instanceof RowcastError)) throw error;
        if (error.code === 'table_not_found') {
          await pass.advance((await this.#signed(pass.seq)).size, signed);
          if (!pass.fold?.tables.has(name)) return undefined;
        } else if (error.code !== 'too_old') throw error;
        if (tries === 0) throw error;
      }
    }
  }

  async #compareRows(name: string, pass: LogPass, signed: Verified): Promise<number> {
    const request = { type: 'row.list', table: name, limit: rowsOfPage } as const;
    let expected: Map<string, CurrentRow> | undefined;
    let count = 0;
    for await (const page of readRowPages(this.#parts.channel, request, { signal: this.#signal })) {
      if (expected === undefined) {
        await pass.advance(page.seq, signed);
        // Nothing is read while this table is compared, so the fold stays at the seq of its first page.
        expected = new Map(this.#table(name, pass).rows);
        this.#compareDefinition(name, page, pass);
      }
      for (const row of page.rows) this.#compareRow(name, row, expected);
      count += page.rows.length;
    }
    const [missing] = expected?.values() ?? [];
    if (missing !== undefined) throw this.#disagree(`${name}, row ${missing.key},`, missing.seq, 'is not listed');
    return count;
  }

  #table(name: string, { fold, seq }: LogPass): FoldedTable {
    const table = fold?.tables.get(name);
    if (table === undefined) throw this.#disagree(name, seq, 'is listed, and was dropped');
    return table;
  }

  #compareDefinition(name: string, { definition }: RowPage, pass: LogPass): void {
    if (
      JSON.stringify(sortedMembers(definition)) !== JSON.stringify(sortedMembers(this.#table(name, pass).definition))
    ) {
      throw this.#disagree(name, this.#table(name, pass).life, 'has other columns than the log gave it');
    }
  }

  #compareRow(name: string, row: CurrentRow, expected: Map<string, CurrentRow>): void {
    const right = expected.get(row.key);
    if (right === undefined) throw this.#disagree(`${name}, row ${row.key},`, row.seq, 'is listed, and not in the log');
    if (rowText(right) !== rowText(row)) {
      throw this.#disagree(`${name}, row ${row.key},`, right.seq, `is not what change ${right.seq} has left`);
    }
    expected.delete(row.key);
  }

  #disagree(where: string, seq: number, what: string): Error {
    return this.#parts.trust.declare({ kind: 'projection', first: seq, what: `table ${where} ${what}` });
  }
}

/** A value with the members of its objects in one order, as the order is nobody's promise. */
function sortedMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedMembers);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([name, member]) => [name, sortedMembers(member)]);
}
