import { parseJson } from '../../protocol/json.ts';
import { type Cell, type ColumnType, cellFromText, cellProblem } from '../../protocol/values.ts';
import { importLimits } from './import-limits.ts';
import type { ValueForm } from './raw-record.ts';

/**
 * The type of a column as all of its values allow it: the first of these in which each value comes back to the letter.
 * Numbers with leading zeros, `1,5`, `TRUE` and `31.12.2026` are texts therefore.
 */
const textTypes = ['integer', 'number', 'decimal', 'boolean', 'date', 'timestamp', 'json'] as const;
/** Of JSON values: a string may be a date, but not a number; what is mixed is json. */
const jsonTypes = ['integer', 'number', 'decimal', 'boolean', 'date', 'timestamp', 'text', 'json'] as const;

export class ColumnGuess {
  readonly #form: ValueForm;
  #candidates: readonly ColumnType[];
  readonly #samples = new Set<string>();
  #filled = 0;

  constructor(form: ValueForm) {
    this.#form = form;
    this.#candidates = form === 'text' ? textTypes : jsonTypes;
  }

  add(value: string): void {
    // Programs that quote every field write empty cells so; in a column of texts it is the empty text.
    if (value === (this.#form === 'text' ? '' : 'null')) return;
    this.#filled += 1;
    if (this.#samples.size < importLimits.sampleValues) this.#samples.add(value);
    const may = this.#form === 'text' ? mayBeText : mayBeJson;
    // Most values fit the type that was found by the first of them.
    while (this.#candidates[0] !== undefined && !may(this.#candidates[0], value)) {
      this.#candidates = this.#candidates.slice(1).filter((type) => may(type, value));
    }
    this.#drop(value, may);
  }

  /** A later type is only asked for when the first one falls, but must have taken every value before. */
  #drop(value: string, may: (type: ColumnType, value: string) => boolean): void {
    if (this.#candidates.length < 2) return;
    const [first] = this.#candidates;
    const kept = this.#candidates.filter(
      (type) => type === first || implied[first ?? 'text']?.has(type) || may(type, value),
    );
    if (kept.length < this.#candidates.length) this.#candidates = kept;
  }

  get type(): ColumnType {
    if (this.#filled === 0) return 'text';
    return this.#candidates[0] ?? 'text';
  }

  /** How many cells are not empty. */
  get filled(): number {
    return this.#filled;
  }

  get samples(): readonly string[] {
    return [...this.#samples];
  }
}

/** Types that take whatever another one takes. */
const implied: Partial<Readonly<Record<ColumnType, ReadonlySet<ColumnType>>>> = {
  integer: new Set(['decimal']),
};

function mayBeText(type: ColumnType, value: string): boolean {
  // Of a text that only happens to be JSON, such as a number or a quoted word, nobody would expect json.
  if (type === 'json' && !/^[[{]/.test(value)) return false;
  return cellFromText(type, value) !== undefined;
}

function mayBeJson(type: ColumnType, value: string): boolean {
  if (type === 'json') return true;
  const isString = value.startsWith('"');
  if (type === 'integer') return /^-?\d+$/.test(value) && cellFromText('integer', value) !== undefined;
  if (type === 'number') return /^[-\d]/.test(value) && isExactNumber(value);
  if (type === 'decimal') return /^[-\d]/.test(value) && cellProblem('decimal', value) === undefined;
  if (type === 'boolean') return value === 'true' || value === 'false';
  return isString && cellProblem(type, JSON.parse(value) as Cell) === undefined;
}

function isExactNumber(value: string): boolean {
  try {
    return cellProblem('number', parseJson(value)) === undefined;
  } catch {
    return false;
  }
}
