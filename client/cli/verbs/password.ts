import type { Command } from 'commander';
import { askPassword } from '../ask.ts';
import { usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { demandLength, demandTerminal, readNewPassword } from '../new-password.ts';
import { count } from '../print/time.ts';
import { readFirstLines } from '../standard-input.ts';
import { describedCommand } from '../verb.ts';

interface PasswordOptions {
  readonly passwordStdin?: true;
}

/** `rowcast password`: a new password of one's own. */
export function passwordCommand(context: () => Context): Command {
  return describedCommand({
    name: 'password',
    summary: 'change your own password; your other sessions end',
    notes: ['Of somebody else: npx rowcast accounts change NAME --password'],
    examples: ['password', 'password --password-stdin < old-and-new-on-two-lines'],
  })
    .option('--password-stdin', 'read the old and the new password from two lines of standard input, for scripts')
    .action((options: PasswordOptions) => changePassword(context(), options));
}

async function changePassword(context: Context, { passwordStdin }: PasswordOptions): Promise<void> {
  const { signal } = context;
  const passwords = passwordStdin === true ? await readBoth(context) : await askBoth(context);
  const ledger = await context.ledger();
  const { user, ended } = await ledger.accounts.changePassword(passwords, { signal });
  if (context.json) await context.printJson({ user, ended });
  else
    await context.print(
      `changed the password of ${user}${ended === 0 ? '' : `; ${count(ended, 'other session')} ended`}`,
    );
}

async function readBoth({ signal }: Context): Promise<{ old: string; new: string }> {
  const [old = '', fresh = ''] = await readFirstLines(2, signal);
  if (old === '' || fresh === '') throw usageError('standard input holds no two passwords on its first two lines');
  return { old, new: demandLength(fresh) };
}

async function askBoth(context: Context): Promise<{ old: string; new: string }> {
  demandTerminal(context);
  const old = await askPassword('Your password as it is', { signal: context.signal });
  return { old, new: await readNewPassword(context, 'yours', {}) };
}
