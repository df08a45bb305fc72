/** The verbs whose first argument is a table. */
export const tableVerbs: ReadonlySet<string> = new Set([
  'alter',
  'delete',
  'drop',
  'erase',
  'export',
  'get',
  'history',
  'insert',
  'list',
  'search',
  'tables',
  'update',
  'upsert',
  'use',
  'watch',
]);

/** These mean something without a table too: all of them. */
const optional: ReadonlySet<string> = new Set(['tables', 'use']);

export interface CurrentTable {
  readonly table: string | undefined;
  readonly isTable: (name: string) => Promise<boolean>;
}

/** Puts the table in use where a line leaves its table out. What names a table is taken for one. */
export async function withTable(
  words: readonly string[],
  { table, isTable }: CurrentTable,
): Promise<readonly string[]> {
  const [verb = '', first, ...rest] = words;
  if (table === undefined || !tableVerbs.has(verb) || optional.has(verb)) return words;
  if (words.includes('--help') || words.includes('-h')) return words;
  if (first === undefined || first.startsWith('-')) return [verb, table, ...words.slice(1)];
  return (await isTable(first)) ? words : [verb, table, first, ...rest];
}
