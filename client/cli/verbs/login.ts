import type { Command } from 'commander';
import { RowcastError } from '../../errors.ts';
import { askPassword, askText } from '../ask.ts';
import { CliError, usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { show } from '../print/paint.ts';
import { showTime } from '../print/time.ts';
import { readFirstLine } from '../standard-input.ts';
import { describedCommand } from '../verb.ts';
import { wait } from '../wait.ts';

const triesMax = 3;

/** `rowcast login [NAME]`: begins a session, which later runs go on with. */
export function loginCommand(context: () => Context): Command {
  return describedCommand({
    name: 'login',
    summary: 'log in',
    notes: ['The session is kept in $XDG_STATE_HOME/rowcast (~/.local/state/rowcast), for you alone.'],
    examples: ['login ada', 'login ada --password-stdin < password-file'],
  })
    .argument('[name]')
    .option('--password-stdin', 'read the password from standard input, for scripts')
    .action((name: string | undefined, { passwordStdin }: { passwordStdin?: true }) =>
      passwordStdin === true ? loginFromInput(context(), name) : loginByQuestions(context(), name),
    );
}

async function loginFromInput(context: Context, name: string | undefined): Promise<void> {
  if (name === undefined) throw usageError('who? Write: rowcast login NAME --password-stdin');
  const password = await readFirstLine(context.signal);
  if (password === '') throw usageError('standard input holds no password on its first line');
  await login(context, name, password);
}

async function loginByQuestions(context: Context, given: string | undefined): Promise<void> {
  if (!context.terminal.isInteractive) {
    throw usageError(
      'there is no terminal to ask for the password on',
      [],
      'rowcast login NAME --password-stdin < FILE',
    );
  }
  const name = given ?? (await askText('Name', { signal: context.signal }));
  for (let tries = 1; ; tries += 1) {
    const password = await askPassword(`Password of ${show(name, context.err.paint)}`, { signal: context.signal });
    try {
      await login(context, name, password);
      return;
    } catch (error) {
      if (!(error instanceof RowcastError) || error.code !== 'login_failed') throw error;
      if (tries >= triesMax) throw gaveUp(error);
      await context.note(`wrong name or password (try ${tries} of ${triesMax})`);
    }
  }
}

function gaveUp(cause: RowcastError): CliError {
  return new CliError(`${triesMax} tries, and none was right; gave up`, {
    code: cause.code,
    exit: exitCodes.login,
    next: 'an administrator can set a new password: npx rowcast accounts change NAME --password',
    cause,
  });
}

/** Where wrong tries before this one have made the server wait, waits with it. */
async function login(context: Context, name: string, password: string): Promise<void> {
  try {
    await loginOnce(context, name, password);
  } catch (error) {
    const waitMs = throttledMs(error);
    if (waitMs === undefined) throw error;
    await context.note(`too many wrong passwords for this name; waiting ${(waitMs / 1_000).toFixed(1)} s`);
    await wait(waitMs, context.signal);
    await login(context, name, password);
  }
}

function throttledMs(error: unknown): number | undefined {
  if (!(error instanceof RowcastError) || error.code !== 'login_throttled') return undefined;
  return error.body?.retryAfterMs ?? 1_000;
}

async function loginOnce(context: Context, name: string, password: string): Promise<void> {
  const { role, expires, idleMinutes } = await context.connection.login(name, password, context.signal);
  if (context.json) {
    await context.printJson({ user: name, role, expires, idleMinutes });
    return;
  }
  const who = show(name, context.out.paint);
  await context.print(`logged in as ${who}, ${role}, until ${showTime(expires, new Date())}`);
}
