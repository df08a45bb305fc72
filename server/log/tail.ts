import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { readChanges } from './read.ts';
import type { Change } from './record.ts';

export interface TailOptions {
  readonly database: Database;
  /** The seq up to which everything has been followed already. */
  readonly position: number;
  /** Given whole groups only, in order of seq, without a gap, each change once. */
  readonly onChanges: (changes: readonly Change[]) => void;
  /** Given a group of more than `groupBytesMax` bytes part by part, so that it need not lie in memory. */
  readonly onPart: (changes: readonly Change[]) => void;
  readonly groupBytesMax: number;
  readonly log: Logger;
}

/** How often the log is looked at when no bell rang, in milliseconds. */
const pollMs = 1_000;
/** How many changes may be handed over in memory while the tail is reading; beyond, it reads them from the log too. */
const offeredMax = 50_000;

/**
 * Follows the log to its end. All that is published comes from here and never from a command's handler, so that what
 * another server wrote, or this one before it crashed, travels the same road (S3). What this server has just committed
 * may be handed over in memory: it is taken only when it is the very next in line, and else read from the log.
 *
 *   offered = next ──▶ onChanges            bell, poll or a hole ──▶ read from the log ──▶ onChanges
 */
export class LogTail {
  readonly #options: TailOptions;
  #position: number;
  /** Read but not handed on: a group of which the end was not read yet. */
  #partial: Change[] = [];
  /** Where reading has come to within a group that is handed on in parts. */
  #within: { readonly seq: number; readonly groupLast: number } | undefined;
  #offered: (readonly Change[])[] = [];
  #offeredCount = 0;
  #reading: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #poll: NodeJS.Timeout | undefined;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#position = options.position;
  }

  /** The seq up to which everything was handed on. */
  get position(): number {
    return this.#position;
  }

  run(): void {
    this.#poll = setInterval(() => this.wake(), pollMs);
    this.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    await this.#reading;
  }

  /** Hands over what this server has committed; it is durable. */
  offer(changes: readonly Change[]): void {
    if (this.#reading !== undefined) {
      this.#keep(changes);
      return;
    }
    if (!this.#take(changes)) this.wake();
  }

  /** Looks at the log; a look that is under way is followed by another. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#reading !== undefined) {
      this.#again = true;
      return;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
      this.#takeOffered();
    });
  }

  #keep(changes: readonly Change[]): void {
    this.#offeredCount += changes.length;
    if (this.#offeredCount <= offeredMax) this.#offered.push(changes);
    else this.#again = true;
  }

  /** What was committed while the log was read: taken if it is next, passed over if it was read, else looked up. */
  #takeOffered(): void {
    const offered = this.#offered;
    this.#offered = [];
    this.#offeredCount = 0;
    for (const changes of offered) if (!this.#take(changes)) this.#again = true;
    if (!this.#again) return;
    this.#again = false;
    this.wake();
  }

  #take(changes: readonly Change[]): boolean {
    const [first] = changes;
    const last = changes.at(-1);
    if (first === undefined || last === undefined || last.seq <= this.#position) return true;
    if (first.seq !== this.#position + 1 || this.#partial.length > 0 || this.#within !== undefined) return false;
    this.#handOn(changes, last.seq);
    return true;
  }

  async #read(): Promise<void> {
    try {
      let full = true;
      while (full && !this.#stopped) full = await this.#readPage();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the log could not be read; the feed waits and tries again');
    }
  }

  /** Returns whether there may be more. */
  async #readPage(): Promise<boolean> {
    const after = this.#partial.at(-1)?.seq ?? this.#within?.seq ?? this.#position;
    const page = await readChanges(this.#options.database, after);
    if (page.length === 0) return false;
    const rest = this.#within === undefined ? page : this.#goOnWithin(page, this.#within.groupLast);
    const changes = [...this.#partial, ...rest];
    const whole = wholeGroups(changes);
    this.#partial = changes.slice(whole);
    const last = changes[whole - 1];
    if (last !== undefined) this.#handOn(changes.slice(0, whole), last.seq);
    const [first] = this.#partial;
    if (first !== undefined && isLarger(this.#partial, this.#options.groupBytesMax)) {
      this.#partial = [...this.#goOnWithin(this.#partial, first.groupLast)];
    }
    return true;
  }

  /** Hands on the part of a group with which these changes begin; returns what is behind it. */
  #goOnWithin(changes: readonly Change[], groupLast: number): readonly Change[] {
    const end = changes.findIndex((change) => change.groupLast !== groupLast);
    const part = end < 0 ? changes : changes.slice(0, end);
    this.#options.onPart(part);
    const seq = part.at(-1)?.seq ?? this.#position;
    this.#within = seq === groupLast ? undefined : { seq, groupLast };
    if (this.#within === undefined) this.#position = groupLast;
    return changes.slice(part.length);
  }

  #handOn(changes: readonly Change[], last: number): void {
    this.#options.onChanges(changes);
    this.#position = last;
  }
}

function isLarger(changes: readonly Change[], bytesMax: number): boolean {
  let bytes = 0;
  return changes.some(({ entry }) => {
    bytes += Buffer.byteLength(entry) + 1;
    return bytes > bytesMax;
  });
}

/** How many of these changes are whole groups. */
function wholeGroups(changes: readonly Change[]): number {
  const last = changes.at(-1);
  if (last === undefined || last.seq === last.groupLast) return changes.length;
  return changes.findIndex(({ groupLast }) => groupLast === last.groupLast);
}
