import type { Command } from 'commander';
import type { SessionSummary } from '../../../protocol/replies.ts';
import { CliError, usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { Grid } from '../print/grid.ts';
import { showTime } from '../print/time.ts';
import { describedCommand } from '../verb.ts';

interface SessionsOptions {
  readonly user?: string;
}

/** `rowcast sessions [revoke SESSION]`: who is logged in. */
export function sessionsCommand(context: () => Context): Command {
  return describedCommand({
    name: 'sessions',
    summary: 'who is logged in; revoke ends a session',
    notes: ['Your own; an administrator sees and ends those of everybody.'],
    examples: ['sessions', 'sessions --user bob', 'sessions revoke eR7S5XPtDVYIiXCPhsS7iA'],
  })
    .argument('[what]', 'revoke')
    .argument('[session]')
    .option('--user <name>', 'only those of one account')
    .action((what: string | undefined, session: string | undefined, { user }: SessionsOptions) => {
      if (what === undefined || what === 'list') return list(context(), user);
      if (what !== 'revoke') throw usageError(`sessions ${what}: write revoke`);
      if (session === undefined) throw usageError('which? Write: rowcast sessions revoke SESSION');
      return revoke(context(), session);
    });
}

async function list(context: Context, user: string | undefined): Promise<void> {
  const ledger = await context.ledger();
  const found = await ledger.accounts.sessions(user, { signal: context.signal });
  if (context.json) {
    for (const session of found) await context.printJson(session);
    return;
  }
  const columns = [
    { title: 'session' },
    { title: 'user' },
    { title: 'begun' },
    { title: 'last used' },
    { title: 'ends' },
    { title: 'note' },
  ];
  const { paint, width } = context.out;
  await context.print(...new Grid({ columns, paint, width }).lines(found.map(toRow)));
}

function toRow({ session, user, created, used, expires, own }: SessionSummary): (string | undefined)[] {
  const times = [created, used, expires].map((time) => showTime(time, new Date()));
  return [session, user, ...times, own ? 'this one' : ' '];
}

async function revoke(context: Context, session: string): Promise<void> {
  const ledger = await context.ledger();
  const revoked = await ledger.accounts.revoke(session, { signal: context.signal });
  if (!revoked) {
    throw new CliError(`there is no session ${session} that you may end`, {
      code: 'session_not_found',
      exit: exitCodes.notFound,
      next: 'see which there are: npx rowcast sessions',
    });
  }
  if (context.json) await context.printJson({ session, revoked });
  else await context.print(`ended session ${session}`);
}
