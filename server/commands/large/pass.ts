import { nanoid } from 'nanoid';
import type { ErrorBody } from '../../../protocol/errors.ts';
import type { WriteTransaction } from '../../database/writer.ts';
import { decideSteps } from '../../domain/decide.ts';
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
import type { StepSource } from './step-source.ts';
import { Tally } from './tally.ts';

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

/**
 * Goes once through the steps of a large command, chunk by chunk: load, decide, append, project; each chunk finds in the
 * database what the ones before it left. Steps that are refused are counted and passed over, as the others are judged
 * with what the granted ones have done; whether anything of it stays is for the caller to say.
 */
export class Pass {
  readonly #parts: PassParts;
  readonly #group: readonly [first: number, last: number];
  readonly #tally = new Tally();
  readonly #page: FirstPage;
  /** Not the server's own, which is as of what was committed. */
  readonly #openTile = new OpenTile();
  #head: LockedHead;
  #tables: ReadonlyMap<string, StoredTable>;
  #growth: Growth | undefined;

  /** @param changes how many there will be: the entries say so */
  constructor(parts: PassParts, changes: number) {
    this.#parts = parts;
    this.#head = parts.head;
    this.#tables = parts.tables;
    this.#group = [parts.head.seq + 1, parts.head.seq + changes];
    this.#page = new FirstPage(parts.head.seq, parts.context);
  }

  /** @throws Refused when it was interrupted, or the source refuses */
  async run(): Promise<Passed> {
    const { context, source, transaction, head } = this.#parts;
    for await (const steps of chunksOf(source.steps({ transaction, head }))) {
      const interruption = context.interruption();
      if (interruption !== undefined) throw new Refused(interruption);
      await this.#take(steps);
    }
    return { tally: this.#tally, page: this.#page, growth: this.#growth };
  }

  async #take(steps: Parameters<typeof decideSteps>[1]): Promise<void> {
    const { transaction, submission, source } = this.#parts;
    const { id, by } = submission;
    const { seq, at } = this.#head;
    const state = await LoadedState.loadSteps(transaction, this.#tables, steps);
    const firstSeq = seq + 1;
    const { events, outcomes, problems, left } = decideSteps(
      { draft: new Draft(state), firstSeq, at, by, newKey: nanoid, seal },
      steps,
      { why: source.why, firstIndex: source.isNumbered ? this.#tally.steps : undefined },
    );
    this.#tally.add({ steps: steps.length, changes: events.length, outcomes, problems, left });
    if (events.length === 0) return;
    const [first, last] = this.#group;
    // More than were foreseen: this pass will be taken back, and until then no entry may lie behind its group.
    const group = [first, Math.max(last, seq + events.length)] as const;
    const changes = recordEvents(events, { command: id, by, at, firstSeq, group });
    this.#page.add(changes);
    await this.#write({ changes, recorded: placedEvents(events, { firstSeq, at, by }) });
  }

  async #write(decided: Pick<Parameters<typeof writeChanges>[2], 'changes' | 'recorded'>): Promise<void> {
    const { context, transaction } = this.#parts;
    const { changes } = decided;
    const growth = await growTree(transaction, { head: this.#head, changes, open: this.#openTile });
    await writeChanges(context.doorbell, transaction, { ...decided, head: this.#head, accepted: [], growth });
    const seq = this.#head.seq + changes.length;
    this.#openTile.keep(growth);
    this.#growth = growth;
    this.#head = { ...this.#head, seq, frontier: growth.frontier };
    if (!changesTable(decided)) return;
    // Not by the cache, which would keep what is not committed.
    this.#tables = await loadTables(transaction);
    this.#head = { ...this.#head, schemaSeq: changes.findLast(({ key }) => key === null)?.seq ?? seq };
  }
}
