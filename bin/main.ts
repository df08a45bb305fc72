import type { Command } from 'commander';
import type { GlobalOptions } from '../client/cli/options.ts';
import { runProgram } from '../client/cli/run.ts';
import type { Verb } from '../client/cli/verb.ts';
import { clientVerbs } from '../client/cli/verbs.ts';
import { backupVerbs } from './backup-verbs.ts';
import { startVerb } from './start/start-verb.ts';
import { withLocalChecks } from './verify-verb.ts';

/** The shell runs the other verbs, so it is told here which there are. */
const shellVerb: Verb = {
  name: 'shell',
  group: 'More:',
  summary: 'a prompt with completion, for several commands in a row',
  load: async () => {
    const { shellCommand } = await import('../client/cli/verbs/shell.ts');
    return (context) => shellCommand(clientVerbs, context);
  },
};

/** The verbs of the machine that the server runs on. */
const serverVerbs: readonly Verb[] = [
  startVerb,
  {
    name: 'server',
    group: 'Server:',
    isLocal: true,
    summary: 'run the server',
    load: async () => {
      const { serverCommand } = await import('../server/cli/server.ts');
      return (_context, options) => withSettings(serverCommand(), options);
    },
  },
  {
    name: 'passwd',
    group: 'Server:',
    isLocal: true,
    summary: "make the line of an administrator's password for setting.ini",
    load: async () => {
      const { passwdCommand } = await import('../server/cli/passwd.ts');
      return (_context, options) => withSettings(passwdCommand(), options);
    },
  },
];

/** Those of the client, of which one can do more on the server's machine. */
const verbs = clientVerbs.map((verb) => (verb.name === 'verify' ? withLocalChecks(verb) : verb));

/** --settings belongs to every verb, so the program takes it wherever it stands; these verbs have it as their own. */
function withSettings(command: Command, options: () => GlobalOptions): Command {
  return command.hook('preAction', () => {
    const { settings } = options();
    if (settings !== undefined) command.setOptionValue('settings', settings);
  });
}

/** Runs the terminal program. */
export async function run(argv: readonly string[]): Promise<void> {
  const exitCode = await runProgram(argv.slice(2), [...verbs, shellVerb, ...serverVerbs, ...backupVerbs]);
  // A verb of the server has set its own.
  if (exitCode !== 0) process.exitCode = exitCode;
}
