import type { Command } from 'commander';
import type { Cursor } from '../../../protocol/cursor.ts';
import type { Point } from '../../../protocol/point.ts';
import { demandForward } from '../../forward.ts';
import type { LogEntry } from '../../log-reader.ts';
import { type now, readEnd } from '../as-of.ts';
import { interrupted, usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { follow, printGroup } from '../follow.ts';
import { findPlace } from '../place.ts';
import { GroupGatherer, groupLines } from '../print/change.ts';
import { Progress } from '../progress.ts';
import { readStart } from '../syntax/position.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

interface LogOptions {
  readonly from?: Point;
  readonly to?: Point | typeof now;
  readonly table?: string;
  readonly limit?: number;
  readonly follow?: true;
  readonly newestFirst?: true;
}

/** `rowcast log`: the changes from any place on, in order. */
export function logCommand(context: () => Context): Command {
  return describedCommand({
    name: 'log',
    summary: 'the log of changes, from any place on',
    notes: [
      '--from 1042 begins with change 1042; --from 1042@EPOCH, a cursor, resumes behind it, and is refused when the',
      'ledger has begun another life; behind a time or a tag it begins too. With --json each line is that of the log, byte for byte.',
    ],
    examples: ['log --newest-first --limit 20', 'log --table employees', 'log --from 1042 --follow'],
  })
    .option('--from <point>', 'the first change or day, or the cursor, time or tag behind which it begins', readStart)
    .option('--to <point>', 'the last change, or a time, a day or a tag; else up to the newest', readEnd)
    .option('--table <table>', 'the changes of one table')
    .option('--limit <n>', 'at most so many changes', readPositive)
    .option('--newest-first', 'from the newest change, or from that of --from, back')
    .option('-f, --follow', 'go on with every change as it is made')
    .action((options: LogOptions) => log(context(), options));
}

async function log(context: Context, options: LogOptions): Promise<void> {
  if (options.newestFirst && options.follow)
    throw usageError('--follow goes on behind the newest change: leave --newest-first out');
  if (options.to !== undefined && (options.newestFirst || options.follow))
    throw usageError('--to is where it ends: leave --newest-first and --follow out');
  const end = await replay(context, options);
  if (context.signal.aborted) throw interrupted();
  if (options.follow !== true) return;
  await follow(context, { table: options.table, from: end }, { group: (event) => printGroup(context, event) });
}

/** Prints what there is, up to the head; returns where that was. */
async function replay(context: Context, options: LogOptions) {
  const from = options.from && (await findPlace(context, options.from));
  const to = options.to && (await findPlace(context, options.to)).seq;
  if (to !== undefined) demandForward(from?.seq ?? 0, to);
  return await context.reading(async (ledger) => {
    const { epoch, seq: head } = await ledger.status({ signal: context.signal });
    const printer = new EntryPrinter(context);
    // A terminal that the entries go to needs no counter beside them.
    const progress = new Progress(context.out.isTTY ? undefined : context);
    const { table, limit, newestFirst } = options;
    const after = beyond(from, options);
    let last = after ?? 0;
    const open = !context.json && (await context.opens());
    const { signal } = context;
    const pages = ledger.readLogPages({ table, limit, after, newestFirst, epoch: from?.epoch ?? epoch, signal, open });
    try {
      for await (const page of pages) {
        await printer.print(to === undefined ? page.entries : page.entries.filter(({ entry }) => entry.seq <= to));
        last = page.last;
        progress.show(`read up to #${last} of #${page.head}`);
        if (to !== undefined && last >= to) break;
      }
    } finally {
      progress.clear();
    }
    await printer.end();
    return { seq: options.limit === undefined ? Math.max(head, last) : last, epoch: from?.epoch ?? epoch };
  });
}

/** Beyond which seq to read. The way back from a change begins with it; so does that from the state behind it. */
function beyond(place: Cursor | undefined, { from, newestFirst }: LogOptions): number | undefined {
  if (place === undefined || !newestFirst || from === undefined) return place?.seq;
  const isFirst = 'seq' in from && from.epoch === undefined;
  return isFirst ? place.seq + 2 : place.seq + 1;
}

class EntryPrinter {
  readonly #context: Context;
  readonly #gatherer = new GroupGatherer();

  constructor(context: Context) {
    this.#context = context;
  }

  async print(entries: readonly LogEntry[]): Promise<void> {
    if (this.#context.json) {
      await this.#context.out.write(entries.map(({ line }) => `${line}\n`).join(''));
      return;
    }
    const { paint } = this.#context.out;
    const now = new Date();
    const lines = entries.flatMap(({ entry }) => groupLines(this.#gatherer.add(entry) ?? [], { paint, now }));
    await this.#context.print(...lines);
  }

  async end(): Promise<void> {
    const { paint } = this.#context.out;
    await this.#context.print(...groupLines(this.#gatherer.rest(), { paint, now: new Date() }));
  }
}
