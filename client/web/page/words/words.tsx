import type { Sentence } from './sentence.ts';
import classes from './words.module.css';

/** A sentence, each word in the colour of what it stands for. */
export function Words({ sentence }: { readonly sentence: Sentence }) {
  return sentence.map(({ text, tone, whole }, index) =>
    tone === 'plain' && whole === undefined ? (
      text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a sentence is shown as a whole and its words never move
      <span key={index} className={classes[tone]} title={whole}>
        {text}
      </span>
    ),
  );
}
