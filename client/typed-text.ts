import { JsonError, parseJson } from '../protocol/json.ts';
import { type Cell, type ColumnType, cellFormText, cellFromText, cellProblem } from '../protocol/values.ts';

export type Read = { readonly cell: Cell } | { readonly problem: string };

/**
 * The cell that a word of the command line stands for in a column of this type. Nothing is normalised: what has no
 * exact form is refused, with the form to write instead where that can be guessed.
 */
export function readTypedText(type: ColumnType, text: string): Read {
  const cell = cellFromText(type, text);
  if (cell !== undefined) return { cell };
  const hint = hints[type](text);
  const advice = hint === undefined ? '' : `; write ${hint}`;
  return { problem: `${JSON.stringify(text)} ${reason(type, text)}${advice}` };
}

/** Why, without the words for programs that follow a semicolon in the protocol's messages. */
function reason(type: ColumnType, text: string): string {
  if (type === 'json') return jsonReason(text);
  if (type === 'number' && Number.isFinite(Number(text)) && text.trim() !== '') {
    return 'is not the shortest form of a number, and would come back otherwise than it was written';
  }
  const problem = cellProblem(type, type === 'boolean' ? [text] : text) ?? 'cannot be kept as it is written';
  return problem.split(';')[0] ?? problem;
}

function jsonReason(text: string): string {
  try {
    parseJson(text);
    return 'is JSON, but not in its shortest form';
  } catch (error) {
    return error instanceof JsonError ? `is refused: ${error.message}` : 'is not JSON';
  }
}

/** What was probably meant. */
const hints: Readonly<Record<ColumnType, (text: string) => string | undefined>> = {
  text: () => undefined,
  integer: (text) => wholeNumber(text) ?? 'digits only, such as 42',
  number: (text) => shortestNumber(text) ?? 'a number with a point, such as 1.5',
  decimal: (text) => plainDecimal(text) ?? 'digits with a point, such as 1000.00',
  boolean: (text) => truth(text),
  date: (text) => isoDate(text) ?? 'YYYY-MM-DD',
  timestamp: (text) => isoTimestamp(text) ?? 'YYYY-MM-DDThh:mm:ssZ',
  json: (text) => shortestJson(text),
};

function wholeNumber(text: string): string | undefined {
  return firstRight('integer', [plainDigits(text), plainDigits(text).replace(/\.0+$/, '')]);
}

function shortestNumber(text: string): string | undefined {
  const digits = plainDigits(text);
  if (digits === '' || !Number.isFinite(Number(digits))) return undefined;
  const shortest = String(Number(digits) + 0);
  const isLossy = digits.replace(/\D/g, '').replace(/^0+/, '').length > 17;
  return isLossy
    ? `${shortest}, which is all that a number column holds of it (decimal columns hold it all)`
    : shortest;
}

function plainDecimal(text: string): string | undefined {
  const digits = plainDigits(text);
  return firstRight('decimal', [digits, digits.replace(/\.$/, ''), digits.replace(/^(-?)\./, '$10.')]);
}

/** Without the plus, the spaces, underscores, thousands' commas and leading zeros that people write. */
function plainDigits(text: string): string {
  const bare = text
    .trim()
    .replace(/^\+/, '')
    .replace(/[_\s']/g, '');
  const commas = /^-?\d{1,3}(,\d{3})+(\.\d*)?$/.test(bare) ? bare.replaceAll(',', '') : bare.replace(',', '.');
  return commas.replace(/^(-?)0+(?=\d)/, '$1');
}

function firstRight(type: ColumnType, candidates: readonly string[]): string | undefined {
  return candidates.find((candidate) => cellFromText(type, candidate) !== undefined);
}

const yes: ReadonlySet<string> = new Set(['true', 'yes', 'y', 'on', '1']);
const no: ReadonlySet<string> = new Set(['false', 'no', 'n', 'off', '0']);

function truth(text: string): string {
  const word = text.trim().toLowerCase();
  if (yes.has(word)) return 'true';
  return no.has(word) ? 'false' : 'true or false';
}

function isoDate(text: string): string | undefined {
  const [, year = '', month = '', day = ''] = /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\s*$/.exec(text) ?? [];
  return firstRight('date', [`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`]);
}

function isoTimestamp(text: string): string | undefined {
  const joined = text.trim().replace(' ', 'T').replace(/z$/, 'Z');
  const found = firstRight('timestamp', [joined, `${joined}Z`, `${joined}:00Z`, `${joined}T00:00:00Z`]);
  return found === undefined
    ? undefined
    : `${found}${found.endsWith('Z') && !joined.endsWith('Z') ? ' (or another zone, such as +02:00)' : ''}`;
}

function shortestJson(text: string): string | undefined {
  try {
    return cellFormText('json', parseJson(text));
  } catch {
    return firstRight('json', [JSON.stringify(text)]);
  }
}
