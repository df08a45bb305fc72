import type { Command } from 'commander';
import type { VerifyReport } from '../../trust/verify-ledger.ts';
import { type CheckBackup, showBackup } from '../backup-report.ts';
import { usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { type CheckDatabase, showDatabase } from '../database-report.ts';
import { showExport } from '../export-report.ts';
import { type Paint, show } from '../print/paint.ts';
import { count } from '../print/time.ts';
import { Progress } from '../progress.ts';
import { askWhy, formerLifeText } from '../trust-remarks.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

/** `rowcast verify`: the whole log again, byte for byte. @param local what is checked without a server, where the program can */
export function verifyCommand(context: () => Context, local?: LocalChecks): Command {
  const command = describedCommand({
    name: 'verify',
    summary: 'read the whole log again and hold it against what was signed',
    notes: [
      'Every entry is hashed from its bytes and held against the signed checkpoint of the server and the one that this',
      'program kept at its last contact, if it was here before, and every table against what the log adds up to. Ends',
      'with 7 when the log is not what it was, and names the first change that is bad as far as it can be known.',
      'With a file that was exported with --proof, it is the file that is held against what the server had signed.',
      ...(local === undefined ? [] : databaseNotes),
    ],
    examples: [
      'verify',
      'verify --from 100000',
      'verify employees.csv',
      'verify --json',
      ...(local === undefined ? [] : databaseExamples),
    ],
  });
  if (local !== undefined) command.option('--database', "on the server's machine: check the database itself");
  return command
    .argument('[file]', 'an export with its proof beside it, or a backup; no server is needed')
    .option('--key <key>', 'with a file: the key that must have signed it, as the operator gives it')
    .option('--from <seq>', 'begin with this change, and leave the tables out', readPositive)
    .action((file: string | undefined, flags: VerifyFlags) => verify(context(), { ...flags, file, local }));
}

/** What is checked on the machine of the program itself, by code that a client does not know. */
interface LocalChecks {
  readonly database: CheckDatabase;
  readonly backup: CheckBackup;
}

interface VerifyFlags {
  readonly from?: number;
  readonly key?: string | undefined;
  readonly database?: true;
}

interface Verification extends VerifyFlags {
  readonly file: string | undefined;
  readonly local: LocalChecks | undefined;
}

async function verify(context: Context, { file, key, from, database, local }: Verification): Promise<void> {
  if (file === undefined && key !== undefined) throw usageError('--key is of a file: name the one that it is about');
  if (file === undefined && database === undefined) return await showServer(context, from);
  if (from !== undefined) throw usageError('a database or a file is checked as a whole: leave --from out');
  if (file !== undefined && database === true) throw usageError('write a file or --database, not both');
  if (file !== undefined) await verifyFile(context, { file, key, local });
  else if (local !== undefined) await showDatabase(context, local.database);
}

async function verifyFile(
  context: Context,
  { file, key, local }: Verification & { readonly file: string },
): Promise<void> {
  const isBackup = local !== undefined && (await showBackup(context, { path: file, key, check: local.backup }));
  if (!isBackup) await showExport(context, file, key);
}

const databaseNotes = [
  '',
  "With --database it needs no server: on the server's machine it checks the database of setting.ini, log, tree, rows,",
  'sealed values, answers and accounts, each against the log, while the server may go on. A backup is checked by itself.',
];
const databaseExamples = ['verify --database', 'verify friday.rowcast'];

async function showServer(context: Context, from: number | undefined): Promise<void> {
  const progress = new Progress(context);
  const report = await context.reading(async (ledger) => {
    try {
      return await ledger.verify({
        from,
        signal: context.signal,
        onProgress: ({ seq, of }) => progress.show(`verified up to #${seq} of #${of}`),
      });
    } finally {
      progress.clear();
    }
  });
  if (context.json) await context.printJson({ verified: true, ...report });
  else await context.print(...reportLines(report, context.out.paint));
}

function reportLines(report: VerifyReport, paint: Paint): string[] {
  const { first, last, entries, bytes, checkpoint, kept, former, tables, tookMs, entriesPerSecond } = report;
  const rows = tables?.reduce((sum, table) => sum + table.rows, 0) ?? 0;
  const line = (what: string, found: string): string => `${paint.dim(what.padEnd(12))}${show(found, paint)}`;
  return [
    line(
      'entries',
      `${count(entries, 'change')}, #${first} to #${last}, ${megabytes(bytes)}, each hashed from its bytes`,
    ),
    line(
      'checkpoint',
      `over ${checkpoint.size.toLocaleString('en')}, signed by the server, and the root is that of these entries`,
    ),
    line('kept', keptText(kept)),
    ...former.map((life) => line('former life', formerLifeText(life, new Date()))),
    ...(former.length === 0 ? [] : [line('', askWhy)]),
    line(
      'tables',
      tables === undefined
        ? 'not compared: that needs the log from its first change'
        : `${count(tables.length, 'table')}, ${count(rows, 'row')}, what the log adds up to`,
    ),
    line('speed', `${entriesPerSecond.toLocaleString('en')} changes/s, ${(tookMs / 1_000).toFixed(1)} s in all`),
    `${paint.strong('verified')} The log is whole and unchanged up to #${last}.`,
  ];
}

function keptText(kept: number | undefined): string {
  if (kept === undefined) return 'nothing: this program had not met this log before, and believes its key from now on';
  return `the log begins with the ${kept.toLocaleString('en')} changes that were verified before`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
