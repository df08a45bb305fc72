import { usageError } from '../cli-error.ts';

/** What of a line is a word, as far as it was written. */
export interface OpenWord {
  readonly text: string;
  /** Where it begins in the line. */
  readonly start: number;
}

type Quote = '"' | "'";

/** The words of a line as a shell reads them: spaces separate, `'…'`, `"…"` and `\` keep them. @throws CliError */
export function splitWords(line: string): string[] {
  const { words, quote } = scan(line);
  if (quote !== undefined) throw usageError(`a ${quote} is not closed; end the text with another ${quote}`);
  return words.map(({ text }) => text);
}

/** The same for a line that is still being typed: its last word may be open, and is empty behind a space. */
export function splitOpenLine(line: string): { readonly words: readonly string[]; readonly last: OpenWord } {
  const { words, quote, isInWord } = scan(line);
  const last = isInWord || quote !== undefined ? words.pop() : undefined;
  return { words: words.map(({ text }) => text), last: last ?? { text: '', start: line.length } };
}

/** A word that reads back as this text, here and in the shells of other systems. */
export function quoteWord(text: string): string {
  if (/^[\p{L}\p{N}_.,:=@%+/-]+$/u.test(text)) return text;
  return text.includes("'") ? `"${text.replace(/["\\]/g, '\\$&')}"` : `'${text}'`;
}

interface Scan {
  readonly words: OpenWord[];
  readonly quote: Quote | undefined;
  readonly isInWord: boolean;
}

function scan(line: string): Scan {
  const words: { text: string; start: number }[] = [];
  let word: { text: string; start: number } | undefined;
  let quote: Quote | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (quote === undefined && /\s/.test(letter)) {
      word = undefined;
      continue;
    }
    if (word === undefined) {
      word = { text: '', start: at };
      words.push(word);
    }
    if (letter === quote) {
      quote = undefined;
    } else if (quote === undefined && (letter === '"' || letter === "'")) {
      quote = letter;
    } else if (letter === '\\' && quote !== "'" && at + 1 < line.length) {
      at += 1;
      word.text += unescaped(line.charAt(at), quote);
    } else {
      word.text += letter;
    }
  }
  return { words, quote, isInWord: word !== undefined };
}

/** Within double quotes a backslash keeps itself, but before a quote or another one. */
function unescaped(letter: string, quote: Quote | undefined): string {
  return quote === undefined || letter === '"' || letter === '\\' ? letter : `\\${letter}`;
}
