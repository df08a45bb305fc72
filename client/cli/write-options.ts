import { type Command, InvalidArgumentError } from 'commander';
import type { Expect } from '../../protocol/commands.ts';
import type { CommandResult } from '../command-result.ts';
import type { CommandOptions } from '../options.ts';
import type { Context } from './context.ts';
import { reportDryRun } from './dry-run.ts';

/** The options of every verb that takes effect once and is kept. */
export interface WriteOptions {
  readonly why?: string;
  readonly id?: string;
  readonly dryRun?: true;
}

export interface ExpectOptions {
  readonly ifVersion?: number;
}

export function addWriteOptions(command: Command): Command {
  return command
    .option('--why <text>', 'the reason; it is kept for ever')
    .option('--id <id>', "the command's id: the same one again takes effect once, and tells what became of it")
    .option('--dry-run', 'show what would be recorded as things stand, and change nothing');
}

export function addExpectOption(command: Command): Command {
  return command.option('--if-version <n>', 'only if the row still has this version', readPositive);
}

export function readPositive(text: string): number {
  const number = Number(text);
  if (!/^\d{1,15}$/.test(text) || number < 1) throw new InvalidArgumentError('Write a whole number from 1 on.');
  return number;
}

export function commandOptions({ why, id, dryRun }: WriteOptions, context: Context): CommandOptions {
  return { why, id, dryRun, signal: context.signal };
}

export function expectOf({ ifVersion }: ExpectOptions): Expect | undefined {
  return ifVersion === undefined ? undefined : { version: ifVersion };
}

/** Says what a command did, or would do: its reply to programs; to people the sentence, or the changes. */
export async function reportReply(context: Context, reply: CommandResult, sentence: string): Promise<void> {
  if (reply.dryRun === true) {
    await reportDryRun(context, reply);
    return;
  }
  if (context.json) {
    const { epoch, seq, table, key, version, changed, results } = reply;
    await context.printJson({ epoch, seq, table, key, version, changed, results });
  } else {
    await context.print(reply.changed === false ? 'it is so already; nothing was recorded' : sentence);
  }
}
