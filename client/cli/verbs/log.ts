import type { Command } from 'commander';
import type { LogEntry } from '../../log-reader.ts';
import { interrupted, usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { follow, printGroup } from '../follow.ts';
import { GroupGatherer, groupLines } from '../print/change.ts';
import { Progress } from '../progress.ts';
import { type Position, readPosition } from '../syntax/position.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

interface LogOptions {
  readonly from?: string;
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
      'ledger has begun another life. With --json each line is that of the log, byte for byte.',
    ],
    examples: ['log --newest-first --limit 20', 'log --table employees', 'log --from 1042 --follow'],
  })
    .option('--from <place>', 'SEQ or SEQ@EPOCH; else from the first change')
    .option('--table <table>', 'the changes of one table')
    .option('--limit <n>', 'at most so many changes', readPositive)
    .option('--newest-first', 'from the newest change, or from that of --from, back')
    .option('-f, --follow', 'go on with every change as it is made')
    .action((options: LogOptions) => log(context(), options));
}

async function log(context: Context, options: LogOptions): Promise<void> {
  if (options.newestFirst && options.follow)
    throw usageError('--follow goes on behind the newest change: leave --newest-first out');
  const from = options.from === undefined ? undefined : readPosition(options.from);
  const end = await replay(context, from, options);
  if (context.signal.aborted) throw interrupted();
  if (options.follow !== true) return;
  await follow(context, { table: options.table, from: end }, { group: (event) => printGroup(context, event) });
}

/** Prints what there is, up to the head; returns where that was. */
async function replay(context: Context, from: Position | undefined, options: LogOptions) {
  return await context.reading(async (ledger) => {
    const { epoch, seq: head } = await ledger.status({ signal: context.signal });
    const printer = new EntryPrinter(context);
    // A terminal that the entries go to needs no counter beside them.
    const progress = new Progress(context.out.isTTY ? undefined : context);
    const { table, limit, newestFirst } = options;
    const after = beyond(from, newestFirst);
    let last = after ?? 0;
    const open = !context.json && (await context.opens());
    const { signal } = context;
    const pages = ledger.readLogPages({ table, limit, after, newestFirst, epoch: from?.epoch ?? epoch, signal, open });
    try {
      for await (const page of pages) {
        await printer.print(page.entries);
        last = page.last;
        progress.show(`read up to #${last} of #${page.head}`);
      }
    } finally {
      progress.clear();
    }
    await printer.end();
    return { seq: options.limit === undefined ? Math.max(head, last) : last, epoch: from?.epoch ?? epoch };
  });
}

/** Beyond which seq to read. A cursor stands behind a change; the way back from it begins with that change. */
function beyond(from: Position | undefined, newestFirst: true | undefined): number | undefined {
  if (from === undefined || !newestFirst) return from?.after;
  return from.epoch === undefined ? from.after + 2 : from.after + 1;
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
