import { type Command, InvalidArgumentError } from 'commander';
import type { Expect } from '../../protocol/commands.ts';
import type { CommandReply } from '../../protocol/replies.ts';
import type { CommandOptions } from '../client.ts';
import type { Context } from './context.ts';

/** The options of every verb that changes something. */
export interface WriteOptions {
  readonly why?: string;
  readonly id?: string;
}

export interface ExpectOptions {
  readonly ifVersion?: number;
}

export function addWriteOptions(command: Command): Command {
  return command
    .option('--why <text>', 'the reason; it stands in the log for ever')
    .option('--id <id>', "the command's id: the same one again takes effect once, and tells what became of it");
}

export function addExpectOption(command: Command): Command {
  return command.option('--if-version <n>', 'only if the row still has this version', readPositive);
}

export function readPositive(text: string): number {
  const number = Number(text);
  if (!/^\d{1,15}$/.test(text) || number < 1) throw new InvalidArgumentError('Write a whole number from 1 on.');
  return number;
}

export function commandOptions({ why, id }: WriteOptions, context: Context): CommandOptions {
  return { why, id, signal: context.signal };
}

export function expectOf({ ifVersion }: ExpectOptions): Expect | undefined {
  return ifVersion === undefined ? undefined : { version: ifVersion };
}

/** Says what a command did: its reply to programs, the sentence to people. */
export async function reportReply(context: Context, reply: CommandReply, sentence: string): Promise<void> {
  if (context.json) {
    const { epoch, seq, table, key, version, changed, results } = reply;
    await context.printJson({ epoch, seq, table, key, version, changed, results });
  } else {
    await context.print(reply.changed === false ? 'it is so already; nothing was recorded' : sentence);
  }
}
