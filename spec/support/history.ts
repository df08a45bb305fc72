import { hash } from 'node:crypto';
import type { Command } from '../../protocol/commands.ts';
import type { Entry } from '../../protocol/entry.ts';
import type { CurrentRow } from '../../protocol/errors.ts';

/**
 * What the clients of a test saw, for the checker to hold against the log. `unknown`: the client was told that the
 * command may or may not have taken effect, or was told nothing.
 */
export type Status = 'ok' | 'refused' | 'unknown';

/** One command as its sender saw it. */
export interface Operation {
  readonly id: string;
  readonly body: Command;
  readonly status: Status;
  /** Of an ok answer: its seq. */
  readonly seq?: number;
  /** Of an ok answer: how many changes were made. */
  readonly changes?: number;
  /** Of a refusal: its code. */
  readonly code?: string;
  /** CLOCK_MONOTONIC, so that the clocks of all processes of this machine agree. */
  readonly callNs: bigint;
  readonly retNs: bigint;
}

/** An entry that a watcher applied: its seq, and the digest of its line. */
export interface Applied {
  readonly seq: number;
  readonly digest: string;
}

/** What a watcher was shown from one starting point on. A reset begins a new life. */
export interface WatcherLife {
  /** The seq of the snapshot or of the cursor: everything behind it is to follow. */
  readonly from: number;
  /** Digest of the snapshot's rows; absent when it began with a cursor. */
  readonly snapshot?: string;
  /** As they were delivered: the entries of one event together. */
  readonly groups: (readonly Applied[])[];
}

export interface WatcherRecord {
  readonly name: string;
  /** The whole ledger when undefined. */
  readonly table: string | undefined;
  readonly lives: WatcherLife[];
  /** What it must have seen at least; the whole log when left out. */
  upTo?: number;
}

/** A replica as it stood at the end. */
export interface ReplicaRecord {
  readonly name: string;
  readonly table: string;
  readonly seq: number;
  readonly rows: ReadonlyMap<string, CurrentRow>;
}

/** All that was seen in one test. */
export class History {
  readonly operations: Operation[] = [];
  readonly watchers: WatcherRecord[] = [];
  readonly replicas: ReplicaRecord[] = [];

  count(status: Status): number {
    return this.operations.filter((operation) => operation.status === status).length;
  }

  /** Entries that watchers applied, all together. */
  get applied(): number {
    let sum = 0;
    for (const { lives } of this.watchers)
      for (const { groups } of lives) for (const group of groups) sum += group.length;
    return sum;
  }
}

export function digestLine(line: string): string {
  return hash('sha1', line, 'base64');
}

/**
 * The digest of an entry that a client shows parsed. An entry was printed by JSON.stringify once, so parsing and
 * printing gives its line back to the letter, unless something in it was changed on the way.
 */
export function applied(entry: Entry): Applied {
  return { seq: entry.seq, digest: digestLine(JSON.stringify(entry)) };
}

/** A digest of rows that does not depend on their order, nor on the order of cells. */
export function digestRows(rows: Iterable<CurrentRow>): string {
  const lines = [...rows].map(({ key, version, seq, at, by, row }) => {
    const cells = Object.entries(row).sort(([a], [b]) => byCodeUnits(a, b));
    return JSON.stringify([key, version, seq, at, by, cells]);
  });
  return digestLine(lines.sort(byCodeUnits).join('\n'));
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
