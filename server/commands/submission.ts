import { createHmac, hash } from 'node:crypto';
import type { Command, RowStep, Step } from '../../protocol/commands.ts';
import type { ErrorBody } from '../../protocol/errors.ts';

/** A command that somebody with the right to it has sent. */
export interface Submission {
  /** The command's id: once for ever. */
  readonly id: string;
  readonly by: string;
  readonly command: Command;
  /** HMAC of who asked for what: nobody can try values against it who has only the database. */
  readonly body: Buffer;
  /** As it was kept before there were sealed columns: a plain hash. */
  readonly oldBody: () => Buffer;
}

/** What a command is answered: the text of the reply's body, as it is kept, or the refusal. */
export type Answer = { readonly body: string } | { readonly error: ErrorBody };

/** @param key of the server's own (see server/keys/derived-key.ts) */
export function submission(id: string, by: string, command: Command, key: Buffer): Submission {
  const text = canonical([by, command]);
  const body = createHmac('sha256', key).update(text).digest();
  return { id, by, command, body, oldBody: () => hash('sha256', text, 'buffer') };
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

export function isRowStep(step: Step): step is RowStep {
  return step.type.startsWith('row.');
}

/** Whether a command changes tables: then it is a group of its own, as it changes what other commands are judged by. */
export function changesTables(command: Command): boolean {
  return stepsOf(command).some((step) => !isRowStep(step));
}
