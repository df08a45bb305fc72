import type { Command } from 'commander';
import type { AuditEntry } from '../../../protocol/accounts.ts';
import type { Context } from '../context.ts';
import { type Paint, show } from '../print/paint.ts';
import { showTime } from '../print/time.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

interface AuditOptions {
  readonly from?: number;
  readonly limit?: number;
}

/** `rowcast audit`: what happened to sessions and accounts. */
export function auditCommand(context: () => Context): Command {
  return describedCommand({
    name: 'audit',
    summary: 'logins, refusals and changes of accounts; for administrators',
    notes: ['Failed logins and refusals are counted together: one line for each name and kind in a minute.'],
    examples: ['audit --limit 20', 'audit --from 100', 'audit --json > audit.ndjson'],
  })
    .option('--from <n>', 'begin with this entry', readPositive)
    .option('--limit <n>', 'only the newest so many entries, or the first of those from --from on', readPositive)
    .action((options: AuditOptions) => audit(context(), options));
}

async function audit(context: Context, options: AuditOptions): Promise<void> {
  const { accounts } = await context.ledger();
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  for (let after = await placeOf(context, options), more = true; more && left > 0; ) {
    const page = await accounts.audit({ after, signal: context.signal });
    await print(context, page.entries.slice(0, left));
    left -= page.entries.length;
    after = page.last;
    more = page.more;
  }
}

/** Behind which seq to begin. There is no hole in them, so the newest so many are told by the newest one. */
async function placeOf(context: Context, { from, limit }: AuditOptions): Promise<number> {
  if (from !== undefined) return from - 1;
  if (limit === undefined) return 0;
  const { accounts } = await context.ledger();
  const { last } = await accounts.audit({ newestFirst: true, limit: 1, signal: context.signal });
  return Math.max(last - limit, 0);
}

async function print(context: Context, entries: readonly AuditEntry[]): Promise<void> {
  if (context.json) {
    for (const entry of entries) await context.printJson(entry);
    return;
  }
  await context.print(...entries.map((entry) => line(entry, context.out.paint)));
}

function line(entry: AuditEntry, paint: Paint): string {
  const place = paint.dim(`#${entry.seq}`.padEnd(7));
  return `${place}${showTime(entry.at, new Date())}  ${show(sentence(entry), paint)}`;
}

function sentence(entry: AuditEntry): string {
  const { what, by, user, session } = entry;
  const who = by === '' ? 'somebody' : by;
  const times = entry.count === undefined || entry.count === 1 ? '' : ` (${entry.count} times)`;
  switch (what) {
    case 'login':
      return `${by} logged in`;
    case 'login_failed':
      return `a login as ${who} failed${times}`;
    case 'login_throttled':
      return `a login as ${who} was told to wait${times}`;
    case 'logout':
      return `${by} logged out`;
    case 'session_revoked':
      return `${by} ended session ${session} of ${user}`;
    case 'refused':
      return `${who} was refused ${entry.type}: ${entry.code}${times}`;
    case 'account_added':
      return `${by} added ${user}, ${entry.role}`;
    case 'account_changed':
      return `${by} changed ${user}: ${changes(entry).join(', ')}`;
    case 'account_removed':
      return `${by} removed ${user}`;
    case 'password_changed':
      return `${by} changed the own password`;
    case 'restored':
      return `the ledger was restored up to #${entry.to ?? 0} from a backup of ${entry.backup ?? ''}`;
    case 'settings_applied':
      return `the settings made ${user} an administrator, with the password that they name`;
    default:
      return what satisfies never;
  }
}

function changes({ role, disabled, password }: AuditEntry): string[] {
  return [
    ...(role === undefined ? [] : [`${role} now`]),
    ...(disabled === undefined ? [] : [disabled ? 'disabled' : 'enabled']),
    ...(password === undefined ? [] : ['a new password']),
  ];
}
