/** What a check of the database is made of, in the order in which it is told. */
export const parts = [
  'entries',
  'tree',
  'checkpoint',
  'answers',
  'tables',
  'rows',
  'keys',
  'sealed',
  'tags',
  'accounts',
] as const;
export type Part = (typeof parts)[number];

/** The first place where a part is not what it should be, as closely as it can be known. */
export interface BadPlace {
  readonly what: string;
  /** The first bad entry, or of which all that is known is that the first bad one is not before it. */
  readonly seq?: number | undefined;
  readonly table?: string | undefined;
  readonly key?: string | undefined;
  readonly column?: string | undefined;
}

export interface PartReport {
  readonly part: Part;
  /** What was checked, in words; of a part with a fault or that could not be checked, why. */
  readonly text: string;
  readonly state: 'good' | 'bad' | 'unchecked';
  readonly fault?: BadPlace | undefined;
}

/** Gathers what the parts of a check come to: of each the first fault, as what is behind it follows from it. */
export class Findings {
  readonly #reports = new Map<Part, PartReport>();

  bad(part: Part, fault: BadPlace): void {
    if (this.isBad(part)) return;
    this.#reports.set(part, { part, text: fault.what, state: 'bad', fault });
  }

  good(part: Part, text: string): void {
    if (!this.isBad(part)) this.#reports.set(part, { part, text, state: 'good' });
  }

  /** It cannot be told; why. */
  unchecked(part: Part, text: string): void {
    if (!this.isBad(part)) this.#reports.set(part, { part, text, state: 'unchecked' });
  }

  isBad(part: Part): boolean {
    return this.#reports.get(part)?.state === 'bad';
  }

  get reports(): PartReport[] {
    return parts.flatMap((part) => this.#reports.get(part) ?? []);
  }
}

/** `1 row`, `2 rows`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;
}
