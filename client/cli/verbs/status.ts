import type { Command } from 'commander';
import { parseAddress } from '../../../protocol/address.ts';
import { formatCursor } from '../../../protocol/cursor.ts';
import type { ReplyOf } from '../../../protocol/replies.ts';
import { RowcastError } from '../../errors.ts';
import type { FormerLife } from '../../trust/lives.ts';
import type { VerifiedCheckpoint } from '../../trust/log-trust.ts';
import type { Context } from '../context.ts';
import { type Paint, show } from '../print/paint.ts';
import { showTime } from '../print/time.ts';
import { askWhy, formerLifeText, signedText } from '../trust-remarks.ts';
import { describedCommand } from '../verb.ts';

/** `rowcast status`: the server and who one is to it. */
export function statusCommand(context: () => Context): Command {
  return describedCommand({
    name: 'status',
    summary: 'the server, its log and who you are to it',
    examples: ['status', 'status --json'],
  }).action(() => showStatus(context()));
}

async function showStatus(context: Context): Promise<void> {
  const status = await context.reading((ledger) => ledger.status({ signal: context.signal }));
  const session = await ownSession(context);
  // Demands that the log continues what this program has verified before, if it has, and is loud when it does not.
  const verified = await context.reading((ledger) => ledger.checkpoint({ signal: context.signal }));
  const { formerLives: former } = await context.ledger();
  if (context.json) {
    const { user, role, expires } = session ?? {};
    await context.printJson({ ...status, user, role, expires, verified: verified?.size, kept: verified?.kept, former });
    return;
  }
  const { paint } = context.out;
  const { addresses } = context.connection;
  await context.print(...statusLines(status, { paint, addresses, who: whoIsLoggedIn(session), verified, former }));
}

/** Who one is, as the server sees it; undefined when nobody is logged in, or the session has ended. */
async function ownSession(context: Context): Promise<ReplyOf<'session.status'> | undefined> {
  if (!(await context.connection.hasSession())) return undefined;
  const ledger = await context.ledger();
  try {
    return await ledger.accounts.status({ signal: context.signal });
  } catch (error) {
    if (error instanceof RowcastError && error.code === 'session_expired') return undefined;
    throw error;
  }
}

const mayDo = { viewer: 'who may read', administrator: 'who may change tables' } as const;

function whoIsLoggedIn(session: ReplyOf<'session.status'> | undefined): string {
  if (session === undefined) return 'nobody: you may read (npx rowcast login)';
  const { user, role, expires, idleMinutes } = session;
  const until = showTime(expires, new Date());
  return `${user}, ${role}, ${mayDo[role]}, until ${until} or ${idleMinutes} minutes without use`;
}

interface StatusSurroundings {
  readonly paint: Paint;
  readonly addresses: readonly string[];
  readonly who: string;
  readonly verified: VerifiedCheckpoint | undefined;
  readonly former: readonly FormerLife[];
}

function statusLines(
  status: ReplyOf<'server.status'>,
  { paint, addresses, who, verified, former }: StatusSurroundings,
): string[] {
  const { server, version, database, started, tables, counters } = status;
  return [
    line('server', `${server} ${version} at ${addresses.join(', ')}`, paint),
    line('encryption', encryptionOf(addresses), paint),
    line('database', database, paint),
    line('running since', showTime(started, new Date()), paint),
    line('tables', String(tables), paint),
    line('cursor', formatCursor(status), paint),
    line('signed', signedText(verified), paint),
    ...former.map((life) => line('former life', formerLifeText(life, new Date()), paint)),
    ...(former.length === 0 ? [] : [line('', askWhy, paint)]),
    line('logged in', who, paint),
    '',
    'Since its start:',
    ...Object.entries(counters).map(([name, value]) =>
      line(`  ${inWords(name)}`, value.toLocaleString('en'), paint, counterColumns),
    ),
  ];
}

/** Columns of the titles: "  command handshakes failed" and a space at least. */
const counterColumns = 30;

function line(title: string, text: string, paint: Paint, columns = 18): string {
  return `${paint.dim(title.padEnd(columns))}${show(text, paint)}`;
}

/** The server's key, so that people can compare it with the one that the server prints. */
function encryptionOf(addresses: readonly string[]): string {
  const keys = new Set(addresses.map((address) => parseAddress(address).key));
  return [...keys].map((key) => (key === undefined ? 'none (plain sockets)' : `CURVE, server key ${key}`)).join(', ');
}

/** `queriesBusy` to `queries busy`. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
