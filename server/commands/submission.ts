import { hash } from 'node:crypto';
import type { Hmac } from '../../proof/hmac.ts';
import type { Command, RowStep, Step } from '../../protocol/commands.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import { type LargeCommand, largeCommandSchemas } from '../../protocol/large-commands.ts';
import type { DecidedStep } from '../domain/planned-step.ts';

/** A command that somebody with the right to it has sent. */
export interface Submission<Asked extends Command | LargeCommand = Command> {
  /** The command's id: once for ever. */
  readonly id: string;
  readonly by: string;
  readonly command: Asked;
  /** HMAC, in hexadecimal, of who asked for what: nobody can try values against it who has only the database. */
  readonly body: string;
  /** As it was kept before there were sealed columns: a plain hash. */
  readonly oldBody: () => string;
  /** Decided in its place like any other, and thrown away. */
  readonly dryRun?: boolean | undefined;
}

export type LargeSubmission = Submission<LargeCommand>;
export type AnySubmission = Submission | LargeSubmission;

/** Of each member of a union by itself. */
type SubmissionOf<Asked> = Asked extends Command | LargeCommand ? Submission<Asked> : never;

/** Whether it goes chunk by chunk, and alone. */
export function isLarge(submission: AnySubmission): submission is LargeSubmission {
  return Object.hasOwn(largeCommandSchemas, submission.command.type);
}

/** What a command is answered: the text of the reply's body, as it is kept, or the refusal; of a dry run also entries. */
export type Answer = { readonly body: string; readonly lines?: string } | { readonly error: ErrorBody };

/** @param key of the server's own (see server/keys/derived-key.ts) */
export function submission<Asked extends Command | LargeCommand>(
  id: string,
  by: string,
  command: Asked,
  key: Hmac,
): SubmissionOf<Asked> {
  const text = canonical([by, command]);
  const submitted: Submission<Asked> = {
    id,
    by,
    command,
    body: key.of(text, 'hex'),
    oldBody: () => hash('sha256', text, 'hex'),
  };
  return submitted as unknown as SubmissionOf<Asked>;
}

/** JSON with the members of every object in one order, so that a retry may name its cells in another. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}

export function stepsOf(command: Command): readonly Step[] {
  return command.type === 'batch' ? command.commands : [command];
}

/** Whether it is a command about a row, as anybody may send it. */
export function isRowStep(step: DecidedStep): step is RowStep {
  return step.type.startsWith('row.') && step.type !== 'row.restore';
}

/** Whether a command changes tables: then it is a group of its own, as it changes what other commands are judged by. */
export function changesTables(command: Command): boolean {
  return stepsOf(command).some((step) => !isRowStep(step));
}
