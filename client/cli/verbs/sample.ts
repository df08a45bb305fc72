import type { Command } from 'commander';
import { Argument } from 'commander';
import type { Step } from '../../../protocol/commands.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { count } from '../print/time.ts';
import { Progress } from '../progress.ts';
import { batchBetween, type State } from '../samples/batch-between.ts';
import { employeesBatch, employeesTable } from '../samples/employees.ts';
import { type MimeDbVersion, mimeDbState, mimeDbVersions, mimeTypesTable } from '../samples/mime-db.ts';
import { describedCommand } from '../verb.ts';
import { wait } from '../wait.ts';
import { readPositive } from '../write-options.ts';

interface SampleOptions {
  readonly pauseMs?: number;
}

/** A batch of thousands of rows takes the server longer than a row does. */
const batchTimeoutMs = 120_000;

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
    .addArgument(new Argument('<name>').choices(['employees', 'mime-db']))
    .option('--pause-ms <ms>', 'milliseconds between two versions of mime-db', readPositive)
    .action((name: string, options: SampleOptions) =>
      name === 'employees' ? sampleEmployees(context()) : sampleMimeDb(context(), options),
    );
}

async function sampleEmployees(context: Context): Promise<void> {
  const { name } = employeesTable;
  await refuseIfThere(context, name);
  const steps = await employeesBatch();
  const seq = await send(context, steps, 'sample employees');
  const rows = count(steps.length - 1, 'row');
  if (context.json) await context.printJson({ table: name, seq, rows: steps.length - 1 });
  else await context.print(`made table ${name} with ${rows} in one change set (#${seq})`);
  await context.note(`look at it: npx rowcast list ${name}, or npx rowcast watch ${name}`);
}

async function refuseIfThere(context: Context, name: string): Promise<void> {
  const { tables } = await context.reading((ledger) => ledger.tables({ signal: context.signal }));
  if (!tables.some(({ definition }) => definition.name === name)) return;
  throw new CliError(`there is a table ${name} already; the sample was not loaded, and nothing was changed`, {
    code: 'table_exists',
    exit: exitCodes.conflict,
    next: `use it: npx rowcast list ${name}; or begin anew: npx rowcast drop ${name}`,
  });
}

async function send(context: Context, steps: readonly Step[], why: string): Promise<number> {
  const ledger = await context.ledger();
  const { seq } = await ledger.batch(steps, { why, signal: context.signal, timeoutMs: batchTimeoutMs });
  return seq;
}

async function sampleMimeDb(context: Context, { pauseMs = 0 }: SampleOptions): Promise<void> {
  const versions = await mimeDbVersions();
  await refuseIfThere(context, mimeTypesTable.name);
  const progress = new Progress(context);
  let state: State = new Map();
  for (const [index, version] of versions.entries()) {
    if (index > 0) await wait(pauseMs, context.signal);
    progress.show(`mime-db ${version.version}: version ${index + 1} of ${versions.length}`);
    const next = await mimeDbState(version);
    const steps = [...(index === 0 ? [createMimeTypes()] : []), ...batchBetween(mimeTypesTable.name, state, next)];
    const seq = await send(context, steps, `mime-db ${version.version}`);
    progress.clear();
    await report(context, version, steps, seq);
    state = next;
  }
  await context.note(`look at it: npx rowcast search ${mimeTypesTable.name} json, or npx rowcast log`);
}

function createMimeTypes(): Step {
  return { type: 'table.create', ...mimeTypesTable, columns: [...mimeTypesTable.columns] };
}

async function report(
  context: Context,
  { version }: MimeDbVersion,
  steps: readonly Step[],
  seq: number,
): Promise<void> {
  const made = (type: Step['type']): number => steps.filter((step) => step.type === type).length;
  const counts = { inserts: made('row.insert'), updates: made('row.update'), deletes: made('row.delete') };
  if (context.json) {
    await context.printJson({ table: mimeTypesTable.name, version, seq, ...counts });
    return;
  }
  const { inserts, updates, deletes } = counts;
  await context.print(
    `mime-db ${version.padEnd(8)} ${count(inserts, 'insert')}, ${count(updates, 'update')}, ${count(deletes, 'delete')} (#${seq})`,
  );
}
