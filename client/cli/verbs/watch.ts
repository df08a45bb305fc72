import type { Command } from 'commander';
import { formatCursor } from '../../../protocol/cursor.ts';
import type { Filter } from '../../../protocol/filter.ts';
import type { Point } from '../../../protocol/point.ts';
import type { ResetEvent } from '../../events.ts';
import { usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { findTable } from '../definitions.ts';
import { follow, printGroup } from '../follow.ts';
import { findPlace } from '../place.ts';
import { show } from '../print/paint.ts';
import { RowGrid } from '../print/rows.ts';
import { count } from '../print/time.ts';
import { collect } from '../rows.ts';
import { readFilter } from '../syntax/condition.ts';
import { readStart } from '../syntax/position.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

interface WatchOptions {
  readonly where?: readonly string[];
  readonly from?: Point;
  readonly rows: number;
  readonly snapshot?: true;
  readonly full?: true;
}

/** Changes of one command that are shown to a person, who can read the others in the log. */
const shownChanges = 25;

/** `rowcast watch [TABLE]`: a table, and then every change of it the moment it is made. */
export function watchCommand(context: () => Context): Command {
  return describedCommand({
    name: 'watch',
    summary: 'a table, and then every change of it the moment it is made',
    notes: ['Without a table the whole ledger is watched. With --json each change is a line of the log.'],
    examples: ['watch employees', "watch employees --where 'job=engineer'", 'watch --json'],
  })
    .argument('[table]')
    .option('--where <condition>', 'only rows that match, as in list', collect)
    .option(
      '--from <point>',
      'go on there instead of showing the table: the first change, or the cursor, time or tag behind which it begins',
      readStart,
    )
    .option('--rows <n>', 'rows of the table that are shown first', readPositive, 50)
    .option('--full', `show all changes of a command, not the first ${shownChanges}`)
    .option('--snapshot', 'with --json: give the rows first, behind a line {"reset":…}')
    .action((table: string | undefined, options: WatchOptions) => watch(context(), table, options));
}

async function watch(context: Context, table: string | undefined, options: WatchOptions): Promise<void> {
  const from = options.from && (await findPlace(context, options.from));
  const filter = await readTableFilter(context, table, options.where ?? []);
  const changesMax = options.full === true ? undefined : shownChanges;
  await follow(
    context,
    { table, filter, from },
    {
      reset: (event) => (context.json ? giveRows(context, event, options) : showTable(context, event, options)),
      group: (event) => printGroup(context, event, changesMax),
    },
  );
}

async function readTableFilter(
  context: Context,
  table: string | undefined,
  where: readonly string[],
): Promise<Filter | undefined> {
  if (where.length === 0) return undefined;
  if (table === undefined) throw usageError('--where needs a table: name the one that it is about');
  const { definition } = await findTable(context, table);
  return readFilter(definition, where);
}

async function giveRows(context: Context, { definition, rows, cursor }: ResetEvent, { snapshot }: WatchOptions) {
  if (snapshot !== true) return;
  await context.printJson({ reset: { table: definition.name, cursor: formatCursor(cursor), rows: rows.length } });
  await context.out.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

async function showTable(context: Context, { definition, rows, cursor }: ResetEvent, options: WatchOptions) {
  const { paint, width } = context.out;
  const grid = new RowGrid({ definition, paint, width });
  await context.print(...grid.lines(rows.slice(0, options.rows)));
  const left = rows.length - options.rows;
  const rest = left > 0 ? `, ${left} more not shown (--rows N)` : '';
  await context.note(
    `${show(definition.name, context.err.paint)}: ${count(rows.length, 'row')} as of #${cursor.seq}${rest}`,
  );
}
