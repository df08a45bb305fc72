import { parseArgs } from 'node:util';
import type { Verb } from '../client/cli/verb.ts';

/** The client's verb with what the server's code adds to it: the checks of the database and of backups. */
export function withLocalChecks(verb: Verb): Verb {
  return {
    ...verb,
    needsNoServer: (words) => words.includes('--database') || namesFile(words),
    load: async () => {
      const { verifyCommand } = await import('../client/cli/verbs/verify.ts');
      const { told } = await import('./told.ts');
      return (context) =>
        verifyCommand(context, {
          database: async (options) => {
            const { checkDatabase } = await import('../server/cli/verify-database.ts');
            return await told(checkDatabase(options));
          },
          backup: async (path, options) => {
            const { verifyBackup } = await import('../server/backup/verify-backup.ts');
            return await told(verifyBackup(path, options));
          },
        });
    },
  };
}

function namesFile(words: readonly string[]): boolean {
  const { positionals } = parseArgs({
    args: [...words],
    options: { server: { type: 'string' }, settings: { type: 'string' }, from: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  return positionals.length > 1;
}
