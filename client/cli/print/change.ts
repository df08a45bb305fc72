import { type ChangedCell, changedCells, type RowChange } from '../../../protocol/changed-cells.ts';
import { type Entry, groupOf, isRowEntry, type RowEntry, type TableEntry } from '../../../protocol/entry.ts';
import { columnSpecs, stepWords } from './definition.ts';
import { type Paint, show, showCell } from './paint.ts';
import { count, showTime } from './time.ts';

export interface ChangeOptions {
  readonly paint: Paint;
  readonly now: Date;
  /** Changes of one command that are shown; of the rest it is said how many. All unless given. */
  readonly changesMax?: number | undefined;
}

/** The changes of one command, as lines: one change on a line of its own, several under a line that says who and why. */
export function groupLines(entries: readonly Entry[], options: ChangeOptions): string[] {
  const [first] = entries;
  if (first === undefined) return [];
  const { paint, now, changesMax = entries.length } = options;
  const who = `${paint.dim(showTime(first.at, now))}  ${paint.strong(show(first.by, paint))}`;
  const why = first.why === undefined ? '' : `  ${showWhy(first.why, paint)}`;
  if (entries.length === 1 && first.group === undefined) return [`${who}  ${changeLine(first, paint)}${why}`];
  const lines = entries.slice(0, changesMax).map((entry) => `    ${changeLine(entry, paint)}`);
  const left = entries.length - lines.length;
  if (left > 0) lines.push(paint.dim(`    … and ${count(left, 'more change')}`));
  return [`${who}  ${groupSize(first, entries.length)}${why}`, ...lines];
}

/** Of a group that reaches over other tables, or beyond the end of what was asked for, these are not all changes. */
function groupSize(entry: Entry, shown: number): string {
  const [first, last] = groupOf(entry);
  const all = last - first + 1;
  return all > shown ? `${shown} of ${count(all, 'change')} made together` : `${count(shown, 'change')} together`;
}

export function showWhy(why: string, paint: Paint): string {
  return paint.dim(`"${show(why, paint, 200)}"`);
}

/** What was changed: where, how, and the cells. */
function changeLine(entry: Entry, paint: Paint): string {
  const seq = paint.dim(`#${entry.seq}`);
  const table = show(entry.table, paint);
  const reverts = revertsWords(entry, paint);
  if (!isRowEntry(entry)) return `${seq}  ${table}  ${tableWords(entry, paint)}${reverts}`;
  const cells = rowWords(entry, paint);
  const row = `${seq}  ${table} ${paint.strong(show(entry.key, paint, 80))}  ${opWord(entry, paint)}  ${cells}`;
  return row.trimEnd() + reverts;
}

/** What a revert has taken back. */
function revertsWords({ reverts }: Entry, paint: Paint): string {
  if (reverts === undefined) return '';
  const [first, last] = reverts;
  return paint.dim(first === last ? `  reverts #${first}` : `  reverts #${first} to #${last}`);
}

const opPaint = { insert: 'added', update: 'changed', delete: 'removed', erase: 'removed' } as const;

export function opWord({ op }: RowEntry, paint: Paint): string {
  return paint[opPaint[op]](op);
}

/** The cells of a change, on one line: `salary 1000 → 1200` of an update, the row of an insert, what went with a delete. */
export function rowWords(change: RowChange, paint: Paint): string {
  return changedCells(change)
    .map((cell) => cellWords(change, cell, paint))
    .join(', ');
}

function cellWords({ op }: RowChange, { name, was, is }: ChangedCell, paint: Paint): string {
  if (op === 'erase') return show(name, paint);
  if (op === 'update') return `${show(name, paint)} ${showCell(was, paint)} → ${showCell(is, paint)}`;
  return `${paint.dim(show(name, paint))} ${showCell(op === 'delete' ? was : is, paint)}`;
}

/** What was done to a table. */
export function tableWords(entry: Pick<TableEntry, 'op' | 'definition' | 'steps'>, paint: Paint): string {
  switch (entry.op) {
    case 'create': {
      const columns = entry.definition === undefined ? [] : columnSpecs(entry.definition);
      return `${paint.added('create')}  ${show(columns.join(' '), paint, 200)}`;
    }
    case 'alter':
      return `${paint.changed('alter')}  ${show((entry.steps ?? []).map(stepWords).join(', '), paint, 200)}`;
    case 'drop':
      return paint.removed('drop');
    default:
      return entry.op satisfies never;
  }
}

/** Gathers entries that come one by one into the groups of their commands. */
export class GroupGatherer {
  #entries: Entry[] = [];

  /** The group that is whole now that this entry begins another, if there is one. */
  add(entry: Entry): readonly Entry[] | undefined {
    const [first] = this.#entries;
    if (first === undefined || first.command === entry.command) {
      this.#entries.push(entry);
      return undefined;
    }
    const whole = this.#entries;
    this.#entries = [entry];
    return whole;
  }

  rest(): readonly Entry[] {
    const rest = this.#entries;
    this.#entries = [];
    return rest;
  }
}
