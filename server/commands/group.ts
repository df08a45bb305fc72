import { nanoid } from 'nanoid';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { Executor, Writer } from '../database/writer.ts';
import { decide } from '../domain/decide.ts';
import { Draft } from '../domain/state.ts';
import type { Doorbell } from '../log/doorbell.ts';
import { headAfter, type LockedHead, lockHead } from '../log/head.ts';
import { type Change, recordEvents } from '../log/record.ts';
import { growTree, type OpenTile } from '../log/tree.ts';
import { placedEvents, type RecordedEvent } from '../projections/project.ts';
import type { TableCache } from '../projections/table-cache.ts';
import { type DryRunLimits, dryRun, tryTables } from './dry-run.ts';
import { type AcceptedCommand, type KnownCommand, repeatedAnswer } from './known.ts';
import { LoadedState } from './loaded-state.ts';
import type { RecentRows } from './recent-rows.ts';
import { refusal, replyBody } from './reply.ts';
import { seal } from './seal.ts';
import type { Answer, Submission } from './submission.ts';
import { changesTable, writeChanges } from './write-changes.ts';

export interface GroupContext extends DryRunLimits {
  readonly writer: Writer;
  readonly tables: TableCache;
  readonly doorbell: Doorbell;
  readonly openTile: OpenTile;
  readonly recentRows: RecentRows;
}

/** What one group is committed with. */
export interface GroupCommit extends GroupContext {
  /** What commands are answered that are not done yet, when nothing may be written any more. */
  readonly halted: () => ErrorBody | undefined;
}

/** What became of a group of commands once COMMIT has returned: one answer each, and what was appended. */
export interface CommittedGroup {
  readonly answers: readonly Answer[];
  readonly changes: readonly Change[];
}

/**
 * Commits a group of commands in one transaction: lock the head, settle the ids that are known, load what the commands
 * touch, decide one after another, append, project, keep the answers. Two round trips: what is read goes out together,
 * and so does what is written, with COMMIT.
 *
 * An answer may be sent only after this has returned. When it throws, nothing is known of the group's fate; calling it
 * again settles that: the head's lock waits for the lost transaction to end, and then its commands are known or are not
 * (P1, P2).
 */
export async function commitGroup(context: GroupCommit, group: readonly Submission[]): Promise<CommittedGroup> {
  const { openTile, recentRows } = context;
  return await context.writer.transaction(async (transaction) => {
    const decided = decideGroup(group, await read(context, transaction, group), context);
    if (decided.tried.length > 0) await tryTables(transaction, decided.tried);
    const growth = await growTree(transaction, { ...decided, open: openTile });
    const writing = writeChanges(context.doorbell, transaction, { ...decided, growth });
    // Statements about tables wait for one another; COMMIT must come behind them.
    if (changesTable(decided)) await writing;
    await Promise.all([writing, transaction.commit()]);
    openTile.keep(growth);
    recentRows.keep(decided.head, headAfter(decided.head, decided.changes), decided.draft.rows);
    return decided;
  });
}

/**
 * Reads under the head's lock. Tables and the rows written last are guessed to be as they were; the head tells whether
 * they are.
 */
async function read(
  { tables, recentRows }: GroupContext,
  transaction: Executor,
  group: readonly Submission[],
): Promise<GroupState> {
  const guess = tables.last;
  const [head, guessed] = await Promise.all([
    lockHead(transaction),
    LoadedState.load(transaction, { tables: guess.tables, rows: recentRows }, group),
  ]);
  const areTables = head.schemaSeq === guess.schemaSeq;
  const areRows = !guessed.usesKnownRows || recentRows.isCurrent(head);
  if (areTables && areRows) return { head, known: guessed.known, draft: new Draft(guessed.state) };
  const now = areTables ? guess : await tables.read(transaction, head.schemaSeq);
  const { state, known } = await LoadedState.load(transaction, { tables: now.tables }, group);
  return { head, known, draft: new Draft(state) };
}

interface GroupState {
  readonly known: Map<string, KnownCommand>;
  readonly head: LockedHead;
  readonly draft: Draft;
}

interface DecidedGroup extends CommittedGroup {
  readonly head: LockedHead;
  readonly draft: Draft;
  readonly recorded: readonly RecordedEvent[];
  readonly accepted: readonly AcceptedCommand[];
  /** What a dry run would change of tables. */
  readonly tried: readonly RecordedEvent[];
}

/**
 * Decides commands one after another, each against what the ones before it leave. A refused one leaves no trace, and
 * neither does a dry run. Looked at last of all ahead of writing is whether that is still allowed: these commands may have
 * waited long, and one that is known is answered all the same, as it is done.
 */
function decideGroup(
  group: readonly Submission[],
  { known, head, draft }: GroupState,
  context: GroupCommit,
): DecidedGroup {
  const halted = context.halted();
  const answers: Answer[] = [];
  const changes: Change[] = [];
  const recorded: RecordedEvent[] = [];
  const accepted: AcceptedCommand[] = [];
  const tried: RecordedEvent[] = [];
  const { at, epoch } = head;
  for (const submission of group) {
    const { id, by, command, body } = submission;
    const firstSeq = head.seq + changes.length + 1;
    if (submission.dryRun) {
      const trial = dryRun(submission, { head, draft, firstSeq }, context);
      answers.push(trial.answer);
      tried.push(...trial.tables);
      continue;
    }
    const before = known.get(id);
    if (before !== undefined) {
      answers.push(repeatedAnswer(before, submission));
      continue;
    }
    if (halted !== undefined) {
      answers.push({ error: halted });
      continue;
    }
    const decision = decide({ draft, firstSeq, at, by, newKey: nanoid, seal }, command);
    if ('problems' in decision) {
      answers.push({ error: refusal(decision.problems) });
      continue;
    }
    const answer = JSON.stringify({ epoch, ...replyBody(command.type === 'batch', decision.outcomes) });
    const recordedChanges = recordEvents(decision.events, { command: id, by, at, firstSeq });
    for (const change of recordedChanges) changes.push(change);
    for (const one of placedEvents(decision.events, { firstSeq, at, by })) recorded.push(one);
    accepted.push({ submission, answer });
    known.set(id, { body, answer });
    answers.push({ body: answer });
  }
  return { head, draft, answers, changes, recorded, accepted, tried };
}
