import type { Executor } from '../database/writer.ts';
import { isRowEvent } from '../domain/event.ts';
import type { Draft } from '../domain/state.ts';
import { appendChanges } from '../log/append.ts';
import type { Doorbell } from '../log/doorbell.ts';
import type { LockedHead } from '../log/head.ts';
import type { Change } from '../log/record.ts';
import type { Growth } from '../log/tree.ts';
import { projectTables, type RecordedEvent, rowsAfter } from '../projections/project.ts';
import { rowStatements } from '../projections/rows.ts';
import { sealedStatements } from '../projections/sealed.ts';
import { writeHolders } from '../projections/unique.ts';
import { type AcceptedCommand, insertAnswers } from './known.ts';

interface Decided {
  readonly head: LockedHead;
  readonly changes: readonly Change[];
  readonly recorded: readonly RecordedEvent[];
  /** What the events were laid onto: it tells which values of unique columns have changed hands. */
  readonly draft: Draft;
  readonly accepted: readonly AcceptedCommand[];
  readonly growth: Growth;
}

/** Writes what was decided: the log, the tree, the projections, sealed values and answers. */
export async function writeChanges(
  doorbell: Doorbell,
  transaction: Executor,
  { head, changes, recorded, draft, accepted, growth }: Decided,
): Promise<void> {
  if (changesTable({ recorded })) await projectTables(transaction, recorded);
  const answers = accepted.length > 0 ? [insertAnswers(accepted)] : [];
  await Promise.all([
    appendChanges(transaction, {
      head,
      changes,
      growth,
      doorbell,
      alongside: [...rowStatements(rowsAfter(recorded)), ...sealedStatements(recorded), ...answers],
    }),
    writeHolders(transaction, draft.holders),
  ]);
}

export function changesTable({ recorded }: Pick<Decided, 'recorded'>): boolean {
  return recorded.some(({ event }) => !isRowEvent(event));
}
