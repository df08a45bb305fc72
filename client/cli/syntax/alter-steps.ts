import type { AlterStep, TableDefinition } from '../../../protocol/table.ts';
import { type ColumnType, columnTypes } from '../../../protocol/values.ts';
import { didYouMean } from '../../../settings/nearest.ts';
import { usageError } from '../cli-error.ts';
import { isColumnType, readColumnSpec, readRule } from './column-spec.ts';

const verbs = ['add', 'rename', 'remove', 'retype', 'rules'] as const;
type Verb = (typeof verbs)[number];

/** The columns' types as they are after the steps so far: a later step may speak of an earlier one's column. */
type Types = Map<string, ColumnType>;

/**
 * Reads the steps of `alter`: `add SPEC`, `rename A B`, `remove A`, `retype A TYPE`, `rules A RULE…`, separated by
 * commas, e.g. `add note, rename job role, rules salary min=0`. @throws CliError
 */
export function readAlterSteps(definition: TableDefinition, words: readonly string[]): AlterStep[] {
  const types: Types = new Map(definition.columns.map(({ name, type }) => [name, type]));
  const steps = splitSteps(words).map((step) => readStep(step, types));
  if (steps.length === 0) throw usageError(`what is to be done? ${forms}`);
  return steps;
}

const forms =
  'Write add COLUMN-SPEC, rename A B, remove A, retype A TYPE or rules A RULE…; several are separated by commas';

/** A comma stands alone or ends a word. */
function splitSteps(words: readonly string[]): string[][] {
  const steps: string[][] = [[]];
  for (const word of words) {
    const ends = word.endsWith(',');
    const rest = ends ? word.slice(0, -1) : word;
    if (rest !== '') steps.at(-1)?.push(rest);
    if (ends) steps.push([]);
  }
  return steps.filter((step) => step.length > 0);
}

function readStep(step: readonly string[], types: Types): AlterStep {
  const [verb = '', ...rest] = step;
  if (!isVerb(verb)) throw usageError(`${JSON.stringify(verb)} is no step${didYouMean(verb, verbs)}. ${forms}`);
  return readers[verb](rest, types);
}

function isVerb(word: string): word is Verb {
  return (verbs as readonly string[]).includes(word);
}

const readers: Readonly<Record<Verb, (words: readonly string[], types: Types) => AlterStep>> = {
  add(words, types) {
    const [spec] = exactly(words, ['COLUMN-SPEC'], 'add');
    const { column, isKey } = readColumnSpec(spec);
    if (isKey) throw usageError('the key of a table cannot be changed; create another table');
    types.set(column.name, column.type);
    return { do: 'add', column };
  },
  rename(words, types) {
    const [from, to] = exactly(words, ['COLUMN', 'NEW-NAME'], 'rename');
    types.set(to, typeOf(types, from));
    types.delete(from);
    return { do: 'rename', column: from, to };
  },
  remove(words, types) {
    const [column] = exactly(words, ['COLUMN'], 'remove');
    typeOf(types, column);
    types.delete(column);
    return { do: 'remove', column };
  },
  retype(words, types) {
    const [column, to] = exactly(words, ['COLUMN', 'TYPE'], 'retype');
    typeOf(types, column);
    if (!isColumnType(to)) {
      throw usageError(
        `${JSON.stringify(to)} is no type${didYouMean(to, columnTypes)}; types: ${columnTypes.join(', ')}`,
      );
    }
    types.set(column, to);
    return { do: 'retype', column, to };
  },
  rules(words, types) {
    const [column = '', ...rules] = words;
    if (rules.length === 0) throw usageError('write rules COLUMN RULE…, such as rules salary min=0 required=false');
    const type = typeOf(types, column);
    return { do: 'rules', column, set: Object.fromEntries(rules.map((rule) => readRule(type, rule, column))) };
  },
};

function exactly<const Names extends readonly string[]>(
  words: readonly string[],
  names: Names,
  verb: Verb,
): { readonly [Index in keyof Names]: string } {
  if (words.length === names.length) return words as { readonly [Index in keyof Names]: string };
  throw usageError(
    `write ${[verb, ...names].join(' ')}; not ${[verb, ...words].join(' ')} (steps are separated by commas)`,
  );
}

function typeOf(types: Types, column: string): ColumnType {
  const type = types.get(column);
  if (type !== undefined) return type;
  const names = [...types.keys()];
  throw usageError(
    `there is no column ${JSON.stringify(column)}${didYouMean(column, names)}; there are ${names.join(', ')}`,
  );
}
