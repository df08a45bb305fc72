import type { Step } from '../../protocol/commands.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import type { FileRows } from './file-rows.ts';
import { importLimits } from './import-limits.ts';
import type { ImportMode } from './import-options.ts';
import type { ProblemList } from './problem-list.ts';
import { brokenRules, type FileRow, insertedCells, withDefaults } from './row-reader.ts';
import { Spool } from './spool.ts';
import type { Target } from './target.ts';
import { rowsPerTurn, turn } from './turn.ts';

/** A change that an import would make, as a preview shows it. */
export interface SampleChange {
  /** Of the file; a deleted row is in none. */
  readonly line?: number | undefined;
  readonly key: string;
  /** The row as it would be, or of an update its changed cells. */
  readonly row?: Cells | undefined;
  /** The row as it is, or of an update those cells. */
  readonly was?: Cells | undefined;
}

interface PlannedStep {
  readonly line?: number;
  readonly step: Step;
}

const kinds = ['deletes', 'updates', 'inserts'] as const;
type Kind = (typeof kinds)[number];

interface Planned {
  readonly steps: Spool<PlannedStep>;
  readonly samples: SampleChange[];
}

/**
 * Holds the rows of a file against those of a table, and lays the commands ready that make the difference: what is the
 * same already is named by none. Rows and commands are on disk; memory holds where each begins, 8 to 16
 * bytes, and what finds it.
 */
export class Comparison {
  readonly problems: ProblemList;
  unchanged = 0;
  readonly #target: Target;
  readonly #mode: ImportMode;
  readonly #rows: Spool<FileRow>;
  readonly #file: FileRows;
  readonly #planned: Readonly<Record<Kind, Planned>>;
  /** A bit for each row of the file that the table has. */
  readonly #found: Uint8Array;

  private constructor(parts: {
    readonly target: Target;
    readonly mode: ImportMode;
    readonly file: FileRows;
    readonly planned: Readonly<Record<Kind, Planned>>;
  }) {
    this.#target = parts.target;
    this.#mode = parts.mode;
    this.#rows = parts.file.rows;
    this.#file = parts.file;
    this.problems = parts.file.problems;
    this.#planned = parts.planned;
    this.#found = new Uint8Array(Math.ceil(parts.file.rows.length / 8));
  }

  static async open(parts: {
    readonly target: Target;
    readonly mode: ImportMode;
    readonly file: FileRows;
  }): Promise<Comparison> {
    const opened: Planned[] = [];
    const planned = async (): Promise<Planned> => {
      const one = { steps: await Spool.open<PlannedStep>(), samples: [] };
      opened.push(one);
      return one;
    };
    try {
      return new Comparison({
        ...parts,
        planned: { deletes: await planned(), updates: await planned(), inserts: await planned() },
      });
    } catch (error) {
      await Promise.all(opened.map(({ steps }) => steps.close()));
      throw error;
    }
  }

  /** Takes a row of the table. */
  see(current: CurrentRow): void {
    const place = this.#file.find(current.key);
    // It may be there twice, under the key that such a row has now and under the one that it had.
    if (place === undefined || this.#isFound(place)) {
      if (this.#mode === 'mirror') this.#planDelete(current);
      else this.problems.add(...this.#file.unique.against(current));
      return;
    }
    this.#found[place >> 3] = (this.#found[place >> 3] ?? 0) | (1 << (place & 7));
    const row = this.#rows.at(place);
    this.problems.add(...this.#file.unique.against(current, row.cells));
    const changed = changedCells(current.row, row.cells);
    if (changed === undefined) this.unchanged += 1;
    else if (this.#mode === 'insert') this.problems.add(this.#thereAlready(row, current));
    else this.#planUpdate(row, current, changed);
  }

  /** Call it when all rows of the table were seen: the others of the file are new. */
  async finish(signal: AbortSignal | undefined): Promise<void> {
    for (let place = 0; place < this.#rows.length; place += 1) {
      if (!this.#isFound(place)) this.#planInsert(this.#rows.at(place));
      if (place % rowsPerTurn === 0) await turn(signal);
    }
  }

  #isFound(place: number): boolean {
    return (((this.#found[place >> 3] ?? 0) >> (place & 7)) & 1) === 1;
  }

  #planDelete({ key, seq, row }: CurrentRow): void {
    const { name: table } = this.#target.definition;
    this.#plan('deletes', { step: { type: 'row.delete', table, key, expect: { seq } } }, { key, was: row });
  }

  #planUpdate({ line, key, cells }: FileRow, { seq, row: before }: CurrentRow, { row, was }: Changed): void {
    const { definition } = this.#target;
    this.problems.add(...brokenRules(definition, { ...before, ...cells }, line));
    const step = { type: 'row.update', table: definition.name, key, row, expect: { seq } } as const;
    this.#plan('updates', { line, step }, { line, key, row, was });
  }

  #planInsert({ line, key, cells }: FileRow): void {
    const { definition } = this.#target;
    const row = insertedCells(definition, cells);
    this.problems.add(...brokenRules(definition, withDefaults(definition, row), line));
    const given = definition.key === undefined ? { key } : {};
    const step = { type: 'row.insert', table: definition.name, ...given, row } as const;
    this.#plan('inserts', { line, step }, { line, key, row });
  }

  #plan(kind: Kind, planned: PlannedStep, sample: SampleChange): void {
    const { steps, samples } = this.#planned[kind];
    steps.append(planned);
    if (samples.length < importLimits.sampleChanges) samples.push(sample);
  }

  #thereAlready({ line, key, cells }: FileRow, { row }: CurrentRow) {
    const [name = ''] = Object.keys(changedCells(row, cells)?.row ?? {});
    const there = `there is a row ${JSON.stringify(key)} already, with another ${name}`;
    return { line, column: this.#target.definition.key, reason: there };
  }

  count(kind: Kind): number {
    return this.#planned[kind].steps.length;
  }

  samples(kind: Kind): readonly SampleChange[] {
    return this.#planned[kind].samples;
  }

  /** Every command: deletes first, so that no row waits for a value that they free. */
  *steps(): Generator<Step, void, undefined> {
    for (const kind of kinds) for (const { step } of this.#planned[kind].steps) yield step;
  }

  /** The line of the file that a command is about, by its place among {@link steps}. */
  lineOf(index: number): number | undefined {
    let left = index;
    for (const kind of kinds) {
      const { steps } = this.#planned[kind];
      if (left < steps.length) return steps.at(left).line;
      left -= steps.length;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all(kinds.map((kind) => this.#planned[kind].steps.close()));
  }
}

interface Changed {
  readonly row: Cells;
  readonly was: Cells;
}

/** The cells that the file has otherwise, as they would be and as they are; undefined when there are none. */
function changedCells(before: Cells, after: Cells): Changed | undefined {
  const row: Record<string, Cell> = {};
  const was: Record<string, Cell> = {};
  for (const [name, cell] of Object.entries(after)) {
    const old = before[name] ?? null;
    if (old === cell || JSON.stringify(old) === JSON.stringify(cell)) continue;
    [row[name], was[name]] = [cell, old];
  }
  return Object.keys(row).length === 0 ? undefined : { row, was };
}
