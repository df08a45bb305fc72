import { type Command, InvalidArgumentError } from 'commander';
import { formatCursor } from '../../../protocol/cursor.ts';
import type { Point } from '../../../protocol/point.ts';
import type { GroupEvent } from '../../events.ts';
import { now, readEnd } from '../as-of.ts';
import { interrupted } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { printGroup, showState } from '../follow.ts';
import { findPlace } from '../place.ts';
import { readStart } from '../syntax/position.ts';
import { showTrust } from '../trust-remarks.ts';
import { describedCommand } from '../verb.ts';

interface Options {
  readonly from?: Point;
  readonly to?: Point | typeof now;
  readonly speed: number;
  readonly gap: number;
  readonly full?: true;
}

/** Changes of one command that are shown to a person, who can read the others in the log. */
const shownChanges = 25;

/** `rowcast play [TABLE]`: the past once more, at the pace of then or another, and on into the present. */
export function playCommand(context: () => Context): Command {
  return describedCommand({
    name: 'play',
    summary: 'the changes of the past once more, as fast as they were made or faster, and on into the live feed',
    notes: [
      'Changes come with the time between them that passed then, divided by --speed; a longer wait than --gap is cut.',
      'Without --to it goes on with each change the moment it is made. With --json each change is a line of the log.',
    ],
    examples: [
      'play employees --speed 10x',
      'play --from 2025-closed --to 1042 --speed max',
      'play --from "2026-05-01 09:00" --json',
    ],
  })
    .argument('[table]', 'only its changes')
    .option(
      '--from <point>',
      'the first change or day, or the time or tag behind which it begins; else the first of all',
      readStart,
    )
    .option('--to <point>', 'the last change, or a time, a day or a tag; else it goes on', readEnd)
    .option('--speed <times>', '1x as it was, 10x, 0.5x; max without waiting', readSpeed, 1)
    .option('--gap <seconds>', 'the longest wait; none for waits as long as they were', readGap, 3)
    .option('--full', `show all changes of a command, not the first ${shownChanges}`)
    .action((table: string | undefined, options: Options) => playLog(context(), table, options));
}

function readSpeed(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const [, times] = /^(\d+(?:\.\d+)?)x?$/.exec(text) ?? [];
  if (times === undefined || Number(times) === 0) throw new InvalidArgumentError('Write 1x, 10x, 0.5x or max.');
  return Number(times);
}

function readGap(text: string): number {
  if (text === 'none') return Number.POSITIVE_INFINITY;
  if (!/^\d+(?:\.\d+)?s?$/.test(text)) throw new InvalidArgumentError('Write seconds, such as 3 or 0.5, or none.');
  return Number.parseFloat(text);
}

async function playLog(context: Context, table: string | undefined, options: Options): Promise<void> {
  const { from, speed, gap, full } = options;
  const { signal } = context;
  const ledger = await context.ledger();
  const to = options.to === now ? await findPlace(context, now) : options.to;
  // To programs each change is a line of the log, in which sealed cells are commitments.
  const open = !context.json && (await context.opens());
  let last: GroupEvent | undefined;
  for await (const event of ledger.play({ table, from, to, speed, gapMsMax: gap * 1_000, open, signal })) {
    if (event.type === 'state') await showState(context, event);
    else if (event.type !== 'group') await showTrust(context, event);
    else {
      last = event;
      await printGroup(context, event, full === true ? undefined : shownChanges);
    }
  }
  if (!signal.aborted) return;
  if (last !== undefined) await context.note(`stopped; go on with --from ${formatCursor(last.cursor)}`);
  throw interrupted();
}
