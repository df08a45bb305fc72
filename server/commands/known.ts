import { sql } from 'kysely';
import type { Executor } from '../database/writer.ts';
import type { Submission } from './submission.ts';

/** A command that was accepted before, and its answer. */
export interface KnownCommand {
  readonly body: Buffer;
  readonly answer: string;
}

/** The commands among these that were accepted before, by id. */
export async function loadKnown(database: Executor, ids: readonly string[]): Promise<Map<string, KnownCommand>> {
  const { rows } = await sql<KnownCommand & { id: string }>`
    SELECT id, body, answer FROM command WHERE id = ANY(${ids}::text[])`.execute(database);
  return new Map(rows.map(({ id, ...known }) => [id, known]));
}

export interface AcceptedCommand {
  readonly submission: Submission;
  readonly answer: string;
}

/** Keeps the answers of commands, for ever. */
export async function keepAnswers(transaction: Executor, accepted: readonly AcceptedCommand[]): Promise<void> {
  if (accepted.length === 0) return;
  await sql`
    INSERT INTO command (id, body, answer)
    SELECT * FROM unnest(
      ${accepted.map(({ submission }) => submission.id)}::text[],
      ${accepted.map(({ submission }) => `\\x${submission.body.toString('hex')}`)}::bytea[],
      ${accepted.map(({ answer }) => answer)}::text[])`.execute(transaction);
}
