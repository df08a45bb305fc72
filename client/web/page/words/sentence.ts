import { shownText } from '../../../../protocol/shown-text.ts';

/** What a word of a sentence stands for, and so how it looks. */
type Tone = 'plain' | 'quiet' | 'strong' | 'entered' | 'changed' | 'left' | 'was' | 'is';

export interface Word {
  readonly text: string;
  readonly tone: Tone;
  /** The whole of it, to the letter, where the text is another form. */
  readonly whole?: string;
}

/** A line for people, as words that each know what they stand for. The spaces stand in the words. */
export type Sentence = readonly Word[];

/** Characters of one foreign text within a sentence; the whole of it stands elsewhere. */
const foreignLengthMax = 80;

export function word(text: string, tone: Tone = 'plain'): Word {
  return { text, tone };
}

/** A text that somebody wrote, on one line and without what could deceive. */
export function foreign(text: string, tone: Tone = 'plain', lengthMax = foreignLengthMax): Word {
  return { text: shownText(text, { widthMax: lengthMax }), tone };
}

export function sentenceText(sentence: Sentence): string {
  return sentence.map(({ text }) => text).join('');
}

/** The parts with something between each two. */
export function joined(parts: readonly Sentence[], between = ', '): Sentence {
  return parts.flatMap((part, index) => (index === 0 ? part : [word(between, 'quiet'), ...part]));
}

/** `1,240`. */
export function amount(number: number): string {
  return number.toLocaleString('en');
}

/** `1 row`, `1,240 rows`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${amount(number)} ${number === 1 ? noun : plural}`;
}
