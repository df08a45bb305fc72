import { sql } from 'kysely';
import type { Executor } from '../database/writer.ts';
import type { Findings } from './findings.ts';

/** The tables that only grow (of `table_projection` the ids), each by a trigger of this name. */
const guarded = ['change', 'tile', 'tag', 'command', 'audit', 'table_projection'] as const;
const triggerName = 'append_only';

/** Demands that what keeps the log from being changed is there and switched on, for ordinary sessions. */
export async function checkTriggers(executor: Executor, findings: Findings): Promise<void> {
  const { rows } = await sql<{ name: string; mode: string | null }>`
    SELECT wanted.name, t.tgenabled::text AS mode
    FROM unnest(${guarded as readonly string[]}::text[]) WITH ORDINALITY AS wanted (name, place)
    LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass(wanted.name) AND t.tgname = ${triggerName}
    ORDER BY place`.execute(executor);
  const off = rows.find(({ mode }) => mode !== 'O' && mode !== 'A');
  if (off === undefined) return;
  const what = off.mode === null ? 'is missing' : 'is switched off';
  findings.bad('tables', {
    table: off.name,
    what: `the trigger ${triggerName} of ${off.name}, without which it can be changed, ${what}`,
  });
}
