import type { TableDefinition } from '../../../protocol/table.ts';
import { askChoice, askKey, askOptionalText, askText, type KeyChoice } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { findTable } from '../definitions.ts';
import { exitCodes } from '../exit-codes.ts';
import { ruleWords } from '../print/definition.ts';

export interface MenuParts {
  readonly context: Context;
  readonly table: () => string | undefined;
  readonly use: (table: string) => void;
  /** Runs a line of the shell; tells its errors itself. */
  readonly run: (words: readonly string[]) => Promise<void>;
  /** Tells an error; a question that was given up is none. */
  readonly report: (error: unknown) => Promise<void>;
}

interface Choice extends KeyChoice {
  readonly go: (menu: Menu) => Promise<void>;
}

const choices: readonly Choice[] = [
  { value: '1', label: 'all rows', go: (menu) => menu.onTable((table) => menu.run(['list', table])) },
  { value: '2', label: 'search', go: (menu) => menu.search() },
  { value: '3', label: 'one row and its history', go: (menu) => menu.row() },
  { value: '4', label: 'insert a row', go: (menu) => menu.insert() },
  { value: '5', label: 'change a row', go: (menu) => menu.update() },
  { value: '6', label: 'delete a row', go: (menu) => menu.delete() },
  { value: '7', label: 'watch (Ctrl-C ends it)', go: (menu) => menu.onTable((table) => menu.run(['watch', table])) },
  { value: '8', label: 'another table', go: (menu) => menu.chooseTable().then(() => undefined) },
  { value: '9', label: 'log in', go: (menu) => menu.run(['login']) },
];
const leave: KeyChoice = { value: '0', label: 'back to the prompt' };

/** Asks for everything, for who would rather press a number than write a command. */
export async function runMenu(parts: MenuParts): Promise<void> {
  const { context } = parts;
  const menu = new Menu(parts);
  for (;;) {
    context.interrupts.renew();
    const { signal } = context.interrupts;
    const key = await answerOf(askKey('Press a number', [...choices, leave], { signal }));
    const choice = choices.find((one) => one.value === key);
    if (choice === undefined) return;
    await choice.go(menu).catch(parts.report);
  }
}

/** Undefined when it was given up with Ctrl-C. */
async function answerOf(answer: Promise<string>): Promise<string | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CliError && error.exit === exitCodes.interrupted) return undefined;
    throw error;
  }
}

class Menu {
  readonly #parts: MenuParts;

  constructor(parts: MenuParts) {
    this.#parts = parts;
  }

  get #signal() {
    return { signal: this.#parts.context.interrupts.signal };
  }

  run(words: readonly string[]): Promise<void> {
    return this.#parts.run(words);
  }

  /** The table in use, or else the one that is chosen now. */
  async onTable(go: (table: string) => Promise<void>): Promise<void> {
    const table = this.#parts.table() ?? (await this.chooseTable());
    if (table !== undefined) await go(table);
  }

  async chooseTable(): Promise<string | undefined> {
    const { context, use } = this.#parts;
    const { tables } = await context.reading((ledger) => ledger.tables());
    if (tables.length === 0) {
      await context.note('there is no table yet; leave the menu, then: create, or sample employees');
      return undefined;
    }
    const table = await askChoice(
      'Which table?',
      tables.map(({ definition }) => definition.name),
      this.#signal,
    );
    use(table);
    return table;
  }

  async search(): Promise<void> {
    await this.onTable(async (table) => this.run(['search', table, '--', await askText('Text', this.#signal)]));
  }

  async row(): Promise<void> {
    await this.onTable(async (table) => {
      const key = await askText('Key', this.#signal);
      await this.run(['get', table, '--', key]);
      await this.run(['history', table, '--', key]);
    });
  }

  async insert(): Promise<void> {
    await this.onTable(async (table) => {
      const { definition } = await findTable(this.#parts.context, table);
      const values = await this.#askCells(definition);
      await this.run(['insert', table, ...(await this.#why()), '--', ...values]);
    });
  }

  async update(): Promise<void> {
    await this.onTable(async (table) => {
      const { definition } = await findTable(this.#parts.context, table);
      const key = await askText('Key', this.#signal);
      const names = definition.columns.map(({ name }) => name).filter((name) => name !== definition.key);
      const column = await askChoice('Which column?', names, this.#signal);
      const value = await askOptionalText(`New ${column}`, 'nothing empties the cell', this.#signal);
      await this.run(['update', table, ...(await this.#why()), '--', key, `${column}=${value}`]);
    });
  }

  async delete(): Promise<void> {
    await this.onTable(async (table) => {
      const key = await askText('Key', this.#signal);
      await this.run(['delete', table, ...(await this.#why()), '--', key]);
    });
  }

  async #askCells({ columns }: TableDefinition): Promise<string[]> {
    const values: string[] = [];
    for (const { name, type, ...rules } of columns) {
      const hint = [type, ...ruleWords(rules)].join(', ');
      const value = await askOptionalText(name, hint, this.#signal);
      if (value !== '') values.push(`${name}=${value}`);
    }
    return values;
  }

  async #why(): Promise<string[]> {
    const why = await askOptionalText('Why?', 'the reason; nothing if there is none', this.#signal);
    return why === '' ? [] : [`--why=${why}`];
  }
}
