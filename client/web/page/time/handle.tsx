import type { KeyboardEvent } from 'react';
import classes from './timeline.module.css';

interface Props {
  readonly label: string;
  readonly kind: 'now' | 'past' | 'since';
  readonly fraction: number;
  readonly seq: number;
  readonly head: number;
  /** The moment in words. */
  readonly text: string;
  readonly onKey: (key: string) => boolean;
}

/** A moment on the curve, to be dragged or moved by keys. */
export function Handle({ label, kind, fraction, seq, head, text, onKey }: Props) {
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || !onKey(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={head}
      aria-valuenow={Math.min(seq, head)}
      aria-valuetext={text}
      className={classes.handle}
      data-kind={kind}
      data-handle={kind === 'since' ? 'since' : 'at'}
      style={{ left: `${fraction * 100}%` }}
      onKeyDown={press}
    />
  );
}
