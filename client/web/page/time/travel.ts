import { formatCursor } from '../../../../protocol/cursor.ts';
import { type Entry, groupOf } from '../../../../protocol/entry.ts';
import { type Going, goTo, placeNow } from '../address/go-to.ts';
import { pathOf, readAll } from '../api/lines.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { type Dragged, type Speed, useTime } from './time-state.ts';

/* What a person does with time: each deed ends where the address says it, so that it can be shared. */

/** Milliseconds between two writings of the address while a handle is dragged: browsers refuse more than some 10 a second. */
const addressMs = 200;

let lastWritingMs = 0;

/** Goes to a point, or to the present. */
export function travel(at: string | undefined, going: Going = {}): void {
  useTime.setState({ dragged: undefined, isDragging: false, isPlaying: false });
  goTo({ at }, going);
}

/** Brings a handle behind a change. */
export function travelHandle(handle: 'at' | 'since', seq: number): void {
  useTime.setState({ dragged: undefined, isDragging: false, isPlaying: false });
  goTo({ [handle]: cursorOf(seq) }, { replace: true });
}

export function cursorOf(seq: number): string {
  return formatCursor({ seq, epoch: useLedger.getState().epoch });
}

export function drag(dragged: Dragged): void {
  useTime.setState({ dragged, isDragging: true, isPlaying: false });
  if (performance.now() - lastWritingMs < addressMs) return;
  lastWritingMs = performance.now();
  writeDragged(dragged);
}

export function drop(): void {
  const { dragged, isDragging } = useTime.getState();
  if (!isDragging) return;
  if (dragged !== undefined) writeDragged(dragged);
  useTime.setState({ isDragging: false });
}

function writeDragged({ handle, cursor }: Dragged): void {
  goTo({ [handle]: cursor }, { replace: true });
}

/** From the point that is shown; from the beginning when that is the present. */
export function play(): void {
  const { at } = placeNow();
  useTime.setState({ isPlaying: true, clock: undefined, played: undefined, dragged: undefined });
  if (at === undefined) goTo({ at: cursorOf(0), since: undefined });
  else goTo({ since: undefined });
}

/** Stops where the play stands. */
export function pause(): void {
  useTime.setState({ isPlaying: false });
  const { clock } = useTime.getState();
  if (clock !== undefined) goTo({ at: clock.cursor }, { replace: true });
}

export function setSpeed(speed: Speed): void {
  useTime.setState({ speed });
}

/**
 * The state one command further on, or back: commands are what people did, and their changes belong together. Of one
 * table when there is one. Undefined: there is none any more.
 */
async function neighbour(seq: number, by: 1 | -1, table: string | undefined): Promise<number | undefined> {
  const query = by === 1 ? { after: seq } : { as_of: seq, newest_first: '' };
  const [entry] = await readAll<Entry>(pathOf('/api/log', { table, ...query, limit: 1 }));
  if (entry === undefined) return undefined;
  const [first, last] = groupOf(entry);
  return by === 1 ? last : first - 1;
}

let isStepping = false;

/** One command on or back from where it stands; a key that is held down steps as fast as answers come. */
export async function step(by: 1 | -1, from: number, handle: 'at' | 'since' = 'at'): Promise<void> {
  if (isStepping) return;
  isStepping = true;
  try {
    const { table } = placeNow();
    const seq = await neighbour(from, by, table);
    if (seq !== undefined) travelHandle(handle, seq);
    else if (by === 1 && handle === 'at') travel(undefined);
  } catch {
    // Nothing is there to step to: it stays where it is.
  } finally {
    isStepping = false;
  }
}
