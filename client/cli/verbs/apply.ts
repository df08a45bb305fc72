import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import type { Command } from 'commander';
import { type Patch, readPatch } from '../../diff/patch.ts';
import type { LargeBatchProgress } from '../../large-batch.ts';
import { textLines } from '../../text-lines.ts';
import { interrupted } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { fileError } from '../file-error.ts';
import { count } from '../print/time.ts';
import { Progress } from '../progress.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, commandOptions, reportReply, type WriteOptions } from '../write-options.ts';

/** `rowcast apply FILE`: does here what a patch says was done elsewhere. */
export function applyCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'apply',
    summary: 'do to this ledger what a patch, made by diff --json, says was done to another',
    notes: [
      'All of it is one command. Nothing is done where this ledger is not as that one was: each such cell is named.',
      'A table that the patch drops goes with whatever rows it has here: --dry-run shows it.',
    ],
    examples: [
      'apply v2.patch --dry-run',
      'apply v2.patch --why "as released"',
      'npx rowcast diff v1 v2 --json --open | npx rowcast apply -',
    ],
  }).argument('<file>', 'a file, or - for standard input');
  return addWriteOptions(command).action((file: string, options: WriteOptions) => apply(context(), file, options));
}

async function apply(context: Context, file: string, options: WriteOptions): Promise<void> {
  const patch = await readFile(file, context.signal);
  const changes = patch.tables.length + patch.rows.length;
  if (changes === 0) {
    await context.note('the patch is empty; there is nothing to do');
    return;
  }
  const ledger = await context.ledger();
  const progress = new Progress(context);
  const onProgress = ({ commands, committing }: LargeBatchProgress): void =>
    progress.show(committing ? 'committing' : `${commands} of ${changes} sent`);
  const sent = ledger.apply(patch, { ...commandOptions(options, context), onProgress });
  const result = await sent.finally(() => progress.clear());
  await reportReply(context, result, `applied ${count(changes, 'change')} (up to #${result.seq})`);
}

async function readFile(file: string, signal: AbortSignal): Promise<Patch> {
  // A pipe that stays open is left by Ctrl-C too.
  const input = addAbortSignal(signal, file === '-' ? process.stdin : createReadStream(file));
  try {
    return await readPatch(textLines(input.setEncoding('utf8')));
  } catch (error) {
    if (signal.aborted) throw interrupted();
    throw fileError(error, file === '-' ? 'standard input' : file);
  }
}
