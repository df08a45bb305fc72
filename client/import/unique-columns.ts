import { limits } from '../../protocol/limits.ts';
import { utf8Length } from '../../protocol/names.ts';
import { keyTypes } from '../../protocol/table.ts';
import type { FileColumn } from './file-reading.ts';
import { importLimits } from './import-limits.ts';
import type { RawRecord } from './raw-record.ts';
import { TextSet } from './text-set.ts';

/** What a key is called, alone or at the end. */
const keyName = /^(?:id|key|code|uuid)$|(?:^|[ _-])(?:id|key)$/i;

interface LookedAt {
  readonly names: readonly string[];
  /** How a value is written that is none. */
  readonly nothing: string;
}

/**
 * Finds the columns that could be a key: no cell is empty and none stands twice. Only those that are called as keys are,
 * and the first one, are looked at, and none any more that has failed.
 */
export class UniqueColumns {
  readonly #seen = new Map<number, TextSet>();
  #isGivenUp = false;
  /** How many columns were there when last looked at; JSON may name more. */
  #known = 0;
  #rows = 0;

  look({ values }: RawRecord, { names, nothing }: LookedAt): void {
    for (; this.#known < names.length; this.#known += 1) {
      const isCandidate = this.#known === 0 || keyName.test(names[this.#known] ?? '');
      // A column that comes up later was empty before.
      if (isCandidate && this.#rows === 0) this.#seen.set(this.#known, new TextSet());
    }
    this.#rows += 1;
    if (this.#rows > importLimits.keyGuessRows && this.#seen.size > 0) {
      this.#isGivenUp = true;
      this.#seen.clear();
    }
    for (const [index, seen] of this.#seen) {
      const value = values[index];
      const isFit =
        typeof value === 'string' && value !== '' && value !== nothing && utf8Length(value) <= limits.keyBytesMax;
      if (!isFit || !seen.add(value)) this.#seen.delete(index);
    }
  }

  /** Whether the file was too long to tell. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** The one that is called as keys are, or else the first. */
  best(columns: readonly FileColumn[]): string | undefined {
    const fit = [...this.#seen.keys()]
      .map((index) => columns[index])
      .filter((column) => column !== undefined && keyTypes.has(column.type) && this.#rows > 0);
    return (fit.find((column) => keyName.test(column?.name ?? '')) ?? fit[0])?.name;
  }
}
