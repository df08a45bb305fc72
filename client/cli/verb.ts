import { Command, type Help } from 'commander';
import type { Context } from './context.ts';
import type { GlobalOptions } from './options.ts';

/** A verb of the program as its list shows it; what it does is loaded when it is used. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Under which heading the help lists it. */
  readonly group: string;
  readonly load: () => Promise<MakeCommand>;
  /** It changes something, and does so to its end also when nobody reads what it prints any more. */
  readonly writes?: true;
  /** It speaks to no server, so nothing is made ready for that. */
  readonly isLocal?: true;
  /** Whether it can do with these words without knowing of a server. */
  readonly needsNoServer?: (words: readonly string[]) => boolean;
}

/** Makes the command of a verb. What it is given may be called within its action; of a local verb only `options`. */
type MakeCommand = (context: () => Context, options: () => GlobalOptions) => Command;

export interface CommandText {
  readonly name: string;
  readonly summary: string;
  /** What the help says besides, before the examples. */
  readonly notes?: readonly string[] | undefined;
  /** Command lines without `npx rowcast` ahead, or whole ones that name it elsewhere. */
  readonly examples: readonly string[];
}

function wholeLine(example: string): string {
  return example.includes('npx rowcast ') ? example : `npx rowcast ${example}`;
}

/** A command with its examples; a verb adds arguments, options and its action. */
export function describedCommand({ name, summary, notes = [], examples }: CommandText): Command {
  const title = examples.length > 1 ? 'Examples:' : 'Example:';
  const after = [title, ...examples.map((example) => `  ${wholeLine(example)}`)];
  const paragraphs = notes.length > 0 ? [...joinProse(notes), ''] : [];
  return new Command(name).description(summary).addHelpText('after', ({ command }) => {
    const widthOf = command.configureOutput().getOutHelpWidth;
    const help = command.createHelp();
    return ['', ...paragraphs.map((text) => wrap(text, widthOf?.() ?? 80, help)), ...after].join('\n');
  });
}

/** Breaks a text to the width of the terminal; of a list, `  NAME   text`, below its text. */
function wrap(text: string, width: number, help: Help): string {
  const [lead = ''] = /^ +(?:\S+(?: \S+)* {2,})?/.exec(text) ?? [];
  const lines = help.boxWrap(text.slice(lead.length), width - lead.length).split('\n');
  return lead + lines.join(`\n${' '.repeat(lead.length)}`);
}

/** Lines of prose as one; what is indented stays a line. */
function joinProse(lines: readonly string[]): string[] {
  const joined: string[] = [];
  for (const line of lines) {
    const last = joined.at(-1);
    const goesOn = last !== undefined && !last.startsWith(' ') && !line.startsWith(' ');
    if (goesOn) joined.splice(-1, 1, `${last} ${line}`);
    else joined.push(line);
  }
  return joined;
}
