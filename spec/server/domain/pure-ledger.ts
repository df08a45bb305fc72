import { commitmentOf } from '../../../proof/hash.ts';
import type { Command } from '../../../protocol/commands.ts';
import type { Entry } from '../../../protocol/entry.ts';
import type { Problem } from '../../../protocol/errors.ts';
import type { Outcome } from '../../../protocol/replies.ts';
import { isErased, sealedNames } from '../../../protocol/sealed.ts';
import type { Column } from '../../../protocol/table.ts';
import { type Cell, type ColumnType, compareCells } from '../../../protocol/values.ts';
import { stepsOf } from '../../../server/commands/submission.ts';
import { type CommandDecision, decide } from '../../../server/domain/decide.ts';
import { alterDefinition } from '../../../server/domain/definition.ts';
import { isRowEvent, type RowEvent } from '../../../server/domain/event.ts';
import type { Seal } from '../../../server/domain/sealing.ts';
import { Draft, type LedgerState, type RowState, type Survey, type TableState } from '../../../server/domain/state.ts';
import { AlterSurvey } from '../../../server/domain/survey.ts';
import { recordEvents } from '../../../server/log/record.ts';
import { openCells } from '../../../server/projections/sealed.ts';
import { Fold } from '../../support/fold.ts';

/**
 * A ledger without a database: commands are decided by server/domain, and what they leave is told from nothing but
 * their entries, by the fold that other tests take as their oracle.
 */
export class PureLedger {
  readonly entries: Entry[] = [];
  readonly #fold = new Fold();
  readonly #tables = new Map<string, TableState>();
  /** What stands apart from the entries: values by commitment, and whose they are. */
  readonly vault = new Map<string, VaultCell>();

  get seq(): number {
    return this.entries.length;
  }

  get tables(): ReadonlyMap<string, TableState> {
    return this.#tables;
  }

  rows(table: string): RowState[] {
    return [...this.#fold.table(table).values()].map(({ row, ...rest }) => {
      const definition = this.#tables.get(table)?.definition;
      if (definition === undefined || sealedNames(definition).length === 0) return { ...rest, cells: row };
      const values = new Map([...this.vault].map(([commitment, { value }]) => [commitment, value]));
      return { ...rest, cells: row, open: openCells(definition, row, values) };
    });
  }

  row(table: string, key: string): RowState | undefined {
    return this.rows(table).find((row) => row.key === key);
  }

  /** Decides a command against a draft and leaves the ledger as it is. */
  look(command: Command): { readonly decision: CommandDecision; readonly draft: Draft } {
    const draft = new Draft(this.#stateFor(command));
    const firstSeq = this.seq + 1;
    let made = 0;
    const newKey = (): string => {
      made += 1;
      return `key-${firstSeq}-${made}`;
    };
    const context = { draft, firstSeq, at: timeOf(firstSeq), by: 'ada', newKey, seal: this.#seal };
    return { decision: decide(context, command), draft };
  }

  /** Decides a command and, granted, records it. */
  run(command: Command): { readonly decision: CommandDecision; readonly draft: Draft; readonly entries: Entry[] } {
    const looked = this.look(command);
    if ('problems' in looked.decision) return { ...looked, entries: [] };
    const firstSeq = this.seq + 1;
    const changes = recordEvents(looked.decision.events, {
      command: `command-${firstSeq}`,
      by: 'ada',
      at: timeOf(firstSeq),
      firstSeq,
    });
    for (const event of looked.decision.events) if (isRowEvent(event)) this.#keep(event);
    const entries = changes.map(({ entry }) => JSON.parse(entry) as Entry);
    for (const entry of entries) this.#record(entry);
    return { ...looked, entries };
  }

  #salts = 0;
  readonly #seal: Seal = (value) => {
    this.#salts += 1;
    const salt = Buffer.alloc(32);
    salt.writeUInt32BE(this.#salts);
    return { commitment: commitmentOf(salt, value), salt: salt.toString('hex') };
  };

  #keep({ table, key, sealed = [], columns = [] }: RowEvent): void {
    const { name } = table.definition;
    for (const { column, commitment, value } of sealed) this.vault.set(commitment, { table: name, key, column, value });
    for (const [commitment, cell] of this.vault) {
      if (cell.table === name && cell.key === key && columns.includes(cell.column)) this.vault.delete(commitment);
    }
  }

  #record(entry: Entry): void {
    this.entries.push(entry);
    this.#fold.apply(entry);
    if (entry.op === 'create' && entry.definition !== undefined) {
      this.#tables.set(entry.table, { id: entry.seq, definition: entry.definition });
    }
    if (entry.op === 'alter' && entry.definition !== undefined) {
      this.#tables.set(entry.table, { id: this.#tables.get(entry.table)?.id ?? 0, definition: entry.definition });
    }
    if (entry.op === 'drop') this.#tables.delete(entry.table);
  }

  #stateFor(command: Command): LedgerState {
    const ofTable = (table: TableState): RowState[] =>
      this.#tables.get(table.definition.name)?.id === table.id ? this.rows(table.definition.name) : [];
    return {
      table: (name) => this.#tables.get(name),
      row: (table, key) => ofTable(table).find((row) => row.key === key),
      holder: (table, column, value) =>
        ofTable(table).find(({ cells, open = cells }) => {
          const cell = open[column.name];
          return !isErased(column, cell ?? null) && same(column.type, cell, value);
        })?.key,
      sealed: (table, key) =>
        new Set(
          [...this.vault.values()]
            .filter((cell) => cell.table === table.definition.name && cell.key === key)
            .map(({ column }) => column),
        ),
      survey: (table) => surveyOf(table, ofTable(table), command),
      opened: (commitment) => this.vault.get(commitment)?.value,
    };
  }
}

interface VaultCell {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly value: string;
}

function surveyOf(table: TableState, rows: readonly RowState[], command: Command): Survey {
  for (const step of stepsOf(command)) {
    if (step.type !== 'table.alter' || step.table !== table.definition.name) continue;
    const altered = alterDefinition(table.definition, step.steps);
    if ('problems' in altered) break;
    const survey = new AlterSurvey(table.definition, altered.definition, step.steps);
    for (const row of rows) survey.look(row);
    return survey.result;
  }
  return { problems: [], more: 0 };
}

const same = (type: ColumnType, a: Cell | undefined, b: Cell): boolean =>
  a !== undefined && compareCells(type, a, b) === 0;
const timeOf = (seq: number): string => new Date(seq * 1_000).toISOString();

/** What became of a command: the changes that it made, or the problems that it was refused for. */
export interface Result {
  /** Without seq, time, author and command, which are not the domain's. */
  readonly changes: readonly object[];
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly Problem[];
  readonly ledger: PureLedger;
}

/** given(…commands that must be granted).when(command): what became of it. */
export function given(...commands: readonly Command[]): { when(command: Command): Result } {
  const ledger = new PureLedger();
  for (const command of commands) {
    const { decision } = ledger.run(command);
    if ('problems' in decision) throw new Error(`given, but refused: ${JSON.stringify(decision.problems)}`);
  }
  return {
    when(command): Result {
      const { decision, entries } = ledger.run(command);
      if ('problems' in decision) return { changes: [], outcomes: [], problems: decision.problems, ledger };
      return { changes: entries.map(bare), outcomes: decision.outcomes, problems: [], ledger };
    },
  };
}

function bare({ seq: _seq, at: _at, by: _by, command: _command, ...change }: Entry): object {
  return change;
}

/** A table whose keys are generated. */
export function table(name: string, ...columns: readonly Column[]): Command {
  return { type: 'table.create', name, columns: [...columns] };
}

/** A table `t` with the key column `id` of type text. */
export function keyedTable(...columns: readonly Column[]): Command {
  return { type: 'table.create', name: 't', key: 'id', columns: [{ name: 'id', type: 'text' }, ...columns] };
}

type RowOptions = Omit<Extract<Command, { type: 'row.upsert' }>, 'type' | 'table' | 'row'>;

export const insert = (row: Record<string, Cell>, options: Omit<RowOptions, 'expect'> = {}): Command => ({
  type: 'row.insert',
  table: 't',
  row,
  ...options,
});
export const update = (key: string, row: Record<string, Cell>, options: Omit<RowOptions, 'key'> = {}): Command => ({
  type: 'row.update',
  table: 't',
  key,
  row,
  ...options,
});
export const upsert = (row: Record<string, Cell>, options: RowOptions = {}): Command => ({
  type: 'row.upsert',
  table: 't',
  row,
  ...options,
});
export const remove = (key: string, options: Omit<RowOptions, 'key'> = {}): Command => ({
  type: 'row.delete',
  table: 't',
  key,
  ...options,
});
export const alter = (...steps: Extract<Command, { type: 'table.alter' }>['steps']): Command => ({
  type: 'table.alter',
  table: 't',
  steps,
});
export const drop: Command = { type: 'table.drop', table: 't' };
export const batch = (...commands: readonly Command[]): Command => ({
  type: 'batch',
  commands: commands.filter((command) => command.type !== 'batch'),
});

/** Code, column and place of each problem, for comparing; the messages are for people. */
export function brief(problems: readonly Problem[]): object[] {
  return problems.map(
    ({ code, index, key, column }) => JSON.parse(JSON.stringify({ code, index, key, column })) as object,
  );
}
