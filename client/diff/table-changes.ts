import { isDeepStrictEqual } from 'node:util';
import type { TableDiff } from '../../protocol/diff.ts';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Patch } from './patch.ts';

/** What a patch does to the table of a name: makes, alters or drops it, or drops it and makes another. */
export class TableChanges {
  readonly #diffs: readonly TableDiff[];

  constructor(name: string, { tables }: Pick<Patch, 'tables'>) {
    this.#diffs = tables.filter(({ table }) => table === name);
  }

  get altered(): TableDiff | undefined {
    return this.#diffs.find(({ op }) => op === 'alter');
  }

  /** Whether it has none of the rows afterwards that a table of that name had before. */
  get isNew(): boolean {
    return this.#diffs.some(({ op }) => op === 'create');
  }

  get isReplaced(): boolean {
    return this.isNew && this.#diffs.some(({ op }) => op === 'drop');
  }

  /** Its definition afterwards; undefined when there is none. */
  after(now: TableDefinition | undefined): TableDefinition | undefined {
    const last = this.#diffs.at(-1);
    return last === undefined ? now : last.definition;
  }

  /** Why they cannot be done to a table that is so now; undefined when they can. */
  conflict(now: TableDefinition | undefined): string | undefined {
    const [first] = this.#diffs;
    if (first === undefined) return undefined;
    if (first.op === 'create') return now === undefined ? undefined : 'is there already';
    if (now === undefined) return 'is not there';
    return isDeepStrictEqual(now, first.was) ? undefined : 'has other columns or rules than when the patch was made';
  }

  /** Whether a table that is so now is as they leave it; of its rows it says nothing. */
  areDone(now: TableDefinition | undefined): boolean {
    return isDeepStrictEqual(now, this.after(now));
  }
}
