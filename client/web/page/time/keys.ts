import { type Axis, bucketFrom } from './axis.ts';
import { step, travel, travelHandle } from './travel.ts';

interface Standing {
  readonly handle: 'at' | 'since';
  readonly axis: Axis;
  /** Where the handle stands. */
  readonly seq: number | undefined;
  /** Where it can go at most. */
  readonly latest: number;
}

/** What keys do to a handle: arrows a command, page keys a stretch of the curve, Home and End its ends. */
export function keyed({ handle, axis, seq = 0, latest }: Standing): (key: string) => boolean {
  const go = (to: number | undefined): void => {
    if (to !== undefined && to <= latest) travelHandle(handle, to);
    else if (handle === 'at') travel(undefined);
  };
  const deeds: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => void step(-1, seq, handle),
    ArrowDown: () => void step(-1, seq, handle),
    ArrowRight: () => void step(1, seq, handle),
    ArrowUp: () => void step(1, seq, handle),
    PageDown: () => go(bucketFrom(axis, seq, -1) ?? 0),
    PageUp: () => go(bucketFrom(axis, seq, 1)),
    Home: () => go(Math.min(1, latest)),
    End: () => (handle === 'at' ? travel(undefined) : go(latest)),
  };
  return (key) => {
    const deed = deeds[key];
    deed?.();
    return deed !== undefined;
  };
}
