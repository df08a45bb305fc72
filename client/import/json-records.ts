import { HeaderNames } from './header.ts';
import { ImportError } from './import-error.ts';
import { importLimits } from './import-limits.ts';
import { type JsonPiece, JsonSplitter } from './json-splitter.ts';
import type { BadRow, RawRecord, RecordSource } from './raw-record.ts';

/**
 * Records of JSON: an array of objects, one object of objects by their keys, or an object a line (NDJSON). Columns are the
 * members' names, as they come; values keep their text.
 */
export class JsonSource implements RecordSource {
  readonly form = 'json';
  readonly records: AsyncIterable<RawRecord | BadRow>;
  readonly #header = new HeaderNames();
  readonly #places = new Map<string, number>();
  #keyColumn: string | undefined;

  constructor(format: 'json' | 'ndjson', text: AsyncIterable<string>) {
    this.records = format === 'json' ? this.#readJson(text) : this.#readLines(text);
  }

  get columns(): readonly string[] {
    return this.#header.names;
  }

  get notes(): readonly string[] {
    return this.#header.notes;
  }

  /** The column that holds the names of the outermost object's members, when the file is one. */
  get keyColumn(): string | undefined {
    return this.#keyColumn;
  }

  async *#readJson(text: AsyncIterable<string>): AsyncGenerator<RawRecord | BadRow, void, undefined> {
    const splitter = new JsonSplitter();
    for await (const chunk of text) {
      for (const piece of splitter.push(chunk)) {
        if (splitter.kind === 'object' && this.#keyColumn === undefined) this.#beginKeyed(piece);
        yield this.#toRecord(piece);
      }
    }
    splitter.end();
  }

  #beginKeyed({ line, text }: JsonPiece): void {
    if (!text.startsWith('{')) {
      throw new ImportError('unreadable', `line ${line}: the file is one object, and what it holds are no objects`, {
        next: 'a table needs an array of objects, or an object of objects by key; take it out first, such as with jq',
      });
    }
    this.#keyColumn = this.#header.add('key');
  }

  async *#readLines(text: AsyncIterable<string>): AsyncGenerator<RawRecord | BadRow, void, undefined> {
    for await (const piece of linesOf(text)) yield this.#toRecord(piece);
  }

  #toRecord({ name, text, line }: JsonPiece): RawRecord | BadRow {
    const problem = jsonProblem(text) ?? (name === undefined ? undefined : jsonProblem(name));
    if (problem !== undefined) return { line, reason: `is not JSON: ${problem}` };
    if (!text.startsWith('{')) return { line, reason: 'is not an object; a row is one' };
    const values: (string | null)[] = name === undefined ? [] : [name];
    const seen = new Set<number>();
    for (const member of membersOf(text)) {
      const place = this.#placeOf(member.name ?? '""');
      if (seen.has(place)) return { line, column: this.columns[place], reason: 'stands twice in this row' };
      seen.add(place);
      values[place] = member.text;
    }
    // A hole is printed as null all the same.
    return { line, values };
  }

  #placeOf(quoted: string): number {
    const known = this.#places.get(quoted);
    if (known !== undefined) return known;
    const place = this.columns.length;
    this.#header.add(JSON.parse(quoted) as string);
    this.#places.set(quoted, place);
    return place;
  }
}

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return text === '' ? 'there is nothing between two commas' : (error as Error).message;
  }
}

/** The members of an object that is known to be JSON. */
function membersOf(text: string): Generator<JsonPiece, void, undefined> {
  return new JsonSplitter().push(text);
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<JsonPiece, void, undefined> {
  let rest = '';
  let line = 0;
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) {
      line += 1;
      if (one.trim() !== '') yield { text: one.trim(), line };
    }
    if (rest.length > importLimits.recordUnitsMax) {
      const most = importLimits.recordUnitsMax.toLocaleString('en');
      throw new ImportError('unreadable', `line ${line + 1} is longer than ${most} characters`);
    }
  }
  if (rest.trim() !== '') yield { text: rest.trim(), line: line + 1 };
}
