/**
 * Text of cells is written by strangers: control characters move the cursor and set the window's title, bidi and
 * invisible ones make one value look like another (RELIABILITY W7). None of them reaches a terminal or the page raw.
 *
 * Cc control, Cf format (bidi, zero width, tags), Co private use, Cs lone surrogates, Zl and Zp line separators.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const zeroWidth = /\p{M}/u;
const doubleWidth =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;

export interface ShownTextOptions {
  /** Columns of the terminal; what is longer ends with `…`. */
  readonly widthMax?: number | undefined;
  /** Marks an escape, so that it is told from the same letters typed by someone. */
  readonly mark?: ((hidden: string) => string) | undefined;
}

interface Piece {
  readonly text: string;
  readonly width: number;
  readonly escaped: boolean;
}

/** A text as it may be shown on a terminal or the page, on one line. */
export function shownText(text: string, { widthMax = Number.POSITIVE_INFINITY, mark }: ShownTextOptions = {}): string {
  // Most texts have nothing to spell out, and a grid shows thousands.
  if (widthMax === Number.POSITIVE_INFINITY && !hidden.test(text)) return text;
  const kept: Piece[] = [];
  let width = 0;
  for (const piece of piecesOf(text)) {
    kept.push(piece);
    width += piece.width;
    if (width > widthMax) return `${join(shorten(kept, widthMax - 1), mark)}…`;
  }
  return join(kept, mark);
}

/** Columns of the terminal that a text takes when it is shown. */
export function shownWidth(text: string): number {
  let width = 0;
  for (const piece of piecesOf(text)) width += piece.width;
  return width;
}

function* piecesOf(text: string): Generator<Piece> {
  for (const letter of text) {
    if (hidden.test(letter)) {
      const spelled = named[letter] ?? escapeOf(letter);
      yield { text: spelled, width: spelled.length, escaped: true };
    } else {
      yield { text: letter, width: widthOf(letter), escaped: false };
    }
  }
}

function escapeOf(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

function widthOf(letter: string): number {
  if (letter < '\u0300') return 1;
  if (zeroWidth.test(letter)) return 0;
  return doubleWidth.test(letter) ? 2 : 1;
}

function shorten(pieces: Piece[], widthMax: number): Piece[] {
  let width = pieces.reduce((sum, piece) => sum + piece.width, 0);
  while (width > widthMax && pieces.length > 0) width -= pieces.pop()?.width ?? 0;
  return pieces;
}

function join(pieces: readonly Piece[], mark: ((hidden: string) => string) | undefined): string {
  return pieces.map(({ text, escaped }) => (escaped && mark !== undefined ? mark(text) : text)).join('');
}
