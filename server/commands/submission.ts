import { createHash } from 'node:crypto';
import type { Command, RowStep, Step } from '../../protocol/commands.ts';
import type { ErrorBody } from '../../protocol/errors.ts';

/** A command that somebody with the right to it has sent. */
export interface Submission {
  /** The command's id: once for ever. */
  readonly id: string;
  readonly by: string;
  readonly command: Command;
  /** Hash of who asked for what. */
  readonly body: Buffer;
}

/** What a command is answered: the text of the reply's body, as it is kept, or the refusal. */
export type Answer = { readonly body: string } | { readonly error: ErrorBody };

export function submission(id: string, by: string, command: Command): Submission {
  const body = createHash('sha256')
    .update(canonical([by, command]))
    .digest();
  return { id, by, command, body };
}

/** JSON with the members of every object in one order, so that a retry may name its cells in another. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function stepsOf(command: Command): readonly Step[] {
  return command.type === 'batch' ? command.commands : [command];
}

export function isRowStep(step: Step): step is RowStep {
  return step.type.startsWith('row.');
}

/** Whether a command changes tables: then it is a group of its own, as it changes what other commands are judged by. */
export function changesTables(command: Command): boolean {
  return stepsOf(command).some((step) => !isRowStep(step));
}
