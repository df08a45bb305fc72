import { nanoid } from 'nanoid';
import { expect } from 'vitest';
import type { Command } from '../../../../protocol/commands.ts';
import type { Entry } from '../../../../protocol/entry.ts';
import { Fold } from '../../../../protocol/fold.ts';
import type { Revert } from '../../../../protocol/revert.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import type { Cells } from '../../../../protocol/values.ts';
import { type Answer, submission } from '../../../../server/commands/submission.ts';
import type { TestLedger } from '../../../support/ledger.ts';
import { administrator } from '../../../support/server.ts';
import { commandKey, type Stack } from '../../stack.ts';

export interface RevertOptions extends Omit<Revert, 'type'> {
  readonly id?: string;
  readonly dryRun?: true;
}

/** Sends a revert as dispatch would. */
export function revert(stack: Stack, { id = nanoid(), dryRun, ...options }: RevertOptions): Promise<Answer> {
  const command = { type: 'change.revert' as const, ...options };
  return stack.committer.submit({ ...submission(id, administrator.name, command, commandKey), dryRun });
}

/** A command by somebody. */
export function submitAs(stack: Stack, by: string, command: Command | Revert): Promise<Answer> {
  return stack.committer.submit(submission(nanoid(), by, command, commandKey));
}

/** What people see of a table: when and by whom it was made so is left out, as a revert makes no older changes. */
export type Seen = Record<string, { readonly definition: TableDefinition; readonly rows: Record<string, Cells> }>;

export async function readLog(ledger: TestLedger): Promise<Entry[]> {
  const rows = await ledger.query<{ entry: string }>('SELECT entry FROM change ORDER BY seq');
  return rows.map(({ entry }) => JSON.parse(entry) as Entry);
}

/** The tables as the log adds up to them at a seq. */
export function seenAt(log: readonly Entry[], seq: number): Seen {
  const fold = new Fold();
  for (const entry of log.slice(0, seq)) fold.apply(entry);
  return Object.fromEntries(
    [...fold.tables].map(([name, { definition, rows }]) => [
      name,
      { definition, rows: Object.fromEntries([...rows.values()].map(({ key, row }) => [key, row])) },
    ]),
  );
}

/** The tables as they are shown now, which must be what the log adds up to. */
export async function seenNow(ledger: TestLedger, log: readonly Entry[]): Promise<Seen> {
  const tables = await ledger.query<{ name: string; definition: TableDefinition; rows: Record<string, Cells> | null }>(`
    SELECT t.name, t.definition,
           (SELECT json_object_agg(r.key, r.cells) FROM row_projection r WHERE r.table_id = t.id) AS rows
    FROM table_projection t WHERE t.dropped IS NULL`);
  const seen: Seen = Object.fromEntries(
    tables.map(({ name, definition, rows }) => [name, { definition, rows: rows ?? {} }]),
  );
  expect(seen).toEqual(seenAt(log, log.length));
  return seen;
}
