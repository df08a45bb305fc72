import { isAscii, isUtf8 } from 'node:buffer';
import type { Entry } from '../protocol/entry.ts';
import { endLineSchema } from '../protocol/entry.ts';
import type { EntriesReply } from '../protocol/replies.ts';
import { RowcastError } from './errors.ts';

/** Reads a frame as the text that it is, to the letter. @throws RowcastError `protocol` when it is not UTF-8 */
function decodeText(frame: Uint8Array): string {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  // Copied and not decoded: a fifth of the time.
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw new RowcastError('protocol', 'the entries are not UTF-8');
  return bytes.toString('utf8');
}

/** The lines of a text; one line break at the end ends the last line and begins no other. */
function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/**
 * The entry lines of a reply, without its end line.
 * @throws RowcastError `protocol` when they are cut off: a short answer must never look like a whole one
 */
export function entryLines(
  frame: Uint8Array | undefined,
  { count, last }: Pick<EntriesReply, 'count' | 'last'>,
): string[] {
  if (frame === undefined) throw new RowcastError('protocol', 'the answer came without its entries');
  const lines = splitLines(decodeText(frame));
  const end = endLineSchema.safeParse(parseLine(lines.pop() ?? '')).data?.end;
  if (end === undefined) throw new RowcastError('protocol', 'the entries are cut off: their end line is missing');
  if (end.count !== lines.length || end.count !== count || end.last !== last) {
    throw new RowcastError(
      'protocol',
      `the entries are cut off: ${lines.length} came, up to ${last}, of ${end.count} up to ${end.last}`,
    );
  }
  return lines;
}

/** Entries as they came, each read once, and not before somebody asks. */
export class EntryLines {
  readonly #read: () => readonly string[];
  #lines: readonly string[] | undefined;
  #entries: readonly Entry[] | undefined;

  private constructor(read: () => readonly string[]) {
    this.#read = read;
  }

  static of(lines: readonly string[]): EntryLines {
    return new EntryLines(() => lines);
  }

  /** Of a message of the feed. */
  static ofFrame(frame: Uint8Array): EntryLines {
    return new EntryLines(() => splitLines(decodeText(frame)));
  }

  /** Their exact texts. @throws RowcastError `protocol` when they are not UTF-8 */
  get lines(): readonly string[] {
    this.#lines ??= this.#read();
    return this.#lines;
  }

  /** One of each line. @throws RowcastError `protocol` when a line is not JSON */
  get entries(): readonly Entry[] {
    this.#entries ??= this.lines.map(parseEntry);
    return this.#entries;
  }
}

/** Lines are parsed, not checked: they were checked when they were recorded, and there may be millions. */
export function parseEntry(line: string): Entry {
  return parseLine(line) as Entry;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new RowcastError('protocol', 'a line of the answer is not JSON', { cause });
  }
}
