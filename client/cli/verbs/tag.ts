import type { Command } from 'commander';
import type { Point } from '../../../protocol/point.ts';
import { readPast } from '../as-of.ts';
import type { Context } from '../context.ts';
import { show } from '../print/paint.ts';
import { describedCommand } from '../verb.ts';
import { addOnceOptions, type OnceOptions } from '../write-options.ts';

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
  return addOnceOptions(command).action((name: string, point: Point | undefined, options: OnceOptions) =>
    tag(context(), { name, point, options }),
  );
}

interface Tagging {
  readonly name: string;
  readonly point: Point | undefined;
  readonly options: OnceOptions;
}

async function tag(context: Context, { name, point, options }: Tagging): Promise<void> {
  const ledger = await context.ledger();
  const set = await ledger.tag(name, { ...options, point, signal: context.signal });
  if (context.json) await context.printJson(set);
  else await context.print(`${show(set.name, context.out.paint)} names #${set.seq}`);
}
