import type { CurrentRow, Problem } from '../../protocol/errors.ts';
import { RowcastError, type RowcastErrorCode } from '../errors.ts';
import { ImportError, type ImportProblem } from '../import/import-error.ts';
import type { TrustFault } from '../trust/fault.ts';
import { TamperedError } from '../trust/fault.ts';
import { CliError } from './cli-error.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { fileError } from './file-error.ts';
import { type Paint, show, showCell } from './print/paint.ts';
import { showTime } from './print/time.ts';
import { quoteWord } from './syntax/words.ts';

/** An error as the program tells it. */
export interface Told {
  readonly exit: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly problems: readonly (Problem | ImportProblem | string)[];
  /** How many more problems there were. */
  readonly more?: number | undefined;
  /** What to do next. */
  readonly next?: string | undefined;
  /** Under which the command can be sent again, when its outcome is unknown. */
  readonly id?: string | undefined;
  /** How the log is not what it was. */
  readonly fault?: TrustFault | undefined;
}

export interface Surroundings {
  readonly addresses: readonly string[];
}

export function tell(error: unknown, surroundings: Surroundings): Told {
  if (error instanceof CliError) return error;
  if (error instanceof ImportError) return { ...toldOf(error), exit: importExits[error.code] };
  if (error instanceof RowcastError) return tellRowcastError(error, surroundings);
  const ofFile = fileError(error);
  if (ofFile instanceof CliError) return ofFile;
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exit: exitCodes.failed,
    code: 'program',
    message,
    problems: [],
    next: 'this is a fault of the program; please report it',
  };
}

const importExits = {
  usage: exitCodes.usage,
  unreadable: exitCodes.failed,
  invalid: exitCodes.failed,
  conflict: exitCodes.conflict,
} as const;

function toldOf({ code, message, problems, more, next }: ImportError): Omit<Told, 'exit'> {
  return { code, message, problems, more: more === 0 ? undefined : more, next };
}

function tellRowcastError(error: RowcastError, { addresses }: Surroundings): Told {
  const { code, body, problems, id, outcomeUnknown } = error;
  return {
    exit: exitCodeOf(code),
    code,
    message: code === 'timeout' ? `${error.message} (${addresses.join(', ')})` : error.message,
    problems,
    more: body?.more,
    next: outcomeUnknown
      ? `run the same command with --id ${id}: it takes effect once, and you learn what became of it`
      : (nextStepOf(problems) ?? nextSteps[code]),
    id: outcomeUnknown ? id : undefined,
    fault: error instanceof TamperedError ? error.fault : undefined,
  };
}

/** With the names of the row that was refused. */
function nextStepOf([problem]: readonly Problem[]): string | undefined {
  if (problem?.table === undefined || problem.key === undefined) return undefined;
  const row = `${problem.table} ${quoteWord(problem.key)}`;
  if (problem.code === 'row_not_found') return `what became of it: npx rowcast history ${row}`;
  if (problem.code !== 'version_conflict') return undefined;
  if (problem.current === undefined) return `what became of it: npx rowcast history ${row}`;
  return `look at it and decide anew: npx rowcast get ${row}`;
}

/** How a revert is told what to do with conflicts. */
export const whoWins =
  'say which side wins: --keep leaves what was changed since and takes back the rest, --overwrite takes back everything';

const login = 'log in: npx rowcast login';
const nextSteps: Partial<Readonly<Record<RowcastErrorCode, string>>> = {
  login_required: login,
  session_expired: login,
  forbidden: 'log in as an administrator: npx rowcast login NAME',
  session_unattached: login,
  login_failed: 'an administrator can set a new password: npx rowcast accounts change NAME --password',
  login_throttled: 'wait a moment, then try again',
  account_not_found: 'see which there are: npx rowcast accounts',
  account_exists: 'choose another name, or change it: npx rowcast accounts change NAME',
  last_administrator:
    'make another account an administrator first: npx rowcast accounts change NAME --role administrator',
  table_not_found: 'see which there are: npx rowcast tables',
  table_exists: 'choose another name, or see what is there: npx rowcast tables',
  row_not_found: 'look for it: npx rowcast search TABLE TEXT',
  version_conflict: 'look at the row as it is now, and decide anew',
  revert_conflict: whoWins,
  command_id_reused: 'leave --id out: a new command has a new id',
  wrong_epoch: 'this ledger has begun a new life (a restore); begin anew: without --from',
  ahead_of_server:
    'this server has not got so far: name an earlier point, begin anew without --from, or ask another server',
  too_old: 'begin anew',
  busy: 'the server has too much to do; try again',
  unavailable: 'the server cannot reach its database; try again',
  tampered: 'believe nothing from this server until its operator has looked; there: npx rowcast verify --database',
  timeout: 'is a server running there? npx rowcast server starts one; --server names another',
  unsupported_version: 'use the same version of rowcast on both sides',
  unknown_type: 'the server is older than this program; use the same version of rowcast on both sides',
  too_large: 'send it in several parts',
};

/** The lines that a person reads. */
export function toldLines(told: Told, paint: Paint): string[] {
  const message = told.message.split('\n').map((line) => show(line, paint));
  const [first = '', ...rest] = message;
  return [
    `${paint.problem('✗')} ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...faultLines(told.fault),
    ...told.problems.flatMap((problem) => problemLines(problem, told, paint)),
    ...(told.more === undefined || told.more === 0 ? [] : [`  … and ${told.more} more`]),
    ...(told.next === undefined ? [] : [`  ${paint.strong('→')} ${show(told.next, paint)}`]),
  ];
}

/** Where the log begins to be bad, as far as it can be known. */
function faultLines(fault: TrustFault | undefined): string[] {
  if (fault === undefined) return [];
  const { first, last } = fault;
  if (last === undefined) return [`  the first bad change is #${first} or one behind it`];
  return [
    first === last ? `  the first bad change is #${first}` : `  the first bad change is one of #${first} to #${last}`,
  ];
}

function problemLines(problem: Told['problems'][number], told: Told, paint: Paint): string[] {
  if (typeof problem === 'string') return [`  · ${show(problem, paint)}`];
  if ('reason' in problem) return [`  · ${importProblemWords(problem, paint)}`];
  const { index, table, key, message, current } = problem;
  const now = current === undefined ? [] : currentLines(current, paint);
  // A single problem is the message itself.
  if (told.problems.length === 1 && message === told.message) return now;
  const row = [table, key].filter((part) => part !== undefined).join(' ');
  const step = index === undefined ? '' : `command ${index + 1}: `;
  const where = row === '' ? '' : `${paint.dim(show(row, paint))}  `;
  return [`  · ${step}${where}${show(message, paint)}`, ...now];
}

function importProblemWords({ line, column, reason }: ImportProblem, paint: Paint): string {
  const place = [line === undefined ? [] : [`line ${line}`], column === undefined ? [] : [show(column, paint)]].flat();
  return place.length === 0 ? show(reason, paint) : `${paint.dim(`${place.join(', ')}:`)} ${show(reason, paint)}`;
}

/** The row that stands there now: who made it so, when, and what it is. */
function currentLines({ key, version, seq, at, by, row }: CurrentRow, paint: Paint): string[] {
  const when = showTime(at, new Date());
  const cells = Object.entries(row).map(([name, cell]) => `${paint.dim(show(name, paint))} ${showCell(cell, paint)}`);
  return [
    `  now: ${paint.strong(show(key, paint))} version ${version} (#${seq}) by ${show(by, paint)} at ${when}`,
    `       ${cells.join(', ')}`,
  ];
}

/** The line that a program reads. */
export function toldJson({ exit, code, message, problems, more, next, id, fault }: Told): string {
  return JSON.stringify({
    error: {
      code,
      message,
      ...(problems.length > 0 && { problems }),
      ...(more !== undefined && { more }),
      exit,
      next,
      id,
      fault,
    },
  });
}
