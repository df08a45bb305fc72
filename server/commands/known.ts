import { type RawBuilder, sql } from 'kysely';
import { lines } from '../database/arrays.ts';
import type { Answer, Submission } from './submission.ts';

/** A command that was accepted before, and its answer. */
export interface KnownCommand {
  /** See {@link Submission}. */
  readonly body: string;
  readonly answer: string;
}

/** What {@link selectKnown} selects of a command. */
export type KnownValue = readonly [id: string, body: string, answer: string];

/** Selects the commands among these that were accepted before. */
export function selectKnown(ids: readonly string[]): RawBuilder<unknown> {
  return sql`
    SELECT json_build_array(id, encode(body, 'hex'), answer) FROM command WHERE id = ANY(${lines(ids)})`;
}

export function readKnown(values: readonly KnownValue[]): Map<string, KnownCommand> {
  return new Map(values.map(([id, body, answer]) => [id, { body, answer }]));
}

export interface AcceptedCommand {
  readonly submission: Pick<Submission, 'id' | 'body'>;
  readonly answer: string;
}

/** Keeps the answers of commands, for ever. */
export function insertAnswers(accepted: readonly AcceptedCommand[]): RawBuilder<unknown> {
  return sql`
    INSERT INTO command (id, body, answer)
    SELECT id, decode(body, 'hex'), answer FROM unnest(
      ${lines(accepted.map(({ submission }) => submission.id))},
      ${lines(accepted.map(({ submission }) => submission.body))},
      ${lines(accepted.map(({ answer }) => answer))}) AS accepted (id, body, answer)`;
}

/** What a command is answered whose id was used before. */
export function repeatedAnswer(
  before: KnownCommand,
  { id, body, oldBody }: Pick<Submission, 'id' | 'body' | 'oldBody'>,
): Answer {
  if (before.body === body || before.body === oldBody()) return { body: before.answer };
  const message = `id ${id} was used for another command; make a new id for every command`;
  return { error: { code: 'command_id_reused', message } };
}
