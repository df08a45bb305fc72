import type { Step } from '../../protocol/commands.ts';
import type { Problem } from '../../protocol/errors.ts';
import { RowcastError } from '../errors.ts';
import type { Comparison } from './comparison.ts';
import { ImportError, type ImportProblem } from './import-error.ts';
import type { ImportLedger } from './import-ledger.ts';
import { importLimits } from './import-limits.ts';
import type { ImportOptions } from './import-options.ts';
import type { Target } from './target.ts';

/** How many commands an import is. */
export function stepCount({ isNew }: Target, comparison: Comparison): number {
  const rows = comparison.count('deletes') + comparison.count('updates') + comparison.count('inserts');
  return rows + (isNew ? 1 : 0);
}

/** The commands of an import: the table first, where it is new. */
export function* stepsOf({ isNew, definition }: Target, comparison: Comparison): Generator<Step, void, undefined> {
  if (isNew) yield { type: 'table.create', ...definition, columns: [...definition.columns] };
  yield* comparison.steps();
}

interface Judging {
  readonly ledger: ImportLedger;
  readonly comparison: Comparison;
  readonly target: Target;
  readonly options: ImportOptions;
}

/** Has the server decide the commands and record none. Answers whether it has; what it refuses is added to the problems. */
export async function judge({ ledger, comparison, target, options }: Judging): Promise<boolean> {
  const steps = stepCount(target, comparison);
  if (comparison.problems.count > 0) return false;
  if (steps === 0) return true;
  if (steps > importLimits.judgedChanges && options.dryRun !== true) return false;
  options.onProgress?.({ phase: 'judging', done: 0, of: steps });
  try {
    await ledger.largeBatch(stepsOf(target, comparison), { dryRun: true, signal: options.signal });
  } catch (error) {
    if (!(error instanceof RowcastError) || error.problems.length === 0) throw error;
    // Nothing of the file could be mended to make up for what somebody else has done meanwhile.
    if (isConflict(error)) throw placed(error, target, comparison);
    comparison.problems.add(...error.problems.map((problem) => toImportProblem(problem, target, comparison)));
    comparison.problems.addUnseen(error.body?.more ?? 0);
  }
  return true;
}

function toImportProblem(problem: Problem, { isNew }: Target, comparison: Comparison): ImportProblem {
  const { index, column, message } = problem;
  const line = index === undefined ? undefined : comparison.lineOf(index - (isNew ? 1 : 0));
  const reason = column !== undefined && message.startsWith(`${column} `) ? message.slice(column.length + 1) : message;
  return { line, column, reason };
}

const conflicts: ReadonlySet<string> = new Set(['version_conflict', 'row_not_found', 'table_exists']);

/** Whether the table is not as it was when it was held against the file: the error's code is only that of the first. */
function isConflict({ problems }: RowcastError): boolean {
  return problems.some(({ code }) => conflicts.has(code));
}

/** A refusal told by the lines of the file. */
export function placed(error: unknown, target: Target, comparison: Comparison): unknown {
  if (!(error instanceof RowcastError) || error.problems.length === 0 || error.outcomeUnknown) return error;
  const problems = error.problems.map((problem) => toImportProblem(problem, target, comparison));
  return new ImportError(isConflict(error) ? 'conflict' : 'invalid', 'the server refused it; nothing was written', {
    problems,
    more: error.body?.more ?? 0,
    cause: error,
    ...(isConflict(error) && { next: 'somebody changed the table meanwhile; look at the preview again' }),
  });
}
