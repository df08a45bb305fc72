import { useElementSize, useMergedRef } from '@mantine/hooks';
import { type PointerEvent, useRef } from 'react';
import type { Tag } from '../../../../protocol/replies.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { whenWords } from '../words/points.ts';
import { type Axis, fractionAt, fractionOf, placeAt } from './axis.ts';
import { Curve } from './curve.tsx';
import { Handle } from './handle.tsx';
import { keyed } from './keys.ts';
import { TagMarks } from './tag-marks.tsx';
import { useTime } from './time-state.ts';
import classes from './timeline.module.css';
import { cursorOf, drag, drop } from './travel.ts';
import { useWhen, type When } from './use-when.ts';

/** Pixels from the right end that count as the present. */
const nowPixels = 8;

interface Props {
  readonly axis: Axis;
  readonly tags: readonly Tag[];
}

/** The past of the ledger as a curve, with a handle at the moment that is shown, and one at what it is compared with. */
export function Timeline({ axis, tags }: Props) {
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>();
  const place = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(sizeRef, place);
  const head = useLedger((state) => state.head);
  const at = useWhen('at');
  const since = useWhen('since');
  const dragged = useTime((state) => state.dragged);
  const fractionFor = (handle: 'at' | 'since', when: When): number => {
    if (when.at === undefined) return 1;
    if (dragged?.handle === handle && dragged.cursor === when.at) return fractionAt(axis, dragged.ms);
    return fractionOf(axis, when.seq ?? axis.from);
  };
  const atFraction = fractionFor('at', at);
  const sinceFraction = since.at === undefined ? undefined : fractionFor('since', since);

  const moveTo = (handle: 'at' | 'since', clientX: number): void => {
    const box = place.current?.getBoundingClientRect();
    if (box === undefined) return;
    const fraction = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
    const isNow = handle === 'at' && (1 - fraction) * box.width < nowPixels;
    const { seq, ms } = placeAt(axis, fraction);
    drag({ handle, cursor: isNow ? undefined : cursorOf(seq), ms });
  };
  const press = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    const named = (event.target as HTMLElement).dataset.handle;
    const handle = named === 'since' ? 'since' : 'at';
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.dataset.dragging = handle;
    event.currentTarget.querySelector<HTMLElement>(`[data-handle="${handle}"]`)?.focus({ preventScroll: true });
    if (named === undefined) moveTo(handle, event.clientX);
  };
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const { dragging } = event.currentTarget.dataset;
    if (dragging !== undefined) moveTo(dragging === 'since' ? 'since' : 'at', event.clientX);
  };
  const release = (event: PointerEvent<HTMLDivElement>): void => {
    delete event.currentTarget.dataset.dragging;
    drop();
  };
  return (
    <div
      ref={ref}
      className={classes.timeline}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
      onLostPointerCapture={release}
    >
      <Curve axis={axis} />
      {sinceFraction !== undefined && (
        <div
          className={classes.between}
          style={{
            left: `${Math.min(atFraction, sinceFraction) * 100}%`,
            width: `${Math.abs(atFraction - sinceFraction) * 100}%`,
          }}
        />
      )}
      <div className={classes.future} style={{ left: `${atFraction * 100}%` }} />
      <TagMarks axis={axis} tags={tags} width={width} />
      {sinceFraction !== undefined && (
        <Handle
          label="compared with"
          kind="since"
          fraction={sinceFraction}
          seq={since.seq ?? 0}
          head={head}
          text={whenWords(since)}
          onKey={keyed({ handle: 'since', axis, seq: since.seq, latest: head })}
        />
      )}
      <Handle
        label="moment"
        kind={at.at === undefined ? 'now' : 'past'}
        fraction={atFraction}
        seq={at.seq ?? 0}
        head={head}
        text={whenWords(at)}
        onKey={keyed({ handle: 'at', axis, seq: at.seq, latest: head })}
      />
    </div>
  );
}
