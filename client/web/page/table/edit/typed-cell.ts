import { JsonError, parseJson } from '../../../../../protocol/json.ts';
import { type Cell, type ColumnType, cellFromText } from '../../../../../protocol/values.ts';

/** What somebody has typed or pasted, as a cell; or why it can be none. */
type TypedCell = { readonly cell: Cell } | { readonly problem: string };

/**
 * The cell that a text stands for in a column of this type. What it is not sure about it leaves as it was typed, for the
 * server to refuse with its own words; only json is refused here, since there any text would be a value.
 */
export function typedCell(type: ColumnType, text: string): TypedCell {
  if (text === '') return { cell: null };
  if (type === 'text') return { cell: text };
  const typed = text.trim();
  if (typed === '') return { cell: null };
  if (type === 'json') return parsed(typed);
  return { cell: cellFromText(type, typed) ?? lenient[type](typed) ?? text };
}

const nothing = (): undefined => undefined;

/** Other forms in which people and spreadsheets write a value that it stands for without doubt. */
const lenient: Record<Exclude<ColumnType, 'text' | 'json'>, (text: string) => Cell | undefined> = {
  integer: nothing,
  decimal: nothing,
  date: nothing,
  number: (text) => {
    const value = parsed(text);
    return 'cell' in value && typeof value.cell === 'number' ? value.cell : undefined;
  },
  boolean: (text) => (/^(true|yes)$/i.test(text) ? true : /^(false|no)$/i.test(text) ? false : undefined),
  timestamp: localTimestamp,
};

function parsed(text: string): TypedCell {
  try {
    return { cell: parseJson(text) };
  } catch (error) {
    if (error instanceof JsonError) return { problem: error.message };
    throw error;
  }
}

/** A time of the reader's clock, as the grid shows it, with the offset that the clock has then. */
function localTimestamp(text: string): string | undefined {
  const [, day, clock, seconds = ':00', fraction = ''] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.\d{1,6})?$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const minutes = -new Date(`${day}T${clock}${seconds}`).getTimezoneOffset();
  if (Number.isNaN(minutes)) return undefined;
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const offset = `${minutes < 0 ? '-' : '+'}${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  return `${day}T${clock}${seconds}${fraction}${offset}`;
}
