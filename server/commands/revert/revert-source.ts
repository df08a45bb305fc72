import { sql } from 'kysely';
import type { Revert } from '../../../protocol/revert.ts';
import type { PlannedStep } from '../../domain/planned-step.ts';
import { loadTables } from '../../projections/tables.ts';
import type { SourceReading, StepSource } from '../large/step-source.ts';
import { readLives } from './life.ts';
import { lifeSteps } from './life-steps.ts';
import { isSelectedSql, scopeOf, selectionOf } from './selection.ts';

/** The steps that take changes back, planned from the log, the youngest life of a table first. */
export class RevertSource implements StepSource {
  readonly why: string | undefined;
  readonly isNumbered = false;
  readonly #revert: Revert;

  constructor(revert: Revert) {
    this.#revert = revert;
    this.why = revert.why;
  }

  /** One change for each row and each table that is touched: most reverts come to that. */
  async count({ transaction, head }: SourceReading): Promise<number> {
    const selection = await selectionOf(transaction, head, this.#revert.what);
    const scope = scopeOf(this.#revert);
    const named =
      scope === undefined
        ? sql``
        : sql`AND c.table_id IN (SELECT id FROM table_projection WHERE name = ANY(${[...scope.keys()]}::text[]))`;
    const { rows } = await sql<{ touched: number }>`
      SELECT count(*) AS touched FROM (
        SELECT DISTINCT c.table_id, c.key FROM change c WHERE ${isSelectedSql(selection)} ${named}
      ) AS touched`.execute(transaction);
    return rows[0]?.touched ?? 0;
  }

  async *steps({ transaction, head }: SourceReading): AsyncGenerator<readonly PlannedStep[]> {
    const { what, conflicts = 'refuse' } = this.#revert;
    const selection = await selectionOf(transaction, head, what);
    const lives = await readLives(transaction, selection, scopeOf(this.#revert));
    const tables = await loadTables(transaction);
    const living = new Map([...tables].map(([name, { definition }]) => [name, definition]));
    for (const life of lives) yield* lifeSteps({ transaction, selection, conflicts, head: head.seq, living }, life);
  }
}
