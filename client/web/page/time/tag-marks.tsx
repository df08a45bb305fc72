import type { Tag } from '../../../../protocol/replies.ts';
import { seqWords } from '../words/points.ts';
import { type Axis, fractionOf } from './axis.ts';
import classes from './timeline.module.css';
import { travel } from './travel.ts';

/** Pixels that a name needs beside the next one. */
const namePixels = 84;
/** Pixels of a letter, and of what is around a name. */
const [letterPixels, edgePixels] = [7, 10];

interface Props {
  readonly axis: Axis;
  readonly tags: readonly Tag[];
  readonly width: number;
}

/** The tags on the curve. Their names are in the field too: by keyboard they are reached there. */
export function TagMarks({ axis, tags, width }: Props) {
  const placed = tags
    .map((tag) => ({ tag, fraction: fractionOf(axis, tag.seq) }))
    .sort((a, b) => a.fraction - b.fraction);
  return placed.map(({ tag: { name, seq }, fraction }, index) => {
    // Where there is no room to the right of its place, a name stands before it.
    const isLeft = (1 - fraction) * width < name.length * letterPixels + edgePixels;
    const neighbour = placed[isLeft ? index - 1 : index + 1]?.fraction;
    const isCrowded = neighbour !== undefined && Math.abs(neighbour - fraction) * width < namePixels;
    return (
      <button
        key={name}
        type="button"
        tabIndex={-1}
        className={classes.tag}
        data-crowded={isCrowded}
        data-side={isLeft ? 'left' : 'right'}
        style={isLeft ? { right: `${(1 - fraction) * 100}%` } : { left: `${fraction * 100}%` }}
        title={`tag ${name}, ${seqWords(seq)}`}
        aria-label={`go to tag ${name}`}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={() => travel(name)}
      >
        {name}
      </button>
    );
  });
}
