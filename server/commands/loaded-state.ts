import { sql } from 'kysely';
import type { RowStep, StepOf } from '../../protocol/commands.ts';
import { commitmentIn, hasSealed } from '../../protocol/sealed.ts';
import type { Column } from '../../protocol/table.ts';
import { type Cell, cellProblem, cellText } from '../../protocol/values.ts';
import type { Executor } from '../database/writer.ts';
import { alterDefinition } from '../domain/definition.ts';
import { alterOf, type DecidedStep, isRestore, type RestoreStep } from '../domain/planned-step.ts';
import type { RowNet } from '../domain/row-net.ts';
import {
  InvariantError,
  type LedgerState,
  type RowState,
  rowName,
  type Survey,
  type TableState,
  uniqueName,
} from '../domain/state.ts';
import { AlterSurvey, needsSurvey } from '../domain/survey.ts';
import { allRows, type RowRef, type RowValue, readRows, selectRows } from '../projections/rows.ts';
import {
  loadOpened,
  loadSealedColumns,
  type NamedRow,
  type OpenedValue,
  type OpenedValues,
  openCells,
  openPage,
  selectOpened,
} from '../projections/sealed.ts';
import type { StoredTable } from '../projections/tables.ts';
import { loadHolders, type UniqueRef } from '../projections/unique.ts';
import { type KnownCommand, type KnownValue, readKnown, selectKnown } from './known.ts';
import type { RowsByName } from './recent-rows.ts';
import { isRowStep, type Submission, stepsOf } from './submission.ts';

const noSurvey: Survey = { problems: [], more: 0 };

const noRows: RowsByName = new Map();

interface Loaded {
  readonly state: LoadedState;
  readonly known: Map<string, KnownCommand>;
  /** Whether any of its rows was not read: it is as right as they are. */
  readonly usesKnownRows: boolean;
}

/** The parts of the ledger that some commands touch, read under the head's lock. */
export class LoadedState implements LedgerState {
  readonly #tables: ReadonlyMap<string, StoredTable>;
  readonly #rows: ReadonlyMap<string, RowState>;
  readonly #holders: ReadonlyMap<string, string>;
  readonly #surveys: ReadonlyMap<number, Survey>;
  readonly #sealed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #opened: OpenedValues;
  /** What was asked for, so that a look at anything else is an error and not a wrong "not there". */
  readonly #asked: ReadonlySet<string>;

  private constructor(parts: {
    tables: ReadonlyMap<string, StoredTable>;
    rows: ReadonlyMap<string, RowState>;
    holders: ReadonlyMap<string, string>;
    surveys: ReadonlyMap<number, Survey>;
    sealed: ReadonlyMap<string, ReadonlySet<string>>;
    opened: OpenedValues;
    asked: ReadonlySet<string>;
  }) {
    this.#tables = parts.tables;
    this.#rows = parts.rows;
    this.#holders = parts.holders;
    this.#surveys = parts.surveys;
    this.#sealed = parts.sealed;
    this.#opened = parts.opened;
    this.#asked = parts.asked;
  }

  /**
   * Reads what the commands of a group touch, and which of them are known. Rows and known ids are one statement.
   * @param have what need not be read
   */
  static async load(
    transaction: Executor,
    have: { readonly tables: ReadonlyMap<string, StoredTable>; readonly rows?: RowsByName },
    group: readonly Pick<Submission, 'id' | 'command'>[],
  ): Promise<Loaded> {
    const steps = group.flatMap(({ command }) => stepsOf(command));
    return await LoadedState.#load(transaction, { rows: noRows, ...have, steps, ids: group.map(({ id }) => id) });
  }

  /** Reads what some steps touch. */
  static async loadSteps(
    transaction: Executor,
    tables: ReadonlyMap<string, StoredTable>,
    steps: readonly DecidedStep[],
  ): Promise<LoadedState> {
    const { state } = await LoadedState.#load(transaction, { tables, rows: noRows, steps, ids: [] });
    return state;
  }

  static async #load(
    transaction: Executor,
    {
      tables,
      rows: knownRows,
      steps,
      ids,
    }: {
      readonly tables: ReadonlyMap<string, StoredTable>;
      readonly rows: RowsByName;
      readonly steps: readonly DecidedStep[];
      readonly ids: readonly string[];
    },
  ): Promise<Loaded> {
    // Values of unique columns are asked for by what commitments stand for: those come first, where there are any.
    const commitments = steps.flatMap((step) => (isRestore(step) ? commitmentsOf(step) : []));
    const opened = commitments.length === 0 ? new Map() : await loadOpened(transaction, commitments);
    const wanted = wantedParts(tables, steps, opened);
    const { found, missing } = lookUp(knownRows, wanted.rows);
    const [{ rows, known }, holders, surveys, sealed] = await Promise.all([
      loadRowsAndKnown(transaction, { refs: missing, ids }),
      loadHolders(transaction, [...wanted.holders.values()]),
      loadSurveys(transaction, tables, wanted.alters),
      loadSealedColumns(transaction, wanted.erased),
    ]);
    const asked = new Set([...wanted.rows.keys(), ...wanted.holders.keys()]);
    for (const [name, row] of found) rows.set(name, row);
    const state = new LoadedState({ tables, rows, holders, surveys, sealed, opened, asked });
    return { state, known, usesKnownRows: found.length > 0 };
  }

  table(name: string): TableState | undefined {
    return this.#tables.get(name);
  }

  row(table: TableState, key: string): RowState | undefined {
    const name = rowName(table.id, key);
    const row = this.#rows.get(name);
    // A generated key is new by its randomness: it was not asked for.
    if (row === undefined && table.definition.key !== undefined) this.#demand(name);
    return row;
  }

  holder(table: TableState, column: Column, value: Cell): string | undefined {
    const name = uniqueName(table.id, column, value);
    const key = this.#holders.get(name);
    if (key === undefined) this.#demand(name);
    return key;
  }

  survey(table: TableState): Survey {
    return this.#surveys.get(table.id) ?? noSurvey;
  }

  sealed(table: TableState, key: string): ReadonlySet<string> {
    this.#demand(rowName(table.id, key));
    return this.#sealed.get(rowName(table.id, key)) ?? new Set();
  }

  opened(commitment: string): string | undefined {
    return this.#opened.get(commitment);
  }

  #demand(name: string): void {
    if (!this.#asked.has(name)) throw new InvariantError(`decided on ${name}, which was not loaded`);
  }
}

/** The rows that are had, and what asks for the others. */
function lookUp<Ref>(
  rows: RowsByName,
  wanted: ReadonlyMap<string, Ref>,
): { readonly found: readonly (readonly [name: string, row: RowState])[]; readonly missing: readonly Ref[] } {
  const found: [string, RowState][] = [];
  const missing: Ref[] = [];
  for (const [name, ref] of wanted) {
    const row = rows.get(name);
    if (row === undefined) missing.push(ref);
    else found.push([name, row]);
  }
  return { found, missing };
}

async function loadRowsAndKnown(
  transaction: Executor,
  {
    refs,
    ids,
  }: { readonly refs: readonly (RowRef & { readonly table: TableState })[]; readonly ids: readonly string[] },
): Promise<{ rows: Map<string, RowState>; known: Map<string, KnownCommand> }> {
  const withSealed = refs.filter(({ table }) => hasSealed(table.definition));
  // Tables without sealed columns pay nothing for those that have some.
  const opened =
    withSealed.length === 0
      ? sql``
      : sql`, (SELECT json_agg(value) FROM (${selectOpened(withSealed)}) AS opened (value)) AS opened`;
  const found =
    refs.length === 0 ? sql`` : sql`, (SELECT json_agg(value) FROM (${selectRows(refs)}) AS rows (value)) AS rows`;
  const { rows: parts } = await sql<{
    known: KnownValue[] | null;
    rows?: RowValue[] | null;
    opened?: OpenedValue[] | null;
  }>`
    SELECT (SELECT json_agg(value) FROM (${selectKnown(ids)}) AS known (value)) AS known${found}${opened}`.execute(
    transaction,
  );
  const rows = readRows(parts[0]?.rows ?? []);
  const values = new Map(parts[0]?.opened);
  for (const { table, key } of withSealed) {
    const row = rows.get(rowName(table.id, key));
    if (row === undefined) continue;
    rows.set(rowName(table.id, key), { ...row, open: openCells(table.definition, row.cells, values) });
  }
  return { rows, known: readKnown(parts[0]?.known ?? []) };
}

interface WantedParts {
  readonly rows: Map<string, RowRef & { readonly table: TableState }>;
  readonly holders: Map<string, UniqueRef>;
  readonly alters: StepOf<'table.alter'>[];
  /** Rows of which the sealed columns are to be known. */
  readonly erased: NamedRow[];
}

function wantedParts(
  tables: ReadonlyMap<string, StoredTable>,
  steps: readonly DecidedStep[],
  opened: OpenedValues,
): WantedParts {
  const wanted: WantedParts = { rows: new Map(), holders: new Map(), alters: [], erased: [] };
  for (const step of steps) {
    const alter = alterOf(step);
    if (alter !== undefined) wanted.alters.push(alter);
    if (isRestore(step)) {
      const table = tables.get(step.table);
      if (table !== undefined) addRestored(wanted, table, { step, opened });
    } else if (isRowStep(step)) {
      const table = tables.get(step.table);
      if (table !== undefined) addWanted(wanted, table, step);
    }
  }
  return wanted;
}

/** The row, and the values of unique columns that it may take. */
function addRestored(
  { rows, holders }: WantedParts,
  table: StoredTable,
  { step, opened }: { readonly step: RestoreStep; readonly opened: OpenedValues },
): void {
  const { key, net } = step;
  rows.set(rowName(table.id, key), { tableId: table.id, key, table });
  for (const column of table.definition.columns) {
    if (!column.unique) continue;
    for (const cell of cellsOf(net, column.name)) {
      const value = JSON.parse(opened.get(commitmentIn(cell) ?? '') ?? 'null') ?? cell;
      if (value === undefined || value === null || cellProblem(column.type, value) !== undefined) continue;
      holders.set(uniqueName(table.id, column, value), { tableId: table.id, column, value });
    }
  }
}

/** What may be looked at of a column. */
function cellsOf({ cells, before, after, last }: RowNet, name: string): (Cell | undefined)[] {
  const cell = cells.get(name);
  return [cell?.before, cell?.between, cell?.after, before?.[name], after?.[name], last[name]];
}

function commitmentsOf({ net }: RestoreStep): string[] {
  const names = new Set([...net.cells.keys(), ...Object.keys({ ...net.before, ...net.after, ...net.last })]);
  return [...names].flatMap((name) => cellsOf(net, name).flatMap((cell) => commitmentIn(cell) ?? []));
}

function addWanted({ rows, holders, erased }: WantedParts, table: StoredTable, step: RowStep): void {
  const key = rowKeyOf(table, step);
  if (key !== undefined) rows.set(rowName(table.id, key), { tableId: table.id, key, table });
  if (step.type === 'row.erase') erased.push({ table, key: step.key });
  if (!('row' in step)) return;
  for (const column of table.definition.columns) {
    if (!column.unique) continue;
    for (const value of [step.row[column.name], column.default]) {
      // A value of a wrong type is for `decide` to refuse.
      if (value === undefined || value === null || cellProblem(column.type, value) !== undefined) continue;
      holders.set(uniqueName(table.id, column, value), { tableId: table.id, column, value });
    }
  }
}

/** The key that a step names; undefined when it is to be generated, or is missing, which is for `decide` to say. */
function rowKeyOf({ definition }: StoredTable, step: RowStep): string | undefined {
  if (step.type === 'row.update' || step.type === 'row.delete' || step.type === 'row.erase') return step.key;
  if (definition.key === undefined) return step.key;
  const cell = step.row[definition.key];
  return cell === undefined || cell === null ? undefined : cellText(cell);
}

async function loadSurveys(
  transaction: Executor,
  tables: ReadonlyMap<string, StoredTable>,
  alters: readonly StepOf<'table.alter'>[],
): Promise<Map<number, Survey>> {
  const surveys = new Map<number, Survey>();
  for (const { table: name, steps } of alters) {
    const table = tables.get(name);
    if (table === undefined || !needsSurvey(steps)) continue;
    const altered = alterDefinition(table.definition, steps);
    if ('problems' in altered) continue;
    const survey = new AlterSurvey(table.definition, altered.definition, steps);
    const isSealed = hasSealed(table.definition);
    for await (const page of allRows(transaction, table.id)) {
      for (const row of isSealed ? await openPage(transaction, table, page) : page) survey.look(row);
    }
    surveys.set(table.id, survey.result);
  }
  return surveys;
}
