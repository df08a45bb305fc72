import type { Column, TableDefinition } from '../../../protocol/table.ts';
import { type Cell, type ColumnType, columnTypes } from '../../../protocol/values.ts';
import { didYouMean } from '../../../settings/nearest.ts';
import { readTypedText } from '../../typed-text.ts';
import { usageError } from '../cli-error.ts';

type Rules = Omit<Column, 'name' | 'type'>;
type RuleName = keyof Rules;

const flags = ['required', 'unique', 'sealed'] as const;
const valued = ['default', 'min', 'max', 'pattern', 'choices'] as const;
const words: readonly string[] = ['key', ...flags, ...valued.map((rule) => `${rule}=`), ...columnTypes];

/** A column as it was written, and whether it is to be the key. */
export interface ColumnSpec {
  readonly column: Column;
  readonly isKey: boolean;
}

/**
 * Reads `NAME[:TYPE][:RULE…]`, e.g. `salary:decimal:min=0` or `job:text:choices=engineer|designer`. The type is text
 * unless given. A `:` within a value belongs to it unless a rule's name follows. @throws CliError
 */
export function readColumnSpec(spec: string): ColumnSpec {
  const [name = '', ...parts] = splitSpec(spec);
  if (name === '') throw usageError(`${JSON.stringify(spec)} names no column; write NAME:TYPE, such as name:text`);
  const [first, ...others] = parts;
  const hasType = first !== undefined && isColumnType(first);
  const type: ColumnType = hasType ? first : 'text';
  const rules = (hasType ? others : parts).filter((part) => part !== 'key');
  return { column: { name, type, ...readRules(type, rules, spec) }, isKey: parts.includes('key') };
}

/** Reads the columns of a new table. @throws CliError that lists everything that is wrong */
export function readTableSpec(name: string, specs: readonly string[]): TableDefinition {
  const read = gather(specs, readColumnSpec);
  const keys = read.filter(({ isKey }) => isKey).map(({ column }) => column.name);
  if (keys.length > 1) throw usageError(`${keys.join(' and ')} are both keys; a table has one key column`);
  const [key] = keys;
  const columns = read.map(({ column }) => column);
  return key === undefined ? { name, columns } : { name, key, columns };
}

/** Reads them all, so that every wrong one is told at once. */
function gather<Value>(specs: readonly string[], read: (spec: string) => Value): Value[] {
  const problems: string[] = [];
  const values = specs.flatMap((spec) => {
    try {
      return [read(spec)];
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return [];
    }
  });
  if (problems.length > 0) throw usageError('the columns cannot be used; nothing was sent', problems);
  return values;
}

/** @param parts rules without the name and the type of the column @throws CliError */
function readRules(type: ColumnType, parts: readonly string[], where: string): Rules {
  const rules: Record<string, unknown> = {};
  for (const part of parts) {
    const [name, value] = readRule(type, part, where);
    if (value !== null) rules[name] = value;
  }
  return rules as Rules;
}

/** A rule and its value, null where it is to be taken away: `min=`, `required=false`. @throws CliError */
export function readRule(type: ColumnType, part: string, where: string): readonly [RuleName, Rules[RuleName] | null] {
  const at = part.indexOf('=');
  const name = at < 0 ? part : part.slice(0, at);
  const value = at < 0 ? undefined : part.slice(at + 1);
  if (isOneOf(flags, name)) return [name, readFlag(name, value, where)];
  if (!isOneOf(valued, name)) throw unknownRule(part, where);
  if (value === undefined) throw usageError(`${where}: ${name} needs a value; write ${name}=…`);
  return [name, value === '' ? null : readValue({ name, type, value, where })];
}

function readFlag(name: string, value: string | undefined, where: string): true | null {
  if (value === undefined || value === 'true') return true;
  if (value === '' || value === 'false') return null;
  throw usageError(`${where}: ${name}=${value}; write ${name} or ${name}=false`);
}

interface RuleValue {
  readonly name: (typeof valued)[number];
  readonly type: ColumnType;
  readonly value: string;
  readonly where: string;
}

function readValue({ name, type, value, where }: RuleValue): Cell | Cell[] {
  switch (name) {
    case 'pattern':
      return value;
    case 'choices':
      return value.split('|').map((choice) => readCell(type, choice, `${where}: choices`));
    case 'default':
      return readCell(type, value, `${where}: default`);
    case 'min':
    case 'max':
      // Of a text its characters are counted.
      return readCell(type === 'text' ? 'integer' : type, value, `${where}: ${name}`);
    default:
      return name satisfies never;
  }
}

function readCell(type: ColumnType, text: string, where: string): Cell {
  const read = readTypedText(type, text);
  if ('problem' in read) throw usageError(`${where}: ${read.problem}`);
  return read.cell;
}

function unknownRule(part: string, where: string): Error {
  const near = didYouMean(part.replace(/=.*$/s, '='), words) || didYouMean(part, words);
  return usageError(
    `${where}: ${JSON.stringify(part)} is neither a type nor a rule${near}; types: ${columnTypes.join(', ')}; ` +
      'rules: key, required, unique, sealed, default=…, min=…, max=…, pattern=…, choices=a|b',
  );
}

/** Splits at `:`, but not within a value such as `default=2026-01-01T00:00:00Z`. */
function splitSpec(spec: string): string[] {
  const parts: string[] = [];
  for (const piece of spec.split(':')) {
    const last = parts.at(-1);
    if (last !== undefined && parts.length > 1 && last.includes('=') && !isRule(piece)) {
      parts[parts.length - 1] = `${last}:${piece}`;
    } else {
      parts.push(piece);
    }
  }
  return parts;
}

function isRule(piece: string): boolean {
  return piece === 'key' || isOneOf(flags, piece) || valued.some((rule) => piece.startsWith(`${rule}=`));
}

export function isColumnType(word: string): word is ColumnType {
  return isOneOf(columnTypes, word);
}

function isOneOf<const Words extends readonly string[]>(known: Words, word: string): word is Words[number] {
  return known.includes(word);
}
