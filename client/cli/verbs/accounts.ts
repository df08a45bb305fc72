import { type Command, Option } from 'commander';
import { type Account, type AccountRole, roles } from '../../../protocol/accounts.ts';
import type { Ledger } from '../../client.ts';
import { usageError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { passwordStdinText, readNewPassword } from '../new-password.ts';
import { Grid } from '../print/grid.ts';
import { show } from '../print/paint.ts';
import { count, showTime } from '../print/time.ts';
import { describedCommand } from '../verb.ts';

interface AccountsOptions {
  readonly role?: AccountRole;
  readonly password?: true;
  readonly passwordStdin?: true;
  readonly disable?: true;
  readonly enable?: true;
  readonly yes?: true;
  readonly id?: string;
}

/** `rowcast accounts [add|change|remove NAME]`: who may do what. */
export function accountsCommand(context: () => Context): Command {
  return describedCommand({
    name: 'accounts',
    summary: 'who may do what: list, add, change or remove accounts',
    notes: [
      'Without more it lists them. A viewer may read where only who has an account may; an administrator may change',
      'everything.',
    ],
    examples: [
      'accounts',
      'accounts add bob',
      'accounts add eve --role administrator --password-stdin < password-file',
      'accounts change bob --role administrator',
      'accounts change bob --password',
      'accounts change bob --disable',
      'accounts remove bob --yes',
    ],
  })
    .argument('[what]', 'add, change or remove')
    .argument('[name]', 'whose')
    .addOption(new Option('--role <role>', 'what it may do; a new one is a viewer unless you say more').choices(roles))
    .option('--password', 'ask for a new password')
    .option('--password-stdin', passwordStdinText)
    .option('--disable', 'it can be used no more, and keeps its name')
    .option('--enable', 'it can be used again')
    .option('-y, --yes', 'do not ask')
    .option('--id <id>', "the request's id: the same one again takes effect once, and tells what became of it")
    .action((what: string | undefined, name: string | undefined, options: AccountsOptions) =>
      accounts(context(), { what, name, options }),
    );
}

interface Asked {
  readonly what: string | undefined;
  readonly name: string | undefined;
  readonly options: AccountsOptions;
}

async function accounts(context: Context, { what, name, options }: Asked): Promise<void> {
  if (what === undefined || what === 'list') return await list(context);
  const work = works[what];
  if (work === undefined) throw usageError(`accounts ${what}: write add, change or remove`);
  if (name === undefined) throw usageError(`whose? Write: rowcast accounts ${what} NAME`);
  await work(context, name, options);
}

type Work = (context: Context, name: string, options: AccountsOptions) => Promise<void>;

const works: Readonly<Partial<Record<string, Work>>> = { add, change, remove };

async function list(context: Context): Promise<void> {
  const ledger = await context.ledger();
  const found = await ledger.accounts.list({ signal: context.signal });
  if (context.json) {
    for (const account of found) await context.printJson(account);
    return;
  }
  const columns = [{ title: 'name' }, { title: 'role' }, { title: 'state' }, { title: 'since' }];
  const { paint, width } = context.out;
  await context.print(...new Grid({ columns, paint, width }).lines(found.map(toRow)));
}

function toRow({ user, role, disabled, created }: Account): string[] {
  return [user, role, disabled ? 'disabled' : 'in use', showTime(created, new Date())];
}

async function add(context: Context, user: string, options: AccountsOptions): Promise<void> {
  const { role = 'viewer', id } = options;
  const password = await readNewPassword(context, user, options);
  const ledger = await context.ledger();
  const reply = await ledger.accounts.add({ user, role, password }, { id, signal: context.signal });
  await tell(context, reply, `added ${show(user, context.out.paint)}, ${role}`);
}

async function change(context: Context, user: string, options: AccountsOptions): Promise<void> {
  const { role, id, disable, enable } = options;
  if (disable === true && enable === true) throw usageError('write --disable or --enable, not both');
  const disabled = disable === true ? true : enable === true ? false : undefined;
  const wantsPassword = options.password === true || options.passwordStdin === true;
  if (role === undefined && disabled === undefined && !wantsPassword) {
    throw usageError('what of it? Write --role, --password, --disable or --enable');
  }
  const password = wantsPassword ? await readNewPassword(context, user, options) : undefined;
  const ledger: Ledger = await context.ledger();
  const reply = await ledger.accounts.change(user, { role, disabled, password }, { id, signal: context.signal });
  await tell(context, reply, `changed ${show(user, context.out.paint)}`);
}

async function remove(context: Context, user: string, { yes, id }: AccountsOptions): Promise<void> {
  await confirm(context, `Remove the account ${user}?`, { yes });
  const ledger = await context.ledger();
  const reply = await ledger.accounts.remove(user, { id, signal: context.signal });
  await tell(context, reply, `removed ${show(user, context.out.paint)}`);
}

async function tell(context: Context, reply: { user: string; seq: number; ended: number }, sentence: string) {
  const { user, seq, ended } = reply;
  if (context.json) await context.printJson({ user, seq, ended });
  else await context.print(ended === 0 ? sentence : `${sentence}; ${count(ended, 'session')} ended`);
}
