import type { Problem } from '../../protocol/errors.ts';
import type { Column } from '../../protocol/table.ts';
import type { Cell } from '../../protocol/values.ts';
import { problem } from './decision.ts';
import { type TableState, uniqueName } from './state.ts';

/** A value of a unique column. */
export interface ClaimedValue {
  readonly table: TableState;
  readonly column: Pick<Column, 'name' | 'type'>;
  readonly value: Cell;
}

/** The row that takes one, and its step's place where steps are counted. */
export interface Claimant {
  readonly key: string;
  readonly index: number | undefined;
}

interface Contested extends Pick<ClaimedValue, 'table' | 'column'> {
  holder: string;
  /** By key; the longest first. */
  readonly waiting: Map<string, Claimant>;
}

/**
 * Values of unique columns that rows have taken in the course of a command while another row still had them. A command is
 * seen whole or not at all, so it is enough that each has been given up when the command ends: rows may swap their values
 * or move them on, in any order. Given up, a value goes to the row that has waited longest.
 */
export class Claims {
  readonly #contested = new Map<string, Contested>();
  #size = 0;

  /** How many values wait, each once for each row that has taken it. */
  get size(): number {
    return this.#size;
  }

  add({ table, column, value }: ClaimedValue, holder: string, claimant: Claimant): void {
    const name = uniqueName(table.id, column, value);
    let contested = this.#contested.get(name);
    if (contested === undefined) {
      contested = { table, column, holder, waiting: new Map() };
      this.#contested.set(name, contested);
    }
    contested.waiting.set(claimant.key, claimant);
    this.#size += 1;
  }

  /** A row lets go of a value, be it that it holds it or that it waits for it. Returns the row that holds it then. */
  giveUp({ table, column, value }: ClaimedValue, key: string): string | undefined {
    if (this.#size === 0) return undefined;
    const name = uniqueName(table.id, column, value);
    const contested = this.#contested.get(name);
    if (contested === undefined) return undefined;
    const { waiting } = contested;
    const [next = key] = waiting.keys();
    const leaving = contested.holder === key ? next : key;
    if (contested.holder === key) contested.holder = next;
    if (waiting.delete(leaving)) this.#size -= 1;
    if (waiting.size === 0) this.#contested.delete(name);
    return contested.holder;
  }

  /** Ends the wait for the values of a table, or for all. Returns what is wrong: every row that still waits. */
  settle(tableId?: number): Problem[] {
    const problems: Problem[] = [];
    if (this.#size === 0) return problems;
    for (const [name, { table, column, holder, waiting }] of this.#contested) {
      if (tableId !== undefined && table.id !== tableId) continue;
      this.#contested.delete(name);
      this.#size -= waiting.size;
      const message = `${column.name} is unique, and row ${holder} has this value`;
      for (const { key, index } of waiting.values()) {
        const place = { table: table.definition.name, key, column: column.name };
        problems.push(problem('invalid', message, index === undefined ? place : { ...place, index }));
      }
    }
    return problems;
  }
}
