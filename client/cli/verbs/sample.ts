import type { Command } from 'commander';
import { Argument } from 'commander';
import { type LoadedSet, loadSample, type SampleName, sampleNames, sampleTables } from '../../samples/load-sample.ts';
import { SampleError } from '../../samples/sample-error.ts';
import { CliError, interrupted } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { count } from '../print/time.ts';
import { Progress } from '../progress.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

interface SampleOptions {
  readonly pauseMs?: number;
}

/** `rowcast sample NAME`: a table to try things on. */
export function sampleCommand(context: () => Context): Command {
  return describedCommand({
    name: 'sample',
    summary: 'make a table to try things on',
    notes: [
      '  employees  some fifty invented people, in one batch',
      '  mime-db    the published versions of mime-db one after another, as they became each other: 2,500 rows',
    ],
    examples: ['sample employees', 'sample mime-db --pause-ms 2000    (and in another terminal: watch mime_types)'],
  })
    .addArgument(new Argument('<name>').choices(sampleNames))
    .option('--pause-ms <ms>', 'milliseconds between two versions of mime-db', readPositive)
    .action((name: SampleName, options: SampleOptions) => sample(context(), name, options));
}

async function sample(context: Context, name: SampleName, { pauseMs }: SampleOptions): Promise<void> {
  const progress = new Progress(context);
  const ledger = await context.ledger();
  const sets = loadSample(ledger, name, {
    pauseMs,
    signal: context.signal,
    onSet: ({ version, index, of }) => {
      if (version !== undefined) progress.show(`mime-db ${version}: version ${index} of ${of}`);
    },
  });
  try {
    for await (const set of sets) {
      progress.clear();
      await report(context, set);
    }
  } catch (error) {
    progress.clear();
    throw told(error, sampleTables[name]);
  }
  await context.note(`look at it: ${lookAt[name]}`);
}

const lookAt: Readonly<Record<SampleName, string>> = {
  employees: 'npx rowcast list employees, or npx rowcast watch employees',
  'mime-db': 'npx rowcast search mime_types json, or npx rowcast log',
};

async function report(context: Context, { version, table, seq, ...set }: LoadedSet): Promise<void> {
  const { inserts, updates, deletes } = set;
  if (version === undefined) {
    if (context.json) await context.printJson({ table, seq, rows: inserts });
    else await context.print(`made table ${table} with ${count(inserts, 'row')} in one change set (#${seq})`);
    return;
  }
  if (context.json) {
    await context.printJson({ table, version, seq, inserts, updates, deletes });
    return;
  }
  await context.print(
    `mime-db ${version.padEnd(8)} ${count(inserts, 'insert')}, ${count(updates, 'update')}, ${count(deletes, 'delete')} (#${seq})`,
  );
}

/** What a sample is refused for, and what to do about it. */
function told(error: unknown, table: string): unknown {
  if (error instanceof Error && error.name === 'AbortError') return interrupted();
  if (!(error instanceof SampleError)) return error;
  const { code, message, cause } = error;
  if (code === 'sample_missing') {
    const next =
      'it comes with the development packages: npm ci, without --omit=dev. `npx rowcast sample employees` needs none';
    return new CliError(message, { code, exit: exitCodes.failed, next, cause });
  }
  const next = `use it: npx rowcast list ${table}; or begin anew: npx rowcast drop ${table}`;
  return new CliError(message, { code, exit: exitCodes.conflict, next });
}
