import type { Verb } from '../client/cli/verb.ts';

/** The client's verb with what the server's code adds to it: the check of the database. */
export function withDatabase(verb: Verb): Verb {
  return {
    ...verb,
    needsNoServer: (words) => words.includes('--database') || verb.needsNoServer?.(words) === true,
    load: async () => {
      const { verifyCommand } = await import('../client/cli/verbs/verify.ts');
      return (context) =>
        verifyCommand(context, async (options) => {
          const { checkDatabase } = await import('../server/cli/verify-database.ts');
          const { told } = await import('./told.ts');
          return await told(checkDatabase(options));
        });
    },
  };
}
