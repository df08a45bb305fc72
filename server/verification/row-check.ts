import { sql } from 'kysely';
import type { RowEntry } from '../../protocol/entry.ts';
import { rowText } from '../../protocol/fold.ts';
import type { Cells } from '../../protocol/values.ts';
import type { Executor } from '../database/writer.ts';
import { reshapedSince, type TableLife, type TableLives } from '../log/table-lives.ts';
import { counted, type Findings } from './findings.ts';

/** The last change of a row, and the row as it is kept; its columns are null where none is. */
interface LastChange {
  readonly key: string;
  readonly seq: number;
  readonly entry: string;
  readonly rowSeq: number | null;
  readonly version: number;
  readonly at: string;
  readonly by: string;
  readonly cells: Cells;
}

/** Keys of a page. */
const pageKeys = 2_000;

export interface RowCheckOptions {
  readonly executor: Executor;
  readonly lives: TableLives;
  readonly findings: Findings;
  readonly signal: AbortSignal;
  readonly onProgress: (rows: number) => void;
}

/** Holds every row against its last change, as later changes of columns have left it: from key to key, page by page. */
export async function checkRows({ executor, lives, findings, signal, onProgress }: RowCheckOptions): Promise<void> {
  let total = 0;
  for (const life of lives.byId.values()) {
    let rows = 0;
    if (life.dropped === undefined) {
      for await (const page of lastChanges(executor, life.id)) {
        signal.throwIfAborted();
        for (const last of page) if (compare(life, last, findings)) rows += 1;
        onProgress(total + rows);
      }
    }
    await checkStrangers(executor, life, { rows, findings });
    total += rows;
  }
  await checkHomeless(executor, lives, findings);
  findings.good('rows', `${counted(total, 'row')}, each as its last change has left it`);
}

async function* lastChanges(executor: Executor, tableId: number): AsyncGenerator<readonly LastChange[]> {
  let after = '';
  for (;;) {
    const { rows } = await sql<LastChange>`
      WITH last AS (
        SELECT key, max(seq) AS seq FROM change WHERE table_id = ${tableId} AND key > ${after}
        GROUP BY key ORDER BY key LIMIT ${pageKeys}
      )
      SELECT last.key, last.seq, c.entry, r.seq AS "rowSeq", r.version, r.at, r.by, r.cells
      FROM last JOIN change c ON c.seq = last.seq
      LEFT JOIN row_projection r ON r.table_id = ${tableId} AND r.key = last.key
      ORDER BY last.key`.execute(executor);
    if (rows.length > 0) yield rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < pageKeys) return;
    after = end.key;
  }
}

/** Whether the row is there, as it should be or not. */
function compare(life: TableLife, last: LastChange, findings: Findings): boolean {
  const { key, entry, rowSeq } = last;
  const { seq, at, by, version, row } = JSON.parse(entry) as RowEntry;
  const bad = (what: string): void =>
    findings.bad('rows', { seq, table: life.name, key, what: `table ${life.name}, row ${key}, ${what}` });
  if (rowSeq === null) {
    if (row !== undefined) bad(`is missing: change ${seq} has left it there`);
    return false;
  }
  if (row === undefined) {
    bad(`is there, and change ${seq} has taken it away`);
    return true;
  }
  const expected = { key, version, seq, at, by, row: reshapedSince(life, seq, row) };
  const kept = { key, version: last.version, seq: rowSeq, at: last.at, by: last.by, row: last.cells };
  if (rowText(expected) !== rowText(kept)) bad(`is not what change ${seq} has left`);
  return true;
}

/** Rows that are kept and that no change has made: found by their number, which is what is left when all others were met. */
async function checkStrangers(
  executor: Executor,
  { id, name }: TableLife,
  { rows, findings }: { rows: number; findings: Findings },
): Promise<void> {
  const { rows: counts } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM row_projection WHERE table_id = ${id}`.execute(executor);
  if (counts[0]?.count === rows) return;
  const { rows: strangers } = await sql<{ key: string; seq: number }>`
    SELECT key, seq FROM row_projection r WHERE table_id = ${id}
      AND (${rows} = 0 OR NOT EXISTS (SELECT FROM change c WHERE c.table_id = ${id} AND c.key = r.key))
    ORDER BY key LIMIT 1`.execute(executor);
  const [{ key = '', seq = id } = {}] = strangers;
  findings.bad('rows', {
    seq,
    table: name,
    key,
    what: `table ${name}, row ${key}, is there, and no change has made it`,
  });
}

/** Rows of a table that the log has none of: no foreign key keeps them out. */
async function checkHomeless(executor: Executor, lives: TableLives, findings: Findings): Promise<void> {
  const { rows } = await sql<{ id: number; key: string; seq: number }>`
    SELECT table_id AS id, key, seq FROM row_projection WHERE table_id <> ALL(${[...lives.byId.keys()]}::bigint[])
    ORDER BY table_id, key LIMIT 1`.execute(executor);
  const [homeless] = rows;
  if (homeless === undefined) return;
  const { id, key, seq } = homeless;
  findings.bad('rows', { seq, key, what: `row ${key} is of table ${id}, and the log has none created at ${id}` });
}
