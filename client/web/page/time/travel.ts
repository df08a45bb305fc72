import { formatCursor } from '../../../../protocol/cursor.ts';
import { type Entry, groupOf } from '../../../../protocol/entry.ts';
import { type Going, goTo, placeNow } from '../address/go-to.ts';
import { pathOf, readAll } from '../api/lines.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { type Dragged, type Speed, useTime } from './time-state.ts';

/* What a person does with time: each deed ends where the address says it, so that it can be shared. */

/** Milliseconds between two writings of the address while a handle is dragged: browsers refuse more than some 10 a second. */
const addressMs = 200;

/** Steps that wait for one that is taken. */
const stepsMax = 3;

/** Milliseconds between two steps up to which they are one going. */
const oneGoingMs = 1_500;

let lastStepMs = Number.NEGATIVE_INFINITY;
let lastWritingMs = 0;

/** Goes to a point, or to the present. */
export function travel(at: string | undefined, going: Going = {}): void {
  useTime.setState({ dragged: undefined, isDragging: false, isPlaying: false });
  goTo({ at }, going);
}

/**
 * Brings a handle behind a change. Going back leads to where it stood before; steps that follow one another closely are one
 * going.
 */
export function travelHandle(handle: 'at' | 'since', seq: number): void {
  useTime.setState({ dragged: undefined, isDragging: false, isPlaying: false });
  const now = performance.now();
  goTo({ [handle]: cursorOf(seq) }, { replace: now - lastStepMs < oneGoingMs });
  lastStepMs = now;
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

/** From the point that is shown; when that is the present, from where the table was made. */
export async function play(): Promise<void> {
  const { at, table } = placeNow();
  const from = at ?? (await birthOf(table));
  useTime.setState({ isPlaying: true, clock: undefined, played: undefined, dragged: undefined });
  goTo({ at: from, since: undefined });
}

async function birthOf(table: string | undefined): Promise<string> {
  const [entry] = await readAll<Entry>(pathOf('/api/log', { table, limit: 1 })).catch(() => []);
  return cursorOf(entry?.seq ?? 0);
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

/** Steps that were asked for while one is taken. */
let stepsLeft = 0;
let isStepping = false;

/** One command on or back from where a handle stands; more of them while that is asked for follow from there. */
export async function step(by: 1 | -1, from: number, handle: 'at' | 'since' = 'at'): Promise<void> {
  stepsLeft = clampedSteps(stepsLeft + by);
  if (isStepping) return;
  isStepping = true;
  try {
    for (let seq: number | undefined = from; seq !== undefined && stepsLeft !== 0; ) seq = await stepOnce(seq, handle);
  } catch {
    // Nothing is there to step to: it stays where it is.
  } finally {
    isStepping = false;
    stepsLeft = 0;
  }
}

async function stepOnce(from: number, handle: 'at' | 'since'): Promise<number | undefined> {
  const by = stepsLeft > 0 ? 1 : -1;
  const seq = await neighbour(from, by, placeNow().table);
  stepsLeft -= by;
  if (seq !== undefined) travelHandle(handle, seq);
  else if (by === 1 && handle === 'at') travel(undefined, { replace: true });
  return seq;
}

/** A key that is held down asks faster than answers come; it is not to go on for long behind its release. */
function clampedSteps(steps: number): number {
  return Math.max(-stepsMax, Math.min(stepsMax, steps));
}
