import type { RowEntry } from '../../../../protocol/entry.ts';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { BlamedChange, ReplyOf } from '../../../../protocol/replies.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';

/** Which change set each cell last, by column. */
type Blame = ReadonlyMap<string, BlamedChange>;

/** What is known of one row, with its past. */
export interface RowState {
  readonly phase: 'reading' | 'ready';
  /** Why it could not be read. */
  readonly problem: Error | undefined;
  /** Of the table then; undefined where there is none. */
  readonly definition: TableDefinition | undefined;
  /** Undefined where there is none. */
  readonly row: CurrentRow | undefined;
  readonly blame: Blame;
  /** The newest first. */
  readonly history: readonly RowEntry[];
  readonly older: 'unread' | 'reading' | 'failed' | 'none';
  /** What has a greater seq has just come. */
  readonly newAfter: number;
}

export const unread: RowState = {
  phase: 'reading',
  problem: undefined,
  definition: undefined,
  row: undefined,
  blame: new Map(),
  history: [],
  older: 'none',
  newAfter: 0,
};

export function toBlame({ rows, changes }: Pick<ReplyOf<'row.blame'>, 'rows' | 'changes'>): Blame {
  const bySeq = new Map(changes.map((change) => [change.seq, change]));
  const blame = new Map<string, BlamedChange>();
  for (const [column, seq] of Object.entries(rows[0]?.cells ?? {})) {
    const change = bySeq.get(seq);
    if (change !== undefined) blame.set(column, change);
  }
  return blame;
}

type Known = Pick<RowState, 'row' | 'blame' | 'history'>;

/** The row after one more change of it. */
export function withEntry({ row, blame, history }: Known, entry: RowEntry): Known {
  const { key, version, seq, at, by } = entry;
  const grown = [entry, ...history];
  // An erase of a row that is gone has none, and makes none.
  if (entry.op === 'delete' || entry.row === undefined) return { row: undefined, blame: new Map(), history: grown };
  const is = { key, version, seq, at, by, row: entry.row };
  if (entry.op === 'erase') return { row: row === undefined ? undefined : is, blame, history: grown };
  return { row: is, blame: blamed(blame, entry), history: grown };
}

function blamed(blame: Blame, { op, seq, at, by, command, why, row = {}, was = {} }: RowEntry): Blame {
  const change = { seq, at, by, op, command, ...(why !== undefined && { why }) };
  const next = new Map(op === 'insert' ? [] : blame);
  for (const column of Object.keys(op === 'insert' ? row : was)) next.set(column, change);
  return next;
}
