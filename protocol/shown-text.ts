/**
 * Text of cells is written by strangers: control characters move a cursor and set a window's title, bidi and invisible
 * ones make one value look like another (RELIABILITY W7). Neither a terminal nor the page shows any of them raw.
 *
 * Cc control, Cf format (bidi, zero width, tags), Co private use, Cs lone surrogates, Zl and Zp line separators.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Whether a text holds a character that {@link shownLetter} spells out. */
export function hasHidden(text: string): boolean {
  return hidden.test(text);
}

/** A character as it may be shown, spelled out as an escape when it is one of those that are not seen. */
export function shownLetter(letter: string): { readonly text: string; readonly escaped: boolean } {
  if (!hidden.test(letter)) return { text: letter, escaped: false };
  return { text: named[letter] ?? escapeOf(letter), escaped: true };
}

/** A text as it may be shown, on one line. */
export function shownPlain(text: string): string {
  if (!hidden.test(text)) return text;
  let shown = '';
  for (const letter of text) shown += shownLetter(letter).text;
  return shown;
}

function escapeOf(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
