import { ImportError } from './import-error.ts';
import { importLimits } from './import-limits.ts';

/** An element of an array, or a member of an object, as it is written. */
export interface JsonPiece {
  /** Of a member. */
  readonly name?: string;
  readonly text: string;
  /** The line on which it begins, from 1. */
  readonly line: number;
}

const [quote, backslash, comma, colon] = [34, 92, 44, 58] as const;
const opening: ReadonlySet<number> = new Set([91, 123]);
const closing: ReadonlySet<number> = new Set([93, 125]);

/**
 * Cuts the outermost array or object of a JSON text into its pieces while the text comes in, so that a file of any size
 * needs memory for one piece. Only brackets and strings are understood here: each piece is judged by whoever parses it.
 */
export class JsonSplitter {
  #text = '';
  /** How far the text was looked at. */
  #at = 0;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** The line of the text's beginning. */
  #line = 1;
  /** Where the colon behind a member's name is. */
  #colon = -1;
  #kind: 'array' | 'object' | undefined;
  #isEnded = false;
  #isAfterComma = false;

  get kind(): 'array' | 'object' | undefined {
    return this.#kind;
  }

  /** @throws ImportError when this is no array or object, or a piece is too long */
  *push(chunk: string): Generator<JsonPiece, void, undefined> {
    this.#text += chunk;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const unit = this.#text.charCodeAt(this.#at);
      if (this.#isInString) this.#inString(unit);
      else if (unit === quote) this.#isInString = this.#begun();
      else if (opening.has(unit)) this.#open(unit);
      else if (this.#depth === 1 && (unit === comma || closing.has(unit))) yield* this.#cut(unit);
      else if (closing.has(unit)) this.#depth -= 1;
      else if (unit === colon && this.#depth === 1 && this.#colon < 0) this.#colon = this.#at;
      else if (unit > 32 && this.#depth === 0) this.#begun();
    }
    if (this.#depth === 0) {
      this.#drop(this.#text.length);
      this.#at = 0;
    }
    if (this.#text.length > importLimits.recordUnitsMax) {
      const most = importLimits.recordUnitsMax.toLocaleString('en');
      throw new ImportError('unreadable', `line ${this.#line}: what begins here is longer than ${most} characters`);
    }
  }

  /** @throws ImportError when the text ends too early */
  end(): void {
    if (this.#isEnded) return;
    if (this.#kind === undefined) throw new ImportError('unreadable', 'the file has no rows');
    throw new ImportError('unreadable', `the file ends within what begins on line ${this.#line}; it is cut off`);
  }

  #inString(unit: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (unit === backslash) this.#isEscaped = true;
    else if (unit === quote) this.#isInString = false;
  }

  #open(unit: number): void {
    if (this.#depth === 0) {
      if (this.#isEnded) throw this.#strange();
      this.#kind = unit === 91 ? 'array' : 'object';
      this.#drop(this.#at + 1);
      this.#at = -1;
    }
    this.#depth += 1;
  }

  /** Outside of everything there is nothing to be found. */
  #begun(): true {
    if (this.#depth === 0) throw this.#strange();
    return true;
  }

  #strange(): ImportError {
    this.#drop(this.#at);
    return this.#isEnded
      ? new ImportError('unreadable', `line ${this.#line}: there is more behind the end of the JSON`, {
          next: 'one object a line? read it with --format ndjson',
        })
      : new ImportError('unreadable', `line ${this.#line}: the JSON does not begin with [ or {`, {
          next: 'a table needs an array of objects; or name the format: --format csv',
        });
  }

  *#cut(unit: number): Generator<JsonPiece, void, undefined> {
    const written = this.#text.slice(0, this.#at);
    const text = written.trim();
    const isEnd = unit !== comma;
    if (text !== '' || !isEnd || this.#isAfterComma) yield this.#piece(written, text);
    this.#drop(this.#at + 1);
    [this.#at, this.#colon, this.#isAfterComma] = [-1, -1, !isEnd];
    if (!isEnd) return;
    this.#depth = 0;
    this.#isEnded = true;
  }

  #piece(written: string, text: string): JsonPiece {
    const line = this.#line + countNewlines(written.slice(0, written.length - written.trimStart().length));
    if (this.#kind === 'array') return { text, line };
    if (this.#colon < 0) throw new ImportError('unreadable', `line ${line}: a member without a name`);
    return { name: written.slice(0, this.#colon).trim(), text: written.slice(this.#colon + 1).trim(), line };
  }

  #drop(units: number): void {
    this.#line += countNewlines(this.#text.slice(0, units));
    this.#text = this.#text.slice(units);
  }
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
