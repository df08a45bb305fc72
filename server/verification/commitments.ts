import { sql } from 'kysely';
import { isRowEntry, type RowEntry } from '../../protocol/entry.ts';
import type { Executor } from '../database/writer.ts';
import { newCommitments } from '../log/new-commitments.ts';
import { renamedColumn, type TableLife, type TableLives } from '../log/table-lives.ts';
import type { ReadChange } from './log-check.ts';

/** A commitment that a change brings into a cell. */
export interface Commitment {
  readonly seq: number;
  readonly life: TableLife;
  readonly key: string;
  /** As it was called then. */
  readonly column: string;
  readonly commitment: string;
  /** Whether the change takes others back: it may bring what an earlier one has brought. */
  readonly isReverting: boolean;
}

export function commitmentsOf(entry: RowEntry, life: TableLife): Commitment[] {
  const { seq, key, reverts } = entry;
  const brought = newCommitments(entry, definitionAt(life, seq));
  return brought.map((one) => ({ ...one, seq, life, key, isReverting: reverts !== undefined }));
}

/** The same of many changes, as far as their tables are known. */
export function commitmentsIn(changes: readonly ReadChange[], lives: TableLives): Commitment[] {
  return changes.flatMap(({ tableId, parsed }) => {
    const life = lives.byId.get(tableId);
    return life !== undefined && isRowEntry(parsed) ? commitmentsOf(parsed, life) : [];
  });
}

/** Those that no earlier change of their row has brought, in any life of its table. */
export async function firstOnes(
  executor: Executor,
  made: readonly Commitment[],
  lives: TableLives,
): Promise<Commitment[]> {
  const asked = made.filter(({ isReverting }) => isReverting);
  const found = asked.length === 0 ? [] : await selectOthers(executor, asked, lives, 'before');
  const again = new Set(found.map(({ position }) => asked[position]));
  return made.filter((one) => !again.has(one));
}

/** Of each commitment, where later changes of its row have put it back. */
export async function laterOnes(
  executor: Executor,
  made: readonly Commitment[],
  lives: TableLives,
): Promise<Map<Commitment, Commitment[]>> {
  const later = new Map<Commitment, Commitment[]>(made.map((one) => [one, []]));
  for (const { position, tableId, entry } of await selectOthers(executor, made, lives, 'behind')) {
    const [one, life] = [made[position], lives.byId.get(tableId)];
    if (one === undefined || life === undefined) continue;
    const same = commitmentsOf(JSON.parse(entry) as RowEntry, life).filter(
      ({ commitment }) => commitment === one.commitment,
    );
    later.get(one)?.push(...same);
  }
  return later;
}

interface OtherChange {
  readonly position: number;
  readonly tableId: number;
  readonly entry: string;
}

/** Changes that name a commitment: one before it, or all behind it that revert. */
async function selectOthers(
  executor: Executor,
  made: readonly Commitment[],
  lives: TableLives,
  side: 'before' | 'behind',
): Promise<readonly OtherChange[]> {
  if (made.length === 0) return [];
  const places = made.flatMap(({ life: { name }, ...one }, position) =>
    lives.ofName(name).map(({ id }) => ({ ...one, id, position })),
  );
  const wanted =
    side === 'before' ? sql`c.seq < wanted.seq` : sql`c.seq > wanted.seq AND strpos(c.entry, '"reverts":') > 0`;
  const { rows } = await sql<OtherChange>`
    SELECT wanted.position, found.table_id AS "tableId", found.entry FROM unnest(
      ${places.map(({ position }) => position)}::bigint[], ${places.map(({ id }) => id)}::bigint[],
      ${places.map(({ key }) => key)}::text[], ${places.map(({ seq }) => seq)}::bigint[],
      ${places.map(({ commitment }) => commitment)}::text[]) AS wanted (position, table_id, key, seq, commitment)
    CROSS JOIN LATERAL (
      SELECT c.seq, c.table_id, c.entry FROM change c
      WHERE c.table_id = wanted.table_id AND c.key = wanted.key AND ${wanted}
        AND strpos(c.entry, '"sealed":"' || wanted.commitment || '"') > 0
      ORDER BY c.seq LIMIT ${side === 'before' ? sql`1` : sql`ALL`}
    ) AS found ORDER BY wanted.position, found.seq`.execute(executor);
  return rows;
}

/** A commitment with its column's present name. */
export function asCalledNow<Named extends Pick<Commitment, 'life' | 'column' | 'seq'>>(made: Named): Named {
  return { ...made, column: renamedColumn(made.life, made.column, made.seq) };
}

/** A table as it was at a seq within its life. */
function definitionAt({ definition, alterations }: TableLife, seq: number): TableLife['definition'] {
  return alterations.find((alteration) => alteration.seq > seq)?.before ?? definition;
}
