import { type Column, findColumn, type TableDefinition } from '../../../protocol/table.ts';
import { didYouMean } from '../../../settings/nearest.ts';

/** That a table has no such column, with the one that was probably meant. */
export function unknownColumn(definition: TableDefinition, name: string): string {
  const names = definition.columns.map((column) => column.name);
  const known = names.length === 0 ? 'it has none yet' : `it has ${names.join(', ')}`;
  return `table ${definition.name} has no column ${JSON.stringify(name)}${didYouMean(name, names)}; ${known}`;
}

/**
 * Splits `NAME<separator>REST` where names may hold the separator themselves: the longest known column wins.
 * Undefined when no column of the table stands in front of a separator.
 */
export function splitAtColumn(
  definition: TableDefinition,
  text: string,
  separator: RegExp,
): { readonly column: Column; readonly separator: string; readonly rest: string } | undefined {
  const all = new RegExp(separator, `${separator.flags.replace('g', '')}g`);
  for (const match of [...text.matchAll(all)].reverse()) {
    const column = findColumn(definition, text.slice(0, match.index).trim());
    if (column !== undefined) return { column, separator: match[0], rest: text.slice(match.index + match[0].length) };
  }
  return undefined;
}
