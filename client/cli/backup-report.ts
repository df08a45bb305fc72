import type { Context } from './context.ts';
import { count } from './print/time.ts';
import { Progress } from './progress.ts';

/** What was verified of a backup; it is made by code of the server's, of which a client knows nothing else. */
interface BackupReport {
  readonly header: {
    readonly epoch: string;
    readonly seq: number;
    readonly made: string;
    readonly root: string;
    readonly verifier?: string | undefined;
  };
  readonly counts: Readonly<Record<'entries' | 'sealed' | 'tag' | 'account' | 'audit', number>>;
  readonly tookMs: number;
}

/** Verifies a backup by itself; undefined when the file is something else. */
export type CheckBackup = (
  path: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (seq: number, of: number) => void },
) => Promise<BackupReport | undefined>;

/** Shows what was verified of a backup. False when the file is something else. */
export async function showBackup(context: Context, path: string, check: CheckBackup): Promise<boolean> {
  const progress = new Progress(context);
  const report = await check(path, {
    signal: context.signal,
    onProgress: (seq, of) => progress.show(`verified up to #${seq} of #${of}`),
  }).finally(() => progress.clear());
  if (report === undefined) return false;
  const { header, counts, tookMs } = report;
  if (context.json) {
    await context.printJson({ verified: true, file: path, kind: 'backup', ...header, ...counts, tookMs });
    return true;
  }
  const { paint } = context.out;
  const line = (what: string, found: string): string => `${paint.dim(what.padEnd(12))}${found}`;
  await context.print(
    line('backup', `of #${header.seq}@${header.epoch}, made at ${header.made}`),
    line('entries', `${count(counts.entries, 'change')}, each hashed from its bytes`),
    line('sealed', `${count(counts.sealed, 'value')}, each makes its commitment`),
    line('besides', `${count(counts.tag, 'tag')}, ${count(counts.account, 'account')}, ${counts.audit} of their audit`),
    line('root', header.root),
    line('signed', header.verifier === undefined ? 'no: there was no signing key' : `by ${header.verifier}`),
    `${paint.strong('verified')} The backup is whole, as it was made, in ${(tookMs / 1_000).toFixed(1)} s.`,
  );
  return true;
}
