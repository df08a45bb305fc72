import { sql } from 'kysely';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Executor } from '../database/writer.ts';
import type { TableLife, TableLives } from '../log/table-lives.ts';
import { counted, type Findings } from './findings.ts';

interface KeptTable {
  readonly id: number;
  readonly name: string;
  readonly definition: TableDefinition;
  readonly changed: number;
  readonly dropped: number | null;
}

/**
 * Holds the tables with their columns and rules, dropped ones too, and the names of their views' columns, against the log.
 * What a view selects is not compared.
 */
export async function checkTables(executor: Executor, lives: TableLives, findings: Findings): Promise<void> {
  const { rows } = await sql<KeptTable>`
    SELECT id, name, definition, changed, dropped FROM table_projection ORDER BY id`.execute(executor);
  const kept = new Map(rows.map((row) => [row.id, row]));
  for (const life of lives.byId.values()) {
    const what = difference(life, kept.get(life.id));
    if (what !== undefined)
      findings.bad('tables', { seq: life.changed, table: life.name, what: `table ${life.name} ${what}` });
    kept.delete(life.id);
  }
  for (const { id, name } of kept.values()) {
    findings.bad('tables', {
      seq: id,
      table: name,
      what: `table ${name} is listed, and the log has none created at ${id}`,
    });
  }
  const living = [...lives.byId.values()].filter(({ dropped }) => dropped === undefined);
  await checkViews(executor, living, findings);
  const dropped = lives.byId.size - living.length;
  findings.good(
    'tables',
    `${counted(living.length, 'table')} with columns, rules and the names of the views' columns; ${dropped} dropped; what guards the log is on`,
  );
}

function difference(
  { name, definition, changed, dropped }: TableLife,
  kept: KeptTable | undefined,
): string | undefined {
  if (kept === undefined) return 'is in the log, and is not listed';
  if (kept.name !== name) return `is listed as ${kept.name}`;
  if ((kept.dropped ?? undefined) !== dropped)
    return dropped === undefined ? 'is listed as dropped' : 'was dropped, and is listed';
  if (JSON.stringify(kept.definition) !== JSON.stringify(definition))
    return 'has other columns or rules than the log gave it';
  return kept.changed === changed ? undefined : `is said to have changed at ${kept.changed}, and did at ${changed}`;
}

/** What the view of a table has besides the table's own columns. */
const ownColumns = ['_key', '_version', '_seq', '_at', '_by'];

async function checkViews(executor: Executor, living: readonly TableLife[], findings: Findings): Promise<void> {
  const { rows } = await sql<{ name: string; columns: string[] }>`
    SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema() || '_tables')) AND c.relkind = 'v'
    GROUP BY c.relname`.execute(executor);
  const views = new Map(rows.map(({ name, columns }) => [name, columns]));
  for (const { name, definition, changed } of living) {
    const expected = [...definition.columns.map((column) => column.name), ...ownColumns];
    if (JSON.stringify(views.get(name)) === JSON.stringify(expected)) continue;
    const what = views.has(name) ? 'has other columns than its table' : 'is missing';
    findings.bad('tables', { seq: changed, table: name, what: `the view of table ${name} ${what}` });
  }
}
