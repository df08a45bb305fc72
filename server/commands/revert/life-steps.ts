import type { StepOf } from '../../../protocol/commands.ts';
import type { ConflictRule } from '../../../protocol/revert.ts';
import type { AlterStep, TableDefinition } from '../../../protocol/table.ts';
import type { Executor } from '../../database/writer.ts';
import { problem } from '../../domain/decision.ts';
import { alterOnce } from '../../domain/definition.ts';
import { type InverseAlter, inverseAlter, touchedColumns } from '../../domain/inverse-alter.ts';
import type { LeaveStep, PlannedStep, RefuseStep, TableRevertStep } from '../../domain/planned-step.ts';
import { type Touch, touchText } from '../../domain/row-net.ts';
import { namesOfAdded } from './added-columns.ts';
import { type ColumnChange, ColumnPath, settledSince } from './column-path.ts';
import type { RevertedLife, TableChange } from './life.ts';
import { lastFilling, lastOtherChange } from './others.ts';
import { rowSteps } from './row-steps.ts';
import { droppedRows, removedCells } from './rows-then.ts';
import type { Selection } from './selection.ts';

export interface LifeRevert {
  readonly transaction: Executor;
  readonly selection: Selection;
  readonly conflicts: ConflictRule;
  /** Where the log ends. */
  readonly head: number;
  /** Tables that live when this one's turn comes. */
  readonly living: Map<string, TableDefinition>;
}

/**
 * The plan for one life of a table, last change first: what is behind the last change of its columns, then that change,
 * then what is ahead of it.
 */
export async function* lifeSteps(revert: LifeRevert, life: RevertedLife): AsyncGenerator<readonly PlannedStep[]> {
  const [created, ...changes] = life.changes;
  const dropped = changes.at(-1)?.op === 'drop' ? changes.pop() : undefined;
  if (created === undefined) return;
  if (dropped !== undefined) {
    // It was not there before and is not there now.
    if (created.isReverted && dropped.isReverted) return;
    if (!dropped.isReverted) {
      // Its making was taken back already, and it went with all that was in it.
      if (created.isReverted && dropped.reverts?.[0] === life.ids[0]) return;
      yield [gone(revert, dropped)];
      return;
    }
    const again = makeAgain(revert, dropped);
    yield [again];
    if (again.type !== 'table.revert') return;
    revert.living.set(
      life.name,
      again.step.type === 'table.create' ? definitionOf(again.step) : { name: '', columns: [] },
    );
    yield* droppedRows(revert.transaction, life.name, dropped.seq);
  } else if (created.isReverted) {
    const ending = await endTable(revert, life);
    yield [ending];
    if (ending.type === 'table.revert') revert.living.delete(life.name);
    if (ending.type !== 'leave') return;
  }
  yield* new LifePlan(revert, life, changes).steps();
}

function definitionOf({ type: _type, why: _why, ...definition }: StepOf<'table.create'>): TableDefinition {
  return definition;
}

/** What to do about a change of a table or its columns, which no rule of conflicts takes back. */
function first(seq: number, conflicts: ConflictRule): string {
  return `revert change ${seq} first${notWon(conflicts)}`;
}

function notWon(conflicts: ConflictRule): string {
  return conflicts === 'overwrite' ? ': overwrite takes back rows and cells, not changes of tables' : '';
}

/** Changes of a table that is no more: its rows cannot come back without it. */
function gone({ conflicts }: LifeRevert, dropped: TableChange): PlannedStep {
  if (conflicts === 'keep') return { type: 'leave', left: { kept: 1 } };
  const message = `table ${dropped.table} was dropped since, by ${touchText(dropped)}; ${first(dropped.seq, conflicts)}`;
  return {
    type: 'refuse',
    problem: problem('revert_conflict', message, { table: dropped.table, touched: touch(dropped) }),
  };
}

function makeAgain({ conflicts, living }: LifeRevert, { seq, table, was }: TableChange): PlannedStep {
  if (living.has(table) && conflicts === 'keep') return { type: 'leave', left: { kept: 1 } };
  if (living.has(table) || was === undefined) {
    const message = `there is a table ${table} again; drop it first, and then revert the drop of the one before (#${seq})${notWon(conflicts)}`;
    return { type: 'refuse', problem: problem('revert_conflict', message, { table }) };
  }
  return { type: 'table.revert', step: { type: 'table.create', ...was }, reverts: [seq, seq] };
}

async function endTable(revert: LifeRevert, life: RevertedLife): Promise<TableRevertStep | RefuseStep | LeaveStep> {
  const { name, ids } = life;
  const other = await lastOtherChange(revert.transaction, life, revert.selection);
  if (other === undefined || revert.conflicts === 'overwrite') {
    return { type: 'table.revert', step: { type: 'table.drop', table: name }, reverts: [ids[0], ids[0]] };
  }
  if (revert.conflicts === 'keep') return { type: 'leave', left: { kept: 1 } };
  const message = `table ${name} was changed again since, by ${touchText(other)}; the revert would drop it`;
  return {
    type: 'refuse',
    problem: problem('revert_conflict', message, { table: name, wouldBe: null, touched: other }),
  };
}

function touch({ seq, at, by }: TableChange): Touch {
  return { seq, at, by };
}

/** A change of columns, and how it is taken back, when it is. */
type Alter = ColumnChange & Touch & { undone?: readonly AlterStep[] };

class LifePlan {
  readonly #revert: LifeRevert;
  readonly #life: RevertedLife;
  readonly #alters: readonly (Alter & { readonly isReverted: boolean })[];

  constructor(revert: LifeRevert, life: RevertedLife, changes: readonly TableChange[]) {
    this.#revert = revert;
    this.#life = life;
    this.#alters = changes.flatMap(({ was, definition, steps, ...change }) =>
      was === undefined || definition === undefined || steps === undefined
        ? []
        : [{ ...change, was, definition, steps }],
    );
  }

  async *steps(): AsyncGenerator<readonly PlannedStep[]> {
    const { head } = this.#revert;
    let last = head;
    for (const alter of this.#alters.toReversed()) {
      if (!alter.isReverted || this.#isTakenBack(alter)) continue;
      const undo = await this.#undo(alter);
      if (undo === undefined) {
        yield [{ type: 'leave', left: { kept: 1 } }];
        continue;
      }
      yield* this.#rows(alter.seq, last);
      last = alter.seq;
      if ('problem' in undo) {
        yield [undo];
        return;
      }
      yield* this.#takeBack(alter, undo);
    }
    yield* this.#rows(this.#revert.selection.after, last);
  }

  #rows(after: number, last: number): AsyncGenerator<readonly PlannedStep[]> {
    const { transaction, selection, head, conflicts } = this.#revert;
    const path = new ColumnPath(this.#alters);
    return rowSteps(transaction, { life: this.#life, selection, after, last, head, path, conflicts });
  }

  /** How a change of columns is taken back; why it cannot be; undefined when what came since stays. */
  async #undo(alter: Alter): Promise<InverseAlter | RefuseStep | undefined> {
    const { name } = this.#life;
    const undo = inverseAlter(alter.was, alter.steps);
    if ('problem' in undo) {
      const message = `the change #${alter.seq} of table ${name} ${undo.problem}`;
      return { type: 'refuse', problem: problem('invalid', message, { table: name }) };
    }
    const found = this.#touchedSince(alter) ?? (await this.#filledSince(alter));
    if (found === undefined) return undo;
    if (this.#revert.conflicts === 'keep') return undefined;
    if (this.#revert.conflicts === 'overwrite' && found.isCells) return undo;
    const next = found.isCells ? '' : `; ${first(found.touch.seq, this.#revert.conflicts)}`;
    const message = `${found.column} was changed again since, by ${touchText(found.touch)}${next}`;
    const place = { table: name, column: found.column, touched: found.touch };
    return { type: 'refuse', problem: problem('revert_conflict', message, place) };
  }

  /** Whether it was reverted already, by a change that stands. */
  #isTakenBack({ seq }: Alter): boolean {
    return settledSince(this.#alters, seq - 1).has(seq);
  }

  #touchedSince(alter: Alter): Obstacle | undefined {
    const { after } = touchedColumns(alter.steps);
    const settled = settledSince(this.#alters, alter.seq);
    for (const other of this.#alters) {
      if (other.seq <= alter.seq || other.undone !== undefined || settled.has(other.seq)) continue;
      const column = [...touchedColumns(other.steps).before].find((one) => after.has(one));
      const { seq, at, by } = other;
      if (column !== undefined) return { column, touch: { seq, at, by }, isCells: false };
    }
    return undefined;
  }

  /** Whether somebody has filled one of the columns that would be removed. */
  async #filledSince(alter: Alter): Promise<Obstacle | undefined> {
    const { transaction, selection, head, conflicts } = this.#revert;
    if (conflicts === 'overwrite') return undefined;
    const since = this.#alters.filter(({ seq }) => seq > alter.seq);
    const names = namesOfAdded(alter, since, head);
    const found = await lastFilling(transaction, { life: this.#life, names, selection });
    if (found === undefined) return undefined;
    const { column, ...touch } = found;
    return { column, touch, isCells: true };
  }

  async *#takeBack(
    alter: Alter,
    { steps, returning, afterwards }: InverseAlter,
  ): AsyncGenerator<readonly PlannedStep[]> {
    const { transaction, ...revert } = this.#revert;
    const { seq } = alter;
    const fitting = this.#alter(steps);
    yield [this.#altering(fitting, seq)];
    alter.undone = fitting;
    if (returning.length === 0) return;
    yield* removedCells(transaction, this.#life, { ...revert, seq, columns: returning });
    if (afterwards.length > 0) yield [this.#altering(this.#alter(afterwards), seq)];
  }

  #altering(steps: readonly AlterStep[], seq: number): TableRevertStep {
    const step = { type: 'table.alter' as const, table: this.#life.name, steps: [...steps] };
    return { type: 'table.revert', step, reverts: [seq, seq] };
  }

  /** The steps, without places of columns that are not there now, and the table as they leave it. */
  #alter(steps: readonly AlterStep[]): AlterStep[] {
    const { living } = this.#revert;
    let definition = living.get(this.#life.name) ?? { name: this.#life.name, columns: [] };
    const fitting = steps.map((step) => {
      const next = alterOnce(definition, step);
      if (!('message' in next)) {
        definition = next;
        return step;
      }
      if (step.do !== 'add') return step;
      definition = { ...definition, columns: [...definition.columns, step.column] };
      return { do: step.do, column: step.column };
    });
    living.set(this.#life.name, definition);
    return fitting;
  }
}

/** What stands in the way of a change of columns: another one, or cells of the column. */
interface Obstacle {
  readonly column: string;
  readonly touch: Touch;
  readonly isCells: boolean;
}
