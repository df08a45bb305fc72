import type { Command } from 'commander';
import type { Context } from '../client/cli/context.ts';
import { count } from '../client/cli/print/time.ts';
import { Progress } from '../client/cli/progress.ts';
import { describedCommand, type Verb } from '../client/cli/verb.ts';
import { readPositive } from '../client/cli/write-options.ts';
import { told } from './told.ts';

const group = 'Server:';
const needsNoServer = (): boolean => true;

/** The verbs of backups: they work on the database of the settings, beside the server. */
export const backupVerbs: readonly Verb[] = [
  {
    name: 'backup',
    group,
    needsNoServer,
    summary: 'write the whole ledger into one file, while the server runs',
    load: async () => backupCommand,
  },
  {
    name: 'restore',
    group,
    needsNoServer,
    summary: 'build a ledger from a backup, or up to any change of it',
    load: async () => restoreCommand,
  },
];

function backupCommand(context: () => Context): Command {
  return describedCommand({
    name: 'backup',
    summary: 'write the whole ledger into one file, while the server runs',
    notes: [
      "On the server's machine, with the database of setting.ini. The file holds one state of the ledger: the log word for",
      'word, the values of sealed cells that are not erased, tags, answers, accounts and their audit; keep it as secret as',
      'the database. It is whole or it is not there. What was tampered with is not backed up: that ends with 7.',
    ],
    examples: ['backup friday.rowcast', 'backup latest.rowcast --replace', 'verify friday.rowcast'],
  })
    .argument('<file>', 'the file to write')
    .option('--replace', 'replace a file of that name')
    .action((path: string, { replace }: { readonly replace?: true }) => backup(context(), path, replace === true));
}

async function backup(context: Context, path: string, replace: boolean): Promise<void> {
  const progress = new Progress(context);
  const { takeBackup } = await import('../server/cli/backup.ts');
  const startMs = performance.now();
  const { header, counts, bytes } = await told(
    takeBackup({
      settings: context.options.settings,
      signal: context.signal,
      onProgress: (seq, of) => progress.show(`wrote #${seq} of #${of}`),
      path,
      replace,
    }),
  ).finally(() => progress.clear());
  const tookMs = Math.round(performance.now() - startMs);
  const { epoch, seq, root } = header;
  if (context.json) return await context.printJson({ file: path, epoch, seq, root, bytes, tookMs, ...counts });
  const { paint } = context.out;
  await context.print(
    `${paint.strong(path)}  ${megabytes(bytes)}, ${(tookMs / 1_000).toFixed(1)} s`,
    `the ledger as of #${seq}@${epoch}: ${count(counts.sealed, 'sealed value')}, ${count(counts.tag, 'tag')}, ${count(counts.account, 'account')}`,
    paint.dim(`check it anywhere: npx rowcast verify ${path}`),
  );
}

function restoreCommand(context: () => Context): Command {
  return describedCommand({
    name: 'restore',
    summary: 'build a ledger from a backup, or up to any change of it',
    notes: [
      'Into the database of setting.ini, which must be empty and have no server running on it. The log is the same, word for',
      'word; rows, views and the tree are made from it again. The ledger begins a new life, so that clients that have seen',
      'more of the former one are told to start over. Everybody logs in again. A damaged backup restores nothing.',
    ],
    examples: ['restore friday.rowcast', 'restore friday.rowcast --to 2025-closed --settings trial.ini'],
  })
    .argument('<file>', 'the backup')
    .option('--to <seq or tag>', 'only up to this change, or to what a tag of the backup names', readTo)
    .action((path: string, { to }: { readonly to?: number | string }) => restore(context(), path, to));
}

/** A seq, or the name of a tag. */
function readTo(text: string): number | string {
  return /^\d+$/.test(text) ? readPositive(text) : text;
}

async function restore(context: Context, path: string, to: number | string | undefined): Promise<void> {
  const progress = new Progress(context);
  const { restoreBackup } = await import('../server/cli/restore.ts');
  const startMs = performance.now();
  const { header, ...restored } = await told(
    restoreBackup({
      settings: context.options.settings,
      signal: context.signal,
      onProgress: (seq, of) => progress.show(`restored #${seq} of #${of}`),
      path,
      to,
    }),
  ).finally(() => progress.clear());
  const tookMs = Math.round(performance.now() - startMs);
  const former = `${header.seq}@${header.epoch}`;
  if (context.json) return await context.printJson({ file: path, backup: former, ...restored, tookMs });
  const { paint } = context.out;
  const { seq, epoch, tables, rows, unkept } = restored;
  await context.print(
    `${paint.strong('restored')} up to #${seq} of ${former}: ${count(tables, 'table')}, ${count(rows, 'row')}, ${(tookMs / 1_000).toFixed(1)} s`,
    `the ledger begins the life ${epoch}; clients of the former one start over`,
    ...(unkept === 0 ? [] : [`${count(unkept, 'sealed value')} of before #${seq} was erased behind it, and stays so`]),
    paint.dim('next: npx rowcast verify --database, then npx rowcast server'),
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
