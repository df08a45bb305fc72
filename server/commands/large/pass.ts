import { sql } from 'kysely';
import { nanoid } from 'nanoid';
import type { ErrorBody } from '../../../protocol/errors.ts';
import type { WriteTransaction } from '../../database/writer.ts';
import { Claims } from '../../domain/claims.ts';
import { decideSteps } from '../../domain/decide-steps.ts';
import { Draft } from '../../domain/state.ts';
import type { LockedHead } from '../../log/head.ts';
import { recordEvents } from '../../log/record.ts';
import { type Growth, growTree, OpenTile } from '../../log/tree.ts';
import { placedEvents } from '../../projections/project.ts';
import { loadTables, type StoredTable } from '../../projections/tables.ts';
import { Refused } from '../../refused.ts';
import { FirstPage } from '../dry-run.ts';
import type { GroupContext } from '../group.ts';
import { LoadedState } from '../loaded-state.ts';
import { seal } from '../seal.ts';
import type { LargeSubmission } from '../submission.ts';
import { changesTable, writeChanges } from '../write-changes.ts';
import { chunksOf } from './chunks.ts';
import { type AskedChunk, LoadAhead } from './load-ahead.ts';
import type { StepSource } from './step-source.ts';
import { Tally } from './tally.ts';
import { underWay } from './under-way.ts';

export interface LargeContext extends GroupContext {
  /** Why no large command may go on, if so: it holds the lock for seconds, and is asked between two chunks. */
  readonly interruption: () => ErrorBody | undefined;
}

export interface PassParts {
  readonly context: LargeContext;
  readonly transaction: WriteTransaction;
  readonly submission: LargeSubmission;
  readonly source: StepSource;
  readonly head: LockedHead;
  readonly tables: ReadonlyMap<string, StoredTable>;
}

/** What a pass has come to. */
export interface Passed {
  readonly tally: Tally;
  readonly page: FirstPage;
  /** The tree with the changes; undefined when there were none. */
  readonly growth: Growth | undefined;
}

/** Values of unique columns that may wait, in memory, to be given up. Ranks that are drawn anew at random have a quarter of them wait. */
const waitingValuesMax = 200_000;

/**
 * Goes once through the steps of a large command, chunk by chunk: load, decide, append, project; each chunk is decided
 * against what the ones before it left. While this process decides one, PostgreSQL writes the one before and loads the one
 * behind: what goes out on the writing connection is done in its order, and nobody waits for what is written until the end.
 *
 * Steps that are refused are counted and passed over, as the others are judged with what the granted ones have done;
 * whether anything of it stays is for the caller to say.
 */
export class Pass {
  readonly #parts: PassParts;
  readonly #group: readonly [first: number, last: number];
  readonly #tally = new Tally();
  readonly #page: FirstPage;
  /** Not the server's own, which is as of what was committed. */
  readonly #openTile = new OpenTile();
  readonly #ahead: LoadAhead;
  #head: LockedHead;
  #tables: ReadonlyMap<string, StoredTable>;
  #growth: Growth | undefined;
  /** All that was sent to be written so far. */
  #written: Promise<unknown> = Promise.resolve();
  readonly #claims = new Claims();
  #chunks = 0;

  /** @param changes how many there will be: the entries say so */
  constructor(parts: PassParts, changes: number) {
    this.#parts = parts;
    this.#head = parts.head;
    this.#tables = parts.tables;
    this.#group = [parts.head.seq + 1, parts.head.seq + changes];
    this.#page = new FirstPage(parts.head.seq, parts.context);
    this.#ahead = new LoadAhead((steps) => LoadedState.loadSteps(parts.transaction, this.#tables, steps));
  }

  /** @throws Refused when it was interrupted, or the source refuses */
  async run(): Promise<Passed> {
    const { source, transaction, head } = this.#parts;
    for await (const chunk of this.#ahead.chunks(chunksOf(source.steps({ transaction, head })))) {
      await this.#take(chunk);
    }
    this.#tally.refuse(this.#claims.settle());
    await this.#written;
    return { tally: this.#tally, page: this.#page, growth: this.#growth };
  }

  async #take({ steps, state }: AskedChunk): Promise<void> {
    const interruption = this.#parts.context.interruption() ?? this.#tooManyClaims;
    if (interruption !== undefined) throw new Refused(interruption);
    this.#chunks += 1;
    if (isPowerOfTwo(this.#chunks)) this.#send(forgetPlans(this.#parts.transaction));
    const { transaction, submission, source } = this.#parts;
    const { id, by } = submission;
    const { seq, at } = this.#head;
    const draft = new Draft(await state());
    await transaction.sent();
    const firstSeq = seq + 1;
    const { events, outcomes, problems, left } = decideSteps(
      { draft, claims: this.#claims, firstSeq, at, by, newKey: nanoid, seal },
      steps,
      { why: source.why, firstIndex: source.isNumbered ? this.#tally.steps : undefined },
    );
    this.#tally.add({ steps: steps.length, changes: events.length, outcomes, problems, left });
    this.#ahead.decided(draft);
    if (events.length === 0) return;
    const [first, last] = this.#group;
    // More than were foreseen: this pass will be taken back, and until then no entry may lie behind its group.
    const group = [first, Math.max(last, seq + events.length)] as const;
    const changes = recordEvents(events, { command: id, by, at, firstSeq, group });
    this.#page.add(changes);
    await this.#write({ changes, recorded: placedEvents(events, { firstSeq, at, by }), draft });
  }

  get #tooManyClaims(): ErrorBody | undefined {
    if (this.#claims.size <= waitingValuesMax) return undefined;
    const message =
      `more than ${waitingValuesMax.toLocaleString('en')} values of unique columns that rows have taken are still to be given ` +
      'up by others: send earlier what gives them up';
    return { code: 'too_large', message };
  }

  /** Lets statements go out that are waited for at the end: what fails makes all that is sent behind it fail. */
  #send(statements: Promise<unknown>): void {
    this.#written = underWay(Promise.all([this.#written, statements]));
  }

  async #write(decided: Pick<Parameters<typeof writeChanges>[2], 'changes' | 'recorded' | 'draft'>): Promise<void> {
    const { context, transaction } = this.#parts;
    const { changes } = decided;
    const growth = await growTree(transaction, { head: this.#head, changes, open: this.#openTile });
    this.#send(writeChanges(context.doorbell, transaction, { ...decided, head: this.#head, accepted: [], growth }));
    const seq = this.#head.seq + changes.length;
    this.#openTile.keep(growth);
    this.#growth = growth;
    this.#head = { ...this.#head, seq, frontier: growth.frontier };
    if (!changesTable(decided)) return;
    await this.#written;
    // Not by the cache, which would keep what is not committed.
    this.#tables = await loadTables(transaction);
    this.#head = { ...this.#head, schemaSeq: changes.findLast(({ key }) => key === null)?.seq ?? seq };
  }
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}

/**
 * Has PostgreSQL plan its statements anew, by how large the tables are now. It does so by itself when it has analyzed them,
 * which it cannot while the rows are those of this transaction: it would go on reading every row of what was a small table
 * when the plan was made, chunk after chunk.
 */
async function forgetPlans(transaction: WriteTransaction): Promise<void> {
  await sql`DISCARD PLANS`.execute(transaction);
}
