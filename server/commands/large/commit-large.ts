import { sql } from 'kysely';
import type { WriteTransaction } from '../../database/writer.ts';
import { InvariantError } from '../../domain/state.ts';
import { lockHead } from '../../log/head.ts';
import { Refused } from '../../refused.ts';
import { insertAnswers, type KnownCommand, type KnownValue, readKnown, repeatedAnswer, selectKnown } from '../known.ts';
import type { Answer, LargeSubmission } from '../submission.ts';
import { type LargeContext, Pass, type Passed, type PassParts } from './pass.ts';
import { sourceOf } from './source-of.ts';

/** What became of a large command, and how many changes it made. */
export interface CommittedLarge {
  readonly answer: Answer;
  readonly changes: number;
}

/** A first with a guessed number of changes, a second with the right one. More: its source gives other steps each time. */
const passesMax = 3;

/**
 * Commits a command of any size as one group, in one transaction under the head's lock: chunk by chunk, so that memory
 * is bounded by a chunk and not by the command. Whoever else writes waits as long; see docs/ARCHITECTURE.md.
 *
 * As for other commands, nothing is known of its fate when this throws, and calling it again settles that (P1, P2).
 */
export async function commitLarge(context: LargeContext, submission: LargeSubmission): Promise<CommittedLarge> {
  return await context.writer.transaction(async (transaction) => {
    const head = await lockHead(transaction);
    const known = submission.dryRun ? undefined : await findKnown(transaction, submission.id);
    if (known !== undefined) return await leave(transaction, repeatedAnswer(known, submission));
    const guess = context.tables.last;
    const { tables } =
      head.schemaSeq === guess.schemaSeq ? guess : await context.tables.read(transaction, head.schemaSeq);
    try {
      const parts = { context, transaction, submission, source: sourceOf(submission), head, tables };
      return await conclude(parts, await countedPass(parts));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return await leave(transaction, { error: error.body });
    }
  });
}

/** The pass whose entries name the right number of changes, or the first one that ends in a refusal. */
async function countedPass(parts: PassParts): Promise<Passed> {
  const { transaction, source } = parts;
  let changes = await source.count(parts);
  for (let passes = 1; passes <= passesMax; passes += 1) {
    await sql`SAVEPOINT pass`.execute(transaction);
    const passed = await new Pass(parts, changes).run();
    const { tally } = passed;
    if (tally.refusal !== undefined || tally.changes === changes) return passed;
    changes = tally.changes;
    await sql`ROLLBACK TO SAVEPOINT pass`.execute(transaction);
  }
  throw new InvariantError(`the steps of command ${parts.submission.id} are others on each pass`);
}

async function conclude(parts: PassParts, { tally, page, growth }: Passed): Promise<CommittedLarge> {
  const { context, transaction, submission, source, head } = parts;
  const { refusal, reply } = tally;
  if (refusal !== undefined) return await leave(transaction, { error: refusal });
  const interruption = context.interruption();
  if (interruption !== undefined) return await leave(transaction, { error: interruption });
  const { epoch } = head;
  if (submission.dryRun) {
    const body = JSON.stringify({ epoch, ...reply, ...page.counted });
    return await leave(transaction, { body, lines: page.lines });
  }
  const body = JSON.stringify({ epoch, ...reply });
  await insertAnswers([{ submission, answer: body }]).execute(transaction);
  await source.finish?.(parts);
  await transaction.commit();
  if (growth !== undefined) context.openTile.keep(growth);
  return { answer: { body }, changes: reply.changes };
}

/** Ends the transaction without a trace. */
async function leave(transaction: WriteTransaction, answer: Answer): Promise<CommittedLarge> {
  await sql`ROLLBACK`.execute(transaction);
  return { answer, changes: 0 };
}

async function findKnown(transaction: WriteTransaction, id: string): Promise<KnownCommand | undefined> {
  const { rows } = await sql<{ known: KnownValue }>`
    SELECT known FROM (${selectKnown([id])}) AS found (known)`.execute(transaction);
  return readKnown(rows.map(({ known }) => known)).get(id);
}
