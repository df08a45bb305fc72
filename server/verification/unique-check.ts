import { sql } from 'kysely';
import { isErased } from '../../protocol/sealed.ts';
import type { Executor } from '../database/writer.ts';
import { uniqueName } from '../domain/state.ts';
import type { TableLife, TableLives } from '../log/table-lives.ts';
import { allRows } from '../projections/rows.ts';
import { openPage } from '../projections/sealed.ts';
import { loadHolders } from '../projections/unique.ts';
import { counted, type Findings } from './findings.ts';

export interface UniqueCheckOptions {
  readonly executor: Executor;
  readonly lives: TableLives;
  readonly findings: Findings;
  readonly signal: AbortSignal;
}

/** Holds what keeps values of unique columns apart against the rows: of each value the one row that has it. */
export async function checkUnique({ executor, lives, findings, signal }: UniqueCheckOptions): Promise<void> {
  let total = 0;
  for (const life of lives.byId.values()) {
    const held = life.dropped === undefined ? await checkTable(executor, life, { findings, signal }) : 0;
    await checkStrangers(executor, life, { held, findings });
    total += held;
  }
  await checkHomeless(executor, lives, findings);
  findings.good('keys', `${counted(total, 'unique value')}, each held by the row that has it`);
}

/** How many values the rows of a table hold. */
async function checkTable(
  executor: Executor,
  { id, name, definition }: TableLife,
  { findings, signal }: Pick<UniqueCheckOptions, 'findings' | 'signal'>,
): Promise<number> {
  const columns = definition.columns.filter(({ unique }) => unique);
  if (columns.length === 0) return 0;
  let held = 0;
  for await (const page of allRows(executor, id)) {
    signal.throwIfAborted();
    const opened = await openPage(executor, { id, definition }, page);
    const refs = opened.flatMap(({ key, open }) =>
      columns.flatMap((column) => {
        const value = open[column.name] ?? null;
        return value === null || isErased(column, value) ? [] : [{ tableId: id, column, value, key }];
      }),
    );
    const holders = await loadHolders(executor, refs);
    const wrong = refs.find((ref) => holders.get(uniqueName(id, ref.column, ref.value)) !== ref.key);
    if (wrong !== undefined) accuse(findings, name, { key: wrong.key, column: wrong.column.name });
    held += refs.length;
  }
  return held;
}

async function checkStrangers(
  executor: Executor,
  { id, name, definition }: TableLife,
  { held, findings }: { held: number; findings: Findings },
): Promise<void> {
  const { rows: counts } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM unique_projection WHERE table_id = ${id}`.execute(executor);
  if (counts[0]?.count === held || findings.isBad('keys')) return;
  const columns = definition.columns.flatMap((column) => (column.unique ? [column.name] : []));
  const { rows: strangers } = await sql<{ key: string; column: string }>`
    SELECT key, "column" FROM unique_projection u WHERE table_id = ${id}
      AND ("column" <> ALL(${columns}::text[])
        OR NOT EXISTS (SELECT FROM row_projection r WHERE r.table_id = ${id} AND r.key = u.key)
        OR (SELECT count(*) FROM unique_projection o WHERE o.table_id = ${id} AND o."column" = u."column" AND o.key = u.key) > 1
        OR ${held} = 0)
    ORDER BY key LIMIT 1`.execute(executor);
  const [stranger = { key: '', column: '' }] = strangers;
  accuse(findings, name, stranger, 'holds a value that it has not');
}

/** Values of a table that the log has none of: no foreign key keeps them out. */
async function checkHomeless(executor: Executor, lives: TableLives, findings: Findings): Promise<void> {
  const { rows } = await sql<{ id: number; key: string; column: string }>`
    SELECT table_id AS id, key, "column" FROM unique_projection
    WHERE table_id <> ALL(${[...lives.byId.keys()]}::bigint[]) ORDER BY table_id, key LIMIT 1`.execute(executor);
  const [homeless] = rows;
  if (homeless === undefined) return;
  const { id, key, column } = homeless;
  const what = `row ${key}, column ${column}, holds a value of table ${id}, and the log has none created at ${id}`;
  findings.bad('keys', { key, column, what });
}

function accuse(
  findings: Findings,
  table: string,
  { key, column }: { readonly key: string; readonly column: string },
  what = 'does not hold the value that it has: another row may be given it too',
): void {
  findings.bad('keys', { table, key, column, what: `table ${table}, row ${key}, column ${column}, ${what}` });
}
