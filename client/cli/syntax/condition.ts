import type { Condition, Filter, Operator } from '../../../protocol/filter.ts';
import { filterProblem } from '../../../protocol/filter.ts';
import type { Sort } from '../../../protocol/queries.ts';
import { type Column, findColumn, type TableDefinition } from '../../../protocol/table.ts';
import type { Cell } from '../../../protocol/values.ts';
import { readTypedText } from '../../typed-text.ts';
import { usageError } from '../cli-error.ts';
import { splitAtColumn, unknownColumn } from './column-names.ts';

const operators: Readonly<Record<string, Operator>> = {
  '=': 'eq',
  '==': 'eq',
  '!=': 'ne',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};
const sign = /\s*(?:==|=|!=|<>|<=|>=|<|>)\s*|\s+in\s+/;

/**
 * Reads conditions that all hold: `salary>=1000`, `job = engineer`, `job in engineer|designer`, `note=` (empty),
 * `note!=` (filled). @throws CliError that lists every wrong one
 */
export function readFilter(definition: TableDefinition, texts: readonly string[]): Filter {
  const problems: string[] = [];
  const filter = texts.flatMap((text) => {
    const read = readCondition(definition, text);
    if ('problem' in read) problems.push(`${text}: ${read.problem}`);
    return 'problem' in read ? [] : [read.condition];
  });
  const misfit = problems.length > 0 ? undefined : filterProblem(definition, filter);
  if (misfit !== undefined) problems.push(misfit);
  if (problems.length > 0) throw usageError('the condition cannot be used', problems);
  return filter;
}

function readCondition(
  definition: TableDefinition,
  text: string,
): { readonly condition: Condition } | { readonly problem: string } {
  const split = splitCondition(definition, text);
  if (split === undefined) {
    const [, name] = /^\s*(.*?)\s*(?:[=!<>]|\sin\s)/.exec(text) ?? [];
    if (name !== undefined && name !== '') return { problem: unknownColumn(definition, name) };
    return { problem: 'write COLUMN OPERATOR VALUE with = != < <= > >= or in, such as salary>=1000 or job in a|b' };
  }
  return split.separator.trim() === 'in'
    ? readIn(split.column, split.rest)
    : readComparison(split.column, split.separator.trim(), split.rest);
}

/** The first operator wins: values may hold others, and names hardly do. */
function splitCondition(definition: TableDefinition, text: string): ReturnType<typeof splitAtColumn> {
  const first = sign.exec(text);
  if (first === null) return undefined;
  const column = findColumn(definition, text.slice(0, first.index).trim());
  if (column === undefined) return splitAtColumn(definition, text, sign);
  return { column, separator: first[0], rest: text.slice(first.index + first[0].length) };
}

function readIn(column: Column, rest: string): { condition: Condition } | { problem: string } {
  const value: Cell[] = [];
  for (const word of rest.trim().split('|')) {
    const read = readTypedText(column.type, word.trim());
    if ('problem' in read) return read;
    value.push(read.cell);
  }
  return { condition: { column: column.name, is: 'in', value } };
}

function readComparison(column: Column, written: string, rest: string): { condition: Condition } | { problem: string } {
  const is = operators[written] ?? 'eq';
  const text = rest.trim();
  if (text === '') {
    if (is === 'eq' || is === 'ne') return { condition: { column: column.name, is, value: null } };
    return { problem: `a value is missing behind ${written}` };
  }
  const read = readTypedText(column.type, text);
  return 'problem' in read ? read : { condition: { column: column.name, is, value: read.cell } };
}

/** Reads `salary:desc,name`. @throws CliError */
export function readSort(definition: TableDefinition, text: string): Sort {
  return text.split(',').map((part) => {
    const [, name = '', order] = /^\s*(.*?)\s*(?::(asc|desc))?\s*$/.exec(part) ?? [];
    if (findColumn(definition, name) === undefined) {
      throw usageError(
        `--sort ${text}: ${unknownColumn(definition, name)}`,
        undefined,
        'write COLUMN or COLUMN:desc, separated by commas',
      );
    }
    return order === 'desc' ? { column: name, descending: true } : { column: name };
  });
}
