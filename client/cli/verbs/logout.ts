import type { Command } from 'commander';
import { RowcastError } from '../../errors.ts';
import type { Context } from '../context.ts';
import { describedCommand } from '../verb.ts';

/** `rowcast logout`: ends the session, here and on the server. */
export function logoutCommand(context: () => Context): Command {
  return describedCommand({
    name: 'logout',
    summary: 'end the session, here and on the server',
    examples: ['logout'],
  }).action(() => logout(context()));
}

async function logout(context: Context): Promise<void> {
  const ledger = await context.ledger();
  const wasLoggedIn = ledger.token !== undefined;
  try {
    await ledger.logout({ signal: context.signal });
  } catch (error) {
    if (!(error instanceof RowcastError) || error.code !== 'session_expired') throw error;
  } finally {
    // Forgotten here even when the server cannot be told: whoever logs out wants this machine to know no token.
    await context.connection.forget();
  }
  if (context.json) await context.printJson({ loggedOut: wasLoggedIn });
  else await context.print(wasLoggedIn ? 'logged out' : 'nobody was logged in');
}
