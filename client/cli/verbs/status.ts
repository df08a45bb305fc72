import type { Command } from 'commander';
import { parseAddress } from '../../../protocol/address.ts';
import { formatCursor } from '../../../protocol/cursor.ts';
import type { ReplyOf } from '../../../protocol/replies.ts';
import type { Context } from '../context.ts';
import { type Paint, show } from '../print/paint.ts';
import { showTime } from '../print/time.ts';
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
  const { user } = context.connection;
  if (context.json) {
    await context.printJson({ ...status, user });
    return;
  }
  const { paint } = context.out;
  const { addresses } = context.connection;
  await context.print(...statusLines(status, { paint, addresses, who: await whoIsLoggedIn(context) }));
}

async function whoIsLoggedIn({ connection }: Context): Promise<string> {
  if (connection.user !== undefined) return `${connection.user}, who may change tables`;
  return (await connection.hasSession()) ? 'by ROWCAST_TOKEN' : 'nobody: you may read (npx rowcast login)';
}

interface StatusSurroundings {
  readonly paint: Paint;
  readonly addresses: readonly string[];
  readonly who: string;
}

function statusLines(status: ReplyOf<'server.status'>, { paint, addresses, who }: StatusSurroundings): string[] {
  const { server, version, database, started, tables, counters } = status;
  return [
    line('server', `${server} ${version} at ${addresses.join(', ')}`, paint),
    line('encryption', encryptionOf(addresses), paint),
    line('database', database, paint),
    line('running since', showTime(started, new Date()), paint),
    line('tables', String(tables), paint),
    line('cursor', formatCursor(status), paint),
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
