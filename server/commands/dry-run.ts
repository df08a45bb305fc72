import { sql } from 'kysely';
import { nanoid } from 'nanoid';
import { limits } from '../../protocol/limits.ts';
import type { Executor } from '../database/writer.ts';
import { decide } from '../domain/decide.ts';
import { isRowEvent } from '../domain/event.ts';
import { Draft } from '../domain/state.ts';
import { endedLines } from '../log/ended-lines.ts';
import type { LockedHead } from '../log/head.ts';
import { type Change, recordEvents } from '../log/record.ts';
import { placedEvents, type RecordedEvent } from '../projections/project.ts';
import { writeTable } from '../projections/tables.ts';
import { refusal, replyBody } from './reply.ts';
import { seal } from './seal.ts';
import type { Answer, Submission } from './submission.ts';

export interface DryRunLimits {
  /** Bytes of entries in one reply. */
  readonly pageBytesMax: number;
}

/** Where a dry run stands: behind the commands that go before it in the group. */
interface Place {
  readonly head: LockedHead;
  readonly draft: Draft;
  /** The seq that its first change would have. */
  readonly firstSeq: number;
}

interface DryRun {
  readonly answer: Answer;
  /** What it would change of tables. */
  readonly tables: readonly RecordedEvent[];
}

/**
 * Decides a command as it would be decided now, and throws away what it comes to: the draft below stays as it is, no id
 * is looked up or used up. What seals cells is made for this answer only.
 */
export function dryRun({ id, by, command }: Submission, place: Place, dryRunLimits: DryRunLimits): DryRun {
  const { firstSeq } = place;
  const { at, epoch } = place.head;
  const draft = new Draft(place.draft);
  const decision = decide({ draft, firstSeq, at, by, newKey: nanoid, seal }, command);
  if ('problems' in decision) return { answer: { error: refusal(decision.problems) }, tables: [] };
  const { events, outcomes } = decision;
  const page = new FirstPage(firstSeq - 1, dryRunLimits);
  page.add(recordEvents(events, { command: id, by, at, firstSeq }));
  const body = JSON.stringify({ epoch, ...replyBody(command.type === 'batch', outcomes), ...page.counted });
  return {
    answer: { body, lines: page.lines },
    tables: placedEvents(events, { firstSeq, at, by }).filter(({ event }) => !isRowEvent(event)),
  };
}

/** The first entries, as many as a page of the log holds: one at least, so that there is something to look at. */
export class FirstPage {
  readonly #after: number;
  readonly #bytesMax: number;
  readonly #entries: string[] = [];
  #bytes = 0;
  #more = false;

  constructor(after: number, { pageBytesMax }: DryRunLimits) {
    this.#after = after;
    this.#bytesMax = pageBytesMax;
  }

  /** Takes the changes that follow, as far as there is room. */
  add(changes: readonly Pick<Change, 'entry'>[]): void {
    for (const { entry } of changes) {
      this.#more ||= this.#bytes >= this.#bytesMax || this.#entries.length >= limits.entriesMax;
      if (this.#more) return;
      this.#entries.push(entry);
      this.#bytes += Buffer.byteLength(entry);
    }
  }

  /** What a reply says of the page. */
  get counted(): { readonly dryRun: true; readonly count: number; readonly last: number; readonly more: boolean } {
    const { length: count } = this.#entries;
    return { dryRun: true, count, last: this.#after + count, more: this.#more };
  }

  get lines(): string {
    return endedLines({ texts: this.#entries, ...this.counted });
  }
}

/**
 * Lets PostgreSQL judge what a dry run would do to tables, as it may refuse that (somebody's view stands on the one of
 * the table), and takes it back. Its rows are not touched.
 */
export async function tryTables(transaction: Executor, tried: readonly RecordedEvent[]): Promise<void> {
  await sql`SAVEPOINT dry_run`.execute(transaction);
  for (const { event, recording } of tried) {
    if (!isRowEvent(event)) await writeTable(transaction, event, recording.seq);
  }
  await sql`ROLLBACK TO SAVEPOINT dry_run`.execute(transaction);
}
