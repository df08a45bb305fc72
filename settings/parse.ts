import * as ini from 'ini';
import type { Problem } from './problem.ts';

/** One `key = value` line. `value` is the text that was written, quotes removed. */
export type Entry = { readonly value: string; readonly line: number };

export type Section = { readonly line: number; readonly entries: Map<string, Entry> };

export type Parsed = { readonly sections: Map<string, Section>; readonly problems: Problem[] };

const SECTION_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const KEY_NAME = /^[A-Za-z0-9_.@-]+$/;
const POLLUTING_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

type State = Parsed & { name: string | undefined; section: Section | undefined };

/**
 * Reads the text of a settings file. Pure; never throws: what is wrong stands in `problems` with its line.
 *
 * The `ini` package changes values without a word: it cuts at `;` and `#`, unescapes backslashes, merges
 * duplicates, nests `[a.b]`, drops `__proto__` and takes a line without `=` for `true`. So the lines are read
 * here as well, strictly, and a value counts only when both readings agree.
 */
export function parseSettings(text: string): Parsed {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const state: State = { sections: new Map(), problems: [], name: undefined, section: undefined };
  for (const [index, line] of body.split(/\r\n|\n|\r/).entries()) readLine(state, line, index + 1);
  // A refused line (a duplicate, say) differs by nature: comparing would add noise to a file that is refused anyway.
  if (state.problems.length === 0) compareWithIni(state, ini.parse(body));
  return { sections: state.sections, problems: state.problems };
}

function readLine(state: State, line: string, number: number): void {
  const text = line.trim();
  if (text === '' || text.startsWith(';') || text.startsWith('#')) return;
  if (text.startsWith('[')) readHeader(state, line, number);
  else readEntry(state, text, number);
}

function readHeader(state: State, line: string, number: number): void {
  const name = /^\[([^\]]*)\]\s*$/.exec(line)?.[1];
  // What follows belongs to a section that was refused: read it, so that its own errors show, but file it nowhere.
  state.section = { line: number, entries: new Map() };
  state.name = name;
  const refused = name === undefined ? headerIsMalformed : refuseSection(state, name);
  if (refused !== undefined) {
    state.problems.push({ line: number, message: refused });
    return;
  }
  if (name !== undefined) state.sections.set(name, state.section);
}

const headerIsMalformed =
  'this is not a section line; write "[name]" at the start of the line and nothing after it, comments on a line of their own';

function refuseSection(state: State, name: string): string | undefined {
  if (name.includes('.')) return `sections do not nest; write "[${name.split('.')[0]}]" without a dot`;
  if (POLLUTING_NAMES.has(name) || !SECTION_NAME.test(name)) return `"[${name}]" is not a section name; remove it`;
  const first = state.sections.get(name);
  if (first !== undefined) return `section [${name}] stands twice (first on line ${first.line}); write it once`;
  return undefined;
}

function readEntry(state: State, text: string, line: number): void {
  const at = text.indexOf('=');
  const key = (at < 0 ? text : text.slice(0, at)).trim();
  const value = at < 0 ? undefined : readValue(text.slice(at + 1).trim());
  const problem = refuseKey(state, key) ?? refuseValue(value);
  const shown = KEY_NAME.test(key) ? key : undefined;
  if (problem !== undefined) {
    state.problems.push({ line, section: state.name, key: shown, message: problem });
  } else if (typeof value === 'string') {
    state.section?.entries.set(key, { value, line });
  }
}

function refuseKey(state: State, key: string): string | undefined {
  if (state.section === undefined) return 'this line stands before any section; write a line like "[server]" above it';
  if (key.endsWith('[]')) return 'lists with "[]" are not read; write one line, values separated by commas';
  if (POLLUTING_NAMES.has(key)) return 'is not allowed as a name; write another one';
  if (!KEY_NAME.test(key)) return 'this is not "key = value" (a key has letters, digits and . _ - @, without quotes)';
  const first = state.section.entries.get(key);
  if (first !== undefined) return `stands twice in this section (first on line ${first.line}); write it once`;
  return undefined;
}

type Refused = { readonly refused: string };

function refuseValue(value: string | Refused | undefined): string | undefined {
  if (value === undefined) return 'has no value; write "key = value"';
  return typeof value === 'string' ? undefined : value.refused;
}

function readValue(raw: string): string | Refused {
  if (raw.startsWith('"')) return readQuoted(raw);
  if (raw.startsWith("'")) return { refused: 'single quotes are not read; write it in double quotes' };
  if (/[;#]/.test(raw)) {
    return {
      refused:
        'has ";" or "#", where an unquoted value would be cut off; write it in double quotes (comments stand on a line of their own)',
    };
  }
  if (raw.includes('\\'))
    return { refused: 'has a backslash; write it in double quotes, with "\\\\" for each backslash' };
  if (/["'\p{Cc}\u2028\u2029]/u.test(raw.replaceAll('\t', ' '))) {
    return { refused: 'has a quote or a control character; write it in double quotes' };
  }
  return raw;
}

function readQuoted(raw: string): string | Refused {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'string') return value;
  } catch {
    // Falls through to the one message for everything that is not a JSON string.
  }
  return {
    refused:
      'is not one text in double quotes; end it with a double quote and nothing after it, with \\" and \\\\ inside',
  };
}

/** An entry that the `ini` package reads otherwise is an error: nothing is ever changed silently. */
function compareWithIni(state: State, read: Readonly<Record<string, unknown>>): void {
  for (const [name, section] of state.sections) {
    const other = read[name];
    for (const [key, entry] of section.entries) {
      if (isRecord(other) && String(other[key]) === entry.value) continue;
      state.problems.push({
        line: entry.line,
        section: name,
        key,
        message: 'is not read as written; write it in double quotes',
      });
    }
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
