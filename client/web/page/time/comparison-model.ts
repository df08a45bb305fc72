import { isRowEntry } from '../../../../protocol/entry.ts';
import type { Group } from '../api/messages.ts';
import { isPassing } from '../api/outcome.ts';
import { pause, retryMs } from '../api/pause.ts';
import { GatewayProblem } from '../api/problem.ts';
import { gatewayTransport, type TableChange, type TableTransport } from '../ledger/table-transport.ts';
import { Comparison } from './comparison.ts';

/** Two moments, of which either may be the later one; the second is the present, and moves on, when `at` is left out. */
export interface Span {
  readonly since: string;
  readonly at: string | undefined;
}

export interface ComparisonModelOptions {
  readonly table: string;
  readonly onChange: (change: Omit<TableChange, 'rows'>) => void;
  readonly onFailure: (problem: GatewayProblem) => void;
  readonly transport?: TableTransport;
}

/**
 * The comparison of two moments of a table. While a handle is dragged there is one request at a time, and the next one is
 * for the newest span. Up to the present it is kept by the changes of the link behind the diff's own seq.
 */
export class ComparisonModel {
  readonly comparison = new Comparison();
  readonly #options: ComparisonModelOptions;
  readonly #transport: TableTransport;
  readonly #forget: () => void;
  readonly #closing = new AbortController();
  #wanted: Span | undefined;
  #head: Omit<TableChange, 'rows'> | undefined;
  #isReading = false;
  #waiting: Group[] = [];

  constructor(options: ComparisonModelOptions) {
    this.#options = options;
    this.#transport = options.transport ?? gatewayTransport;
    const groups = (all: readonly Group[]): void => this.#take(all);
    this.#forget = this.#transport.subscribe({ groups, restart: () => this.#again() });
  }

  show(span: Span): void {
    this.#wanted = span;
    this.#read();
  }

  close(): void {
    this.#forget();
    this.#closing.abort();
  }

  #read(): void {
    if (!this.#isReading) void this.#readNewest();
  }

  async #readNewest(): Promise<void> {
    const { table, onFailure } = this.#options;
    const { signal } = this.#closing;
    this.#isReading = true;
    for (let span = this.#wanted; span !== undefined && !signal.aborted; ) {
      const asked = span;
      this.#waiting = [];
      try {
        this.#begin(asked, await this.#transport.diff(table, [asked.since, asked.at], signal));
      } catch (error) {
        if (signal.aborted) return;
        const isTold = error instanceof GatewayProblem;
        if (asked === this.#wanted)
          onFailure(isTold ? error : new GatewayProblem({ code: 'internal', message: String(error) }));
        if (isPassing(error)) {
          await pause(retryMs, signal);
          span = this.#wanted;
          continue;
        }
      }
      span = asked === this.#wanted ? undefined : this.#wanted;
    }
    this.#isReading = false;
  }

  #begin({ at }: Span, { rows, ...head }: TableChange): void {
    this.#head = head;
    this.comparison.begin(rows);
    if (at === undefined) this.#apply(this.#waiting);
    this.#options.onChange(head);
  }

  #take(groups: readonly Group[]): void {
    if (this.#wanted?.at !== undefined) return;
    if (this.#isReading) this.#waiting.push(...groups);
    else if (this.#head !== undefined && this.#apply(groups)) this.#options.onChange(this.#head);
  }

  /** Whether there was something in it. */
  #apply(groups: readonly Group[]): boolean {
    const { table } = this.#options;
    const behind = this.#head?.to ?? 0;
    const entries = groups
      .flatMap((group) => group.entries)
      .filter((entry) => entry.table === table && entry.seq > behind);
    for (const entry of entries) if (isRowEntry(entry)) this.comparison.apply(entry);
    // Columns have changed: the rows before are to be read in the new ones.
    if (!entries.every(isRowEntry)) this.#again();
    return entries.length > 0;
  }

  #again(): void {
    if (this.#wanted !== undefined) this.show({ ...this.#wanted });
  }
}
