import type { Feed } from '../../../../../client/web/page/api/feed.ts';
import { GatewayProblem } from '../../../../../client/web/page/api/problem.ts';
import type { LedgerListener } from '../../../../../client/web/page/ledger/ledger.ts';
import type { TableTransport } from '../../../../../client/web/page/ledger/table-transport.ts';
import { formatCursor, parseCursor } from '../../../../../protocol/cursor.ts';
import type { RowDiff } from '../../../../../protocol/diff.ts';
import type { Entry } from '../../../../../protocol/entry.ts';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { Fold, type FoldedTable } from '../../../../../protocol/fold.ts';
import type { Cell } from '../../../../../protocol/values.ts';
import type { Dice } from '../../../random.ts';

type Group = Parameters<ConstructorParameters<typeof Feed>[0]['listener']['group']>[0];

const epoch = 'fake';
/** Milliseconds that anything takes at most on its way. */
const delayMsMax = 60;

/** A ledger in memory behind a gateway that takes its time: it answers, feeds and plays as the real one does. */
export class FakeLedger implements TableTransport {
  readonly groups: Group[] = [];
  /** With what everything is refused that is asked for. */
  refusal: GatewayProblem | undefined;
  readonly #dice: Dice;
  readonly #listeners = new Set<LedgerListener>();
  readonly #players = new Set<() => void>();
  #told = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  get seq(): number {
    return this.groups.at(-1)?.entries.at(-1)?.seq ?? 0;
  }

  cursor(seq: number): string {
    return formatCursor({ seq, epoch });
  }

  /** One command; the link tells of it after a while, and in order. */
  commit(make: (seq: number) => Entry[]): void {
    const entries = make(this.seq + 1);
    const last = entries.at(-1);
    if (last === undefined) return;
    const { seq, at, by, command } = last;
    this.groups.push({ cursor: this.cursor(seq), at, by, command, entries });
    for (const wake of this.#players) wake();
    setTimeout(() => this.#tellNext(), this.#dice.below(delayMsMax));
  }

  /** The table as of a seq; undefined where there is none. */
  table(name: string, seq: number): FoldedTable | undefined {
    const fold = new Fold();
    for (const entry of this.#entries()) if (entry.seq <= seq) fold.apply(entry);
    return fold.tables.get(name);
  }

  restart(): void {
    for (const { restart } of [...this.#listeners]) restart();
  }

  async *rows(table: string, at: string | undefined, signal: AbortSignal): AsyncGenerator<readonly unknown[]> {
    await this.#way(signal);
    const seq = at === undefined ? this.seq : (parseCursor(at)?.seq ?? 0);
    const found = this.table(table, seq);
    if (found === undefined) throw new GatewayProblem({ code: 'table_not_found', message: 'there is none' });
    const rows = [...found.rows.values()];
    yield [{ cursor: this.cursor(seq), definition: found.definition }, ...rows.slice(0, 2)];
    await this.#way(signal);
    if (rows.length > 2) yield rows.slice(2);
    await this.#way(signal);
  }

  async diff(name: string, [from, to]: readonly [string, string | undefined], signal: AbortSignal) {
    await this.#way(signal);
    const [first, last] = [parseCursor(from)?.seq ?? 0, to === undefined ? this.seq : (parseCursor(to)?.seq ?? 0)];
    const [before, after] = [this.table(name, first), this.table(name, last)];
    const isSame = JSON.stringify(before?.definition) === JSON.stringify(after?.definition);
    const tables = isSame ? [] : [{ table: name, op: 'alter' as const, seq: last }];
    const rows = diffOf(name, before?.rows ?? new Map(), after?.rows ?? new Map());
    await this.#way(signal);
    return { epoch, from: first, to: last, tables, rows };
  }

  async log(table: string, [after, to]: readonly [number, { seq: number }], signal: AbortSignal): Promise<Entry[]> {
    await this.#way(signal);
    return this.#entries().filter((entry) => entry.table === table && entry.seq > after && entry.seq <= to.seq);
  }

  play({ table, from, listener }: Parameters<TableTransport['play']>[0]): () => void {
    const { refusal } = this;
    if (refusal !== undefined) {
      // As a feed does until it is closed.
      const trying = setInterval(() => {
        listener.silent();
        listener.refused?.(refusal);
      }, 1_000);
      return () => clearInterval(trying);
    }
    let at = parseCursor(from)?.seq ?? 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = (): void => {
      timer = undefined;
      const group = this.groups.find(({ entries }) => entries.some((entry) => entry.table === table && entry.seq > at));
      if (group === undefined) {
        // It is on its way while more is made, of which the link may tell before.
        const live = { state: 'live', since: '', head: this.seq, verified: 0 } as const;
        timer = setTimeout(() => listener.position(live), this.#dice.below(delayMsMax * 3));
        return;
      }
      at = parseCursor(group.cursor)?.seq ?? at;
      listener.group({ ...group, entries: group.entries.filter((entry) => entry.table === table) });
      wake();
    };
    const wake = (): void => {
      timer ??= setTimeout(next, this.#dice.below(delayMsMax / 2));
    };
    this.#players.add(wake);
    wake();
    return () => {
      clearTimeout(timer);
      this.#players.delete(wake);
    };
  }

  subscribe(listener: LedgerListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The gateway may have said already that there is more than it has told. */
  head() {
    const told = parseCursor(this.groups[this.#told - 1]?.cursor ?? '')?.seq ?? 0;
    return { seq: this.#dice.chance(0.5) ? told : this.seq, epoch };
  }

  /** What the link tells. */
  tell(group: Group): void {
    for (const { groups } of [...this.#listeners]) groups([group]);
  }

  #tellNext(): void {
    const group = this.groups[this.#told];
    if (group === undefined) return;
    this.#told += 1;
    this.tell(group);
  }

  #entries(): Entry[] {
    return this.groups.flatMap(({ entries }) => entries);
  }

  async #way(signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#dice.below(delayMsMax)));
    if (signal.aborted) throw new DOMException('aborted', 'AbortError');
    if (this.refusal !== undefined) throw this.refusal;
  }
}

function diffOf(table: string, before: Map<string, CurrentRow>, after: Map<string, CurrentRow>): RowDiff[] {
  const diffs: RowDiff[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [before.get(key), after.get(key)];
    const seq = b?.seq ?? 0;
    if (a === undefined && b !== undefined) diffs.push({ table, key, op: 'insert', seq, row: b.row });
    else if (a !== undefined && b === undefined) diffs.push({ table, key, op: 'delete', seq, was: a.row });
    else if (a !== undefined && b !== undefined) {
      const was: Record<string, Cell> = {};
      for (const name of new Set([...Object.keys(a.row), ...Object.keys(b.row)]))
        if (a.row[name] !== b.row[name]) was[name] = a.row[name] ?? null;
      if (Object.keys(was).length > 0) diffs.push({ table, key, op: 'update', seq, row: b.row, was });
    }
  }
  return diffs;
}
