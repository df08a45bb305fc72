import { CliError } from './cli-error.ts';
import type { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { type Paint, show } from './print/paint.ts';
import { Progress } from './progress.ts';

/** What a check of the database has come to; it is made by code of the server's, of which a client knows nothing else. */
interface DatabaseReport {
  readonly epoch: string;
  readonly head: number;
  readonly root?: string | undefined;
  readonly verified: boolean;
  readonly parts: readonly PartReport[];
  readonly tookMs: number;
}

interface PartReport {
  readonly part: string;
  readonly text: string;
  readonly state: 'good' | 'bad' | 'unchecked';
  readonly fault?: object | undefined;
}

/** Checks the database of the settings, on the machine of the server. */
export type CheckDatabase = (options: {
  readonly settings: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly what: string; readonly done: number; readonly of?: number }) => void;
}) => Promise<DatabaseReport>;

/** Shows a line a part. @throws CliError with the first bad place when something is not what it was */
export async function showDatabase(context: Context, check: CheckDatabase): Promise<void> {
  const progress = new Progress(context);
  const report = await check({
    settings: context.options.settings,
    signal: context.signal,
    onProgress: ({ what, done, of }) =>
      progress.show(
        `checked ${done.toLocaleString('en')} ${of === undefined ? '' : `of ${of.toLocaleString('en')} `}${what}`,
      ),
  }).finally(() => progress.clear());
  if (context.json) await context.printJson(report);
  else await context.print(...reportLines(report, context.out.paint));
  if (!report.verified) throw tampered(report);
}

function reportLines({ parts, verified, head, epoch, root, tookMs }: DatabaseReport, paint: Paint): string[] {
  const lines = parts.map(({ part, text, state }) => {
    const mark = { good: paint.added('✓'), bad: paint.problem('✗'), unchecked: paint.dim('–') }[state];
    return `${mark} ${paint.dim(part.padEnd(11))}${show(text, paint)}`;
  });
  if (!verified) return lines;
  return [
    ...lines,
    `${paint.strong('verified')} The database is whole up to #${head}@${epoch}, in ${(tookMs / 1_000).toFixed(1)} s.`,
    ...(root === undefined ? [] : [`${paint.dim('root')}     ${root}`]),
  ];
}

function tampered({ parts }: DatabaseReport): CliError {
  const bad = parts.filter(({ state }) => state === 'bad');
  const [first] = bad;
  return new CliError(`the database is not what it was: ${first?.text ?? 'it could not be checked'}`, {
    code: 'tampered',
    exit: exitCodes.tampered,
    problems: bad.slice(1).map(({ part, text }) => `${part}: ${text}`),
    next: 'stop the server, keep a copy of the database as it is, and restore a backup: npx rowcast restore FILE',
  });
}
