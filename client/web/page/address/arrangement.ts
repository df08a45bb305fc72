/** A column by which rows are sorted. */
export interface SortedBy {
  readonly column: string;
  readonly descending: boolean;
}

/** A condition that the cells of a column have to meet: all of them hold, or, of one column, one of two. */
export interface ColumnCondition {
  readonly column: string;
  /** What is compared, as `contains` or `least`; see table/cells/conditions.ts. */
  readonly is: string;
  /** None, one, or the two ends of a range. */
  readonly values: readonly string[];
  /** Whether it holds in place of the one ahead of it, of the same column. */
  readonly isOr: boolean;
}

/** Which rows of a table are shown, and in which order: `sort=-salary&where.job=contains:engineer&where.salary=between:10..20`. */
export interface Arrangement {
  readonly sort: readonly SortedBy[];
  readonly where: readonly ColumnCondition[];
}

/** What is read of an address that somebody may have made by hand. */
const partsMax = 100;
const wherePrefix = 'where.';

/** What is not written so is passed over. */
export function readArrangement(parameters: URLSearchParams): Arrangement {
  const where = [...parameters].slice(0, partsMax).flatMap(([name, text]) => readCondition(name, text) ?? []);
  const sort = parameters.getAll('sort').slice(0, partsMax).filter(Boolean).map(readSorted);
  return { sort, where };
}

export function writeArrangement(parameters: URLSearchParams, { sort, where }: Arrangement): void {
  for (const sorted of sort) parameters.append('sort', sortedText(sorted));
  for (const { column, is, values, isOr } of where) {
    const text = [...(isOr ? ['or'] : []), is, ...(values.length === 0 ? [] : [values.join('..')])].join(':');
    parameters.append(`${wherePrefix}${column}`, text);
  }
}

function readSorted(text: string): SortedBy {
  const descending = text.startsWith('-');
  return { column: /^[-+]/.test(text) ? text.slice(1) : text, descending };
}

/** A name may begin as a sign does: then it has one of its own. */
function sortedText({ column, descending }: SortedBy): string {
  if (descending) return `-${column}`;
  return /^[-+]/.test(column) ? `+${column}` : column;
}

function readCondition(name: string, text: string): ColumnCondition | undefined {
  const [, or, is, value] = /^(or:)?([a-zA-Z]+)(?::(.*))?$/s.exec(text) ?? [];
  if (!name.startsWith(wherePrefix) || is === undefined) return undefined;
  const values = value === undefined ? [] : is === 'between' ? value.split('..') : [value];
  return { column: name.slice(wherePrefix.length), is, values, isOr: or !== undefined };
}
