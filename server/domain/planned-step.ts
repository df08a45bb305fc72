import type { Step, StepOf } from '../../protocol/commands.ts';
import type { Problem } from '../../protocol/errors.ts';
import type { Left } from '../../protocol/replies.ts';
import type { ConflictRule } from '../../protocol/revert.ts';
import type { Reverts } from './event.ts';
import type { RowNet } from './row-net.ts';

/** Takes back what some changes came to for one row. */
export interface RestoreStep {
  readonly type: 'row.restore';
  readonly table: string;
  readonly key: string;
  readonly net: RowNet;
  readonly conflicts: ConflictRule;
}

/** Takes back a change of a table, by a command that anybody could have sent. */
export interface TableRevertStep {
  readonly type: 'table.revert';
  readonly step: StepOf<'table.create'> | StepOf<'table.alter'> | StepOf<'table.drop'>;
  readonly reverts: Reverts;
}

/** What cannot be taken back, and why. */
export interface RefuseStep {
  readonly type: 'refuse';
  readonly problem: Problem;
}

/** What is left as it is. */
export interface LeaveStep {
  readonly type: 'leave';
  readonly left: Left;
}

/** What the plan of a revert is made of. Nobody can send these: they hold what the log has, and are not checked as requests are. */
export type PlannedStep = RestoreStep | TableRevertStep | RefuseStep | LeaveStep;

/** Everything that is decided. */
export type DecidedStep = Step | PlannedStep;

export function isRestore(step: DecidedStep): step is RestoreStep {
  return step.type === 'row.restore';
}

/** The change of columns that a step is, sent or planned. */
export function alterOf(step: DecidedStep): StepOf<'table.alter'> | undefined {
  if (step.type === 'table.revert') return step.step.type === 'table.alter' ? step.step : undefined;
  return step.type === 'table.alter' ? step : undefined;
}
