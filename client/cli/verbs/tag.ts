import type { Command } from 'commander';
import type { Point } from '../../../protocol/point.ts';
import { readPast } from '../as-of.ts';
import type { Context } from '../context.ts';
import { show } from '../print/paint.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, commandOptions, type WriteOptions } from '../write-options.ts';

/** `rowcast tag NAME [POINT]`: names a point of the log for ever. */
export function tagCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'tag',
    summary: 'name a point of the log, for ever; without one, the present',
    notes: ['A tag is never moved or taken away. It can stand wherever a point can: list employees --as-of NAME'],
    examples: ['tag before-import', 'tag 2025-closed "2025-12-31 23:59" --why "the books are closed"'],
  })
    .argument('<name>')
    .argument('[point]', 'a seq, SEQ@EPOCH, a time or another tag', readPast);
  return addWriteOptions(command).action((name: string, point: Point | undefined, options: WriteOptions) =>
    tag(context(), { name, point, options }),
  );
}

interface Tagging {
  readonly name: string;
  readonly point: Point | undefined;
  readonly options: WriteOptions;
}

async function tag(context: Context, { name, point, options }: Tagging): Promise<void> {
  const ledger = await context.ledger();
  const set = await ledger.tag(name, { ...commandOptions(options, context), point });
  if (context.json) return await context.printJson(set);
  const { paint } = context.out;
  const told = show(set.name, paint);
  if (set.dryRun !== true) return await context.print(`${told} names #${set.seq}`);
  await context.print(`${told} would name #${set.seq}`, paint.strong('dry run: nothing was written'));
}
