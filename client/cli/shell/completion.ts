import type { TableDefinition } from '../../../protocol/table.ts';
import { findColumn } from '../../../protocol/table.ts';
import { cellText } from '../../../protocol/values.ts';
import type { Context } from '../context.ts';
import { findTable } from '../definitions.ts';
import { quoteWord, splitOpenLine } from '../syntax/words.ts';
import type { Verb } from '../verb.ts';
import { tableVerbs } from './current-table.ts';

export interface CompletionParts {
  readonly context: Context;
  readonly verbs: readonly Verb[];
  readonly shellWords: readonly string[];
  readonly table: () => string | undefined;
}

const keyVerbs: ReadonlySet<string> = new Set(['delete', 'erase', 'get', 'history', 'update']);
const cellVerbs: ReadonlySet<string> = new Set(['insert', 'update', 'upsert']);
const alterWords = ['add', 'rename', 'remove', 'retype', 'rules'];
const keysShown = 50;
/** Someone waits at the prompt: what takes longer is not offered. */
const patienceMs = 1_500;

/** What the Tab key offers: verbs, tables, columns, keys, options. */
export class Completion {
  readonly #parts: CompletionParts;
  #definitions: Promise<readonly TableDefinition[]> | undefined;

  constructor(parts: CompletionParts) {
    this.#parts = parts;
  }

  /** Tables may have changed. */
  forget(): void {
    this.#definitions = undefined;
  }

  async isTable(name: string): Promise<boolean> {
    return (await this.#tables()).some((definition) => definition.name === name);
  }

  /** @throws CliError when there is none */
  async demandTable(name: string): Promise<void> {
    await findTable(this.#parts.context, name);
    this.forget();
  }

  /** What the open word at the end of a line may become, and that word as it was written. */
  async complete(line: string): Promise<readonly [string[], string]> {
    const { words, last } = splitOpenLine(line);
    const written = line.slice(last.start);
    try {
      const offers = await this.#offers(words, last.text);
      const fitting = offers.filter((offer) => offer.startsWith(last.text));
      return [fitting.map((offer) => (offer.endsWith('=') ? offer : `${quoteWord(offer)} `)), written];
    } catch {
      return [[], written];
    }
  }

  async #offers(words: readonly string[], last: string): Promise<readonly string[]> {
    const [verb] = words;
    if (verb === undefined) return [...this.#parts.verbs.map(({ name }) => name), ...this.#parts.shellWords];
    if (last.startsWith('--')) return await this.#options(verb);
    if (verb === 'help') return this.#parts.verbs.map(({ name }) => name);
    if (verb === 'sample') return ['employees', 'mime-db'];
    const option = words.at(-1);
    if (option === '--table') return await this.#tableNames();
    return tableVerbs.has(verb) ? await this.#arguments(words, last) : [];
  }

  async #options(name: string): Promise<readonly string[]> {
    const verb = this.#parts.verbs.find((one) => one.name === name);
    const make = await verb?.load();
    const own = make?.(
      () => this.#parts.context,
      () => this.#parts.context.options,
    ).options;
    return [...(own ?? []).flatMap(({ long }) => long ?? []), '--json', '--help'];
  }

  async #arguments(words: readonly string[], last: string): Promise<readonly string[]> {
    const [verb = '', first] = words;
    const inUse = this.#parts.table();
    const isNamed = first !== undefined && (await this.isTable(first));
    const table = isNamed ? first : inUse;
    const names = first === undefined ? await this.#tableNames() : [];
    const definition = (await this.#tables()).find((one) => one.name === table);
    if (definition === undefined || (first === undefined && inUse === undefined)) return names;
    const given = words.slice(isNamed ? 2 : 1);
    return [...names, ...(await this.#ofTable(verb, { definition, given, last }))];
  }

  async #ofTable(
    verb: string,
    { definition, given, last }: { definition: TableDefinition; given: readonly string[]; last: string },
  ): Promise<readonly string[]> {
    const columns = definition.columns.map(({ name }) => name);
    if (given.at(-1) === '--where' || given.at(-1) === '--sort') return columns;
    if (verb === 'alter') return given.length === 0 || given.at(-1)?.endsWith(',') ? alterWords : columns;
    if (keyVerbs.has(verb) && given.length === 0) return await this.#keys(definition, last);
    return cellVerbs.has(verb) ? columns.map((name) => `${name}=`) : [];
  }

  async #keys(definition: TableDefinition, prefix: string): Promise<readonly string[]> {
    const key = definition.key === undefined ? undefined : findColumn(definition, definition.key);
    // Texts are sorted by their letters, so those from the prefix on begin with the ones wanted.
    const filter =
      key?.type === 'text' && prefix !== '' ? [{ column: key.name, is: 'ge' as const, value: prefix }] : undefined;
    const ledger = await this.#parts.context.ledger();
    const { rows } = await ledger.list(definition.name, { filter, limit: keysShown, timeoutMs: patienceMs });
    return rows.map((row) => cellText(row.key));
  }

  async #tableNames(): Promise<readonly string[]> {
    return (await this.#tables()).map(({ name }) => name);
  }

  #tables(): Promise<readonly TableDefinition[]> {
    this.#definitions ??= this.#readTables();
    return this.#definitions;
  }

  async #readTables(): Promise<readonly TableDefinition[]> {
    const ledger = await this.#parts.context.ledger();
    try {
      const { tables } = await ledger.tables({ timeoutMs: patienceMs });
      return tables.map(({ definition }) => definition);
    } catch {
      this.forget();
      return [];
    }
  }
}
