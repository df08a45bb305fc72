import { CommanderError, type OutputConfiguration } from 'commander';
import { RowcastError } from '../errors.ts';
import type { Context } from './context.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type Surroundings, type Told, tell, toldJson, toldLines } from './explain.ts';
import { fileError } from './file-error.ts';
import { Interrupts } from './interrupts.ts';
import { buildProgram, isHelp, namedVerb } from './program.ts';
import { isBrokenPipe, makeTerminal, type Output, onOutputError } from './terminal.ts';
import { ToldError } from './told-error.ts';
import type { Verb } from './verb.ts';

/** Runs the program for one command line and answers its exit code. Never throws. */
export async function runProgram(words: readonly string[], verbs: readonly Verb[]): Promise<ExitCode> {
  onOutputError((error, name) => {
    // What was begun is done all the same, whoever hears of it.
    const goesOn = verbs.find((verb) => verb.name === namedVerb(words))?.writes === true;
    if (isBrokenPipe(error)) {
      if (!goesOn) process.exit(exitCodes.ok);
      return;
    }
    // Of standard error nobody could be told.
    if (name === 'standard output') {
      void reportOutput(fileError(error, name), words).then((exit) => goesOn || process.exit(exit));
    }
  });
  const interrupts = new Interrupts();
  let context: Context | undefined;
  try {
    const program = await buildProgram(words, {
      verbs,
      usage: 'rowcast',
      output: usageOutput(words),
      open: async (options, needsServer) => {
        // Help and wrong usage do without what this loads.
        const { openContext } = await import('./context.ts');
        context = await openContext({ options, interrupts, needsServer });
        return context;
      },
    });
    await program.parseAsync([...words], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    return await report(error, words, context);
  } finally {
    await context?.connection.close();
    interrupts.stop();
  }
}

async function reportOutput(error: unknown, words: readonly string[]): Promise<ExitCode> {
  const { err } = makeTerminal({ color: !words.includes('--no-color') });
  return await reportError(error, { err, json: words.includes('--json'), addresses: [] });
}

async function report(error: unknown, words: readonly string[], context: Context | undefined): Promise<ExitCode> {
  if (error instanceof ToldError) return error.exit;
  if (error instanceof CommanderError) return isHelp(error) ? exitCodes.ok : exitCodes.usage;
  const { err } = context?.terminal ?? makeTerminal({ color: !words.includes('--no-color') });
  if (hasSessionEnded(error)) await context?.connection.forget();
  return await reportError(error, {
    err,
    json: words.includes('--json'),
    addresses: context?.connection.addresses ?? [],
  });
}

/** A session that has ended on the server is not kept here either. */
export function hasSessionEnded(error: unknown): boolean {
  return error instanceof RowcastError && error.code === 'session_expired';
}

export interface ReportOptions extends Surroundings {
  readonly err: Output;
  readonly json: boolean;
}

/** Says on standard error what went wrong and what to do next; answers the exit code. */
export async function reportError(error: unknown, { err, json, addresses }: ReportOptions): Promise<ExitCode> {
  const told: Told = tell(error, { addresses });
  if (json) await err.write(`${toldJson(told)}\n`);
  else if (told.exit !== exitCodes.interrupted) await err.write(`${toldLines(told, err.paint).join('\n')}\n`);
  return told.exit;
}

/** Commander's own complaints in the form of the others, as JSON when that was asked for. */
export function usageOutput(words: readonly string[]): OutputConfiguration {
  const isJson = words.includes('--json');
  const write = (text: string): void => {
    process.stderr.write(text);
  };
  return {
    // What follows a complaint: how to get help.
    writeErr: isJson ? () => undefined : write,
    outputError: (text) => {
      const message = text.trim().replace(/^error: /, '');
      const told = { exit: exitCodes.usage, code: 'usage', message, problems: [] };
      const { paint } = makeTerminal({ color: !words.includes('--no-color') }).err;
      write(isJson ? `${toldJson(told)}\n` : `${toldLines(told, paint).join('\n')}\n`);
    },
  };
}
