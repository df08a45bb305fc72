import { CommanderError } from 'commander';
import { CliError, interrupted } from '../cli-error.ts';
import { Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { GlobalOptions } from '../options.ts';
import { show } from '../print/paint.ts';
import { buildProgram, isHelp } from '../program.ts';
import { hasSessionEnded, reportError, usageOutput } from '../run.ts';
import { splitWords } from '../syntax/words.ts';
import { ToldError } from '../told-error.ts';
import type { Verb } from '../verb.ts';
import { Completion } from './completion.ts';
import { withTable } from './current-table.ts';
import { LineReader } from './line-reader.ts';
import { runMenu } from './menu.ts';

/** The words that only the shell knows. */
export const shellWords = ['use', 'menu', 'help', 'exit'] as const;

const helpText = [
  'use TABLE    the table that need not be written any more; `use` alone forgets it',
  'menu         asks for everything, by numbers',
  'exit         leaves (Ctrl-D too); Ctrl-C ends a command',
  '',
  'Tab completes verbs, tables, columns, keys and options. Quote as in a shell: name="Ada Lovelace".',
  'VERB --help tells about a verb.',
];

/** A prompt that runs the verbs of the command line, over one connection. */
export class Shell {
  readonly #context: Context;
  readonly #verbs: readonly Verb[];
  readonly #completion: Completion;
  #table: string | undefined;
  #lastExit: ExitCode = exitCodes.ok;
  #leaving = false;

  constructor(context: Context, verbs: readonly Verb[], table: string | undefined) {
    this.#context = context;
    this.#verbs = verbs;
    this.#table = table;
    this.#completion = new Completion({ context, verbs, shellWords, table: () => this.#table });
  }

  async run(): Promise<void> {
    if (this.#context.terminal.isInteractive) await this.#converse();
    else await this.#runScript();
  }

  async #converse(): Promise<void> {
    await this.#loadVerbs();
    const reader = await LineReader.open((line) => this.#completion.complete(line));
    await this.#greet();
    const { interrupts } = this.#context;
    while (!this.#leaving && !interrupts.terminated.aborted) {
      interrupts.renew();
      const line = await reader.read(await this.#prompt(), interrupts.terminated);
      if (line === undefined) break;
      await this.#runLine(line);
    }
    await reader.close();
  }

  /**
   * Ctrl-C reaches every process of the terminal, so also the one by which tsx reads TypeScript for an old Node: what is
   * not loaded by then never will be.
   */
  async #loadVerbs(): Promise<void> {
    await Promise.all([import('@clack/prompts'), ...this.#verbs.map((verb) => verb.load())]);
  }

  /** The first line that fails ends a script, and with its exit code. */
  async #runScript(): Promise<void> {
    const { createInterface } = await import('node:readline');
    for await (const line of createInterface({ input: process.stdin, signal: this.#context.signal })) {
      await this.#runLine(line);
      if (this.#leaving || this.#lastExit !== exitCodes.ok) break;
    }
    if (this.#lastExit !== exitCodes.ok) throw new ToldError(this.#lastExit);
    if (this.#context.signal.aborted) throw interrupted();
  }

  async #greet(): Promise<void> {
    await this.#context.note(
      'Rowcast shell: Tab completes, `help` lists the verbs, `menu` asks for everything, `exit` leaves.',
    );
    try {
      const { tables } = await this.#context.reading((ledger) => ledger.tables({ timeoutMs: 3_000 }));
      const [first] = tables;
      if (this.#table === undefined && tables.length === 1) this.#table = first?.definition.name;
    } catch (error) {
      await this.#report(error);
    }
  }

  async #prompt(): Promise<string> {
    const { paint } = this.#context.err;
    await this.#context.ledger();
    const user = this.#context.connection.user ?? '';
    const place = [user, this.#table ?? ''].filter((part) => part !== '').join('@');
    return `${paint.dim('rowcast')}${place === '' ? '' : ` ${paint.strong(show(place, paint))}`}${paint.dim('>')} `;
  }

  async #runLine(line: string): Promise<void> {
    this.#lastExit = exitCodes.ok;
    try {
      await this.#runWords(splitWords(line));
    } catch (error) {
      this.#lastExit = await this.#report(error);
    }
  }

  /** Lines are often copied from elsewhere, with the program's name in front. */
  async #runWords(written: readonly string[]): Promise<void> {
    const start = written[0] === 'npx' ? 1 : 0;
    const words = written[start] === 'rowcast' ? written.slice(start + 1) : written;
    const [word, argument] = words;
    if (word === undefined || word.startsWith('#')) return;
    if (word === 'exit' || word === 'quit') this.#leaving = true;
    else if (word === 'use') await this.#use(argument);
    else if (word === 'menu') await this.#menu();
    else if (word === 'help' && argument === undefined) await this.#help();
    else await this.#runVerb(words);
  }

  async #use(table: string | undefined): Promise<void> {
    if (table !== undefined) await this.#completion.demandTable(table);
    this.#table = table;
  }

  async #menu(): Promise<void> {
    await runMenu({
      context: this.#context,
      table: () => this.#table,
      use: (table) => {
        this.#table = table;
      },
      run: async (words) => {
        await this.#runWords(words).catch((error: unknown) => this.#report(error));
      },
      report: async (error) => {
        await this.#report(error);
      },
    });
  }

  async #help(): Promise<void> {
    const { paint } = this.#context.out;
    const width = Math.max(...this.#verbs.map(({ name }) => name.length)) + 5;
    const verbs = this.#verbs.map(
      ({ name, summary }) => `${paint.strong(name)}${' '.repeat(width - name.length)}${summary}`,
    );
    await this.#context.print(...verbs, '', ...helpText);
  }

  async #runVerb(words: readonly string[]): Promise<void> {
    const line = await withTable(words, { table: this.#table, isTable: (name) => this.#completion.isTable(name) });
    const program = await buildProgram(line, {
      verbs: this.#verbs,
      usage: 'rowcast',
      output: usageOutput(line),
      open: async (options) => this.#contextFor(options),
    });
    await program.parseAsync([...line], { from: 'user' });
    this.#completion.forget();
  }

  #contextFor(options: GlobalOptions): Context {
    const { connection, terminal, interrupts, json } = this.#context;
    if (options.server !== undefined || options.settings !== undefined) {
      throw new CliError('the shell stays with its server', {
        code: 'usage',
        exit: exitCodes.usage,
        next: 'leave it, and begin another: npx rowcast shell --server ADDRESS',
      });
    }
    return new Context({ options: { ...options, json: options.json ?? json }, connection, terminal, interrupts });
  }

  async #report(error: unknown): Promise<ExitCode> {
    if (error instanceof CommanderError) return isHelp(error) ? exitCodes.ok : exitCodes.usage;
    const { err, json, connection } = this.#context;
    if (hasSessionEnded(error)) await connection.forget();
    return await reportError(error, { err, json, addresses: connection.addresses });
  }
}
