import { parseArgs } from 'node:util';
import { Command, type CommanderError, type OutputConfiguration } from 'commander';
import type { Context } from './context.ts';
import type { GlobalOptions } from './options.ts';
import type { Verb } from './verb.ts';

export interface ProgramParts {
  readonly verbs: readonly Verb[];
  /** Called before a verb's action, with the options that every verb takes, and whether it speaks to a server. */
  readonly open: (options: GlobalOptions, needsServer: boolean) => Promise<Context>;
  readonly output: OutputConfiguration;
  /** How a command line begins: `npx rowcast `, and nothing in the shell. */
  readonly usage: string;
}

/**
 * The program for one command line. Only the verb that it names is loaded; the others are there by name, for the help.
 * @throws CommanderError when it is run with a wrong line or asked for help
 */
export async function buildProgram(words: readonly string[], parts: ProgramParts): Promise<Command> {
  const program = emptyProgram(parts);
  let context: Context | undefined;
  const getContext = (): Context => {
    if (context === undefined) throw new Error('the context is not open yet');
    return context;
  };
  const getOptions = (): GlobalOptions => program.opts<GlobalOptions>();
  const named = parts.verbs.find(({ name }) => name === namedVerb(words));
  let group: string | undefined;
  for (const verb of parts.verbs) {
    const command = verb === named ? (await verb.load())(getContext, getOptions) : new Command(verb.name);
    if (verb !== named) command.description(verb.summary);
    if (verb.group !== group) program.commandsGroup(verb.group);
    group = verb.group;
    program.addCommand(inherit(command, program));
  }
  program.hook('preAction', async () => {
    if (named?.isLocal === true) return;
    context = await parts.open(getOptions(), named?.needsNoServer?.(words) !== true);
  });
  return program;
}

function emptyProgram({ output, usage }: ProgramParts): Command {
  return new Command(usage)
    .description(
      'Rowcast: a live, shared, auditable table server. Everyone watches, administrators edit, nothing is lost.',
    )
    .option('--server <addresses>', 'where the server is; several are separated by commas (env ROWCAST_SERVER)')
    .option('--settings <file>', 'settings file (default: setting.ini, if there is one)')
    .option('--json', 'for programs: one JSON value a line, errors too')
    .option('--no-color', 'no colours (env NO_COLOR)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput(output)
    .helpOption('-h, --help', 'how a verb is used')
    .addHelpCommand(new Command('help').argument('[verb]').description('how a verb is used').helpGroup('More:'))
    .exitOverride()
    .showHelpAfterError('  → see which verbs there are: npx rowcast --help')
    .addHelpText('after', `\n${exitText}\n\nEvery verb has examples: npx rowcast list --help`);
}

const exitText = [
  'Ends with  0 done  1 refused or failed  2 wrong usage  3 not found  4 conflict',
  '           5 login needed or failed  6 no server answered  7 the log was tampered with',
  '           130 interrupted',
].join('\n');

/** Commander passes settings on to commands that it makes itself; ours are made elsewhere. */
function inherit(command: Command, program: Command): Command {
  return command.copyInheritedSettings(program).showHelpAfterError(`  → see how: npx rowcast ${command.name()} --help`);
}

/** The verb of a command line, whose options may stand anywhere. */
export function namedVerb(words: readonly string[]): string | undefined {
  const { positionals } = parseArgs({
    args: [...words],
    options: { server: { type: 'string' }, settings: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  const [first, second] = positionals;
  return first === 'help' ? second : first;
}

/** Whether commander stopped because help was asked for, which is no error; shown for want of a verb it is one. */
export function isHelp({ exitCode }: CommanderError): boolean {
  return exitCode === 0;
}
