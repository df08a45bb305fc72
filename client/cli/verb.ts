import { Command } from 'commander';
import type { Context } from './context.ts';
import type { GlobalOptions } from './options.ts';

/** A verb of the program as its list shows it; what it does is loaded when it is used. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Under which heading the help lists it. */
  readonly group: string;
  readonly load: () => Promise<MakeCommand>;
  /** It speaks to no server, so nothing is made ready for that. */
  readonly isLocal?: true;
}

/** Makes the command of a verb. What it is given may be called within its action; of a local verb only `options`. */
type MakeCommand = (context: () => Context, options: () => GlobalOptions) => Command;

export interface CommandText {
  readonly name: string;
  readonly summary: string;
  /** What the help says besides, before the examples. */
  readonly notes?: readonly string[] | undefined;
  /** Whole command lines without `npx rowcast`. */
  readonly examples: readonly string[];
}

/** A command with its examples; a verb adds arguments, options and its action. */
export function describedCommand({ name, summary, notes = [], examples }: CommandText): Command {
  const lines = ['', ...notes, ...(notes.length > 0 ? [''] : []), examples.length > 1 ? 'Examples:' : 'Example:'];
  return new Command(name)
    .description(summary)
    .addHelpText('after', [...lines, ...examples.map((example) => `  npx rowcast ${example}`)].join('\n'));
}
