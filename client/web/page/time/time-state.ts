import { create } from 'zustand';
import type { Clock, TableListener } from '../ledger/table-listener.ts';
import { tellStopped } from './tell-stopped.ts';

export const speeds = ['0.5', '1', '10', '60', 'max'] as const;
export type Speed = (typeof speeds)[number];

/** What is looked at, where that is ahead of what the address says. */
export interface TimeState {
  /** Where a handle is being dragged, and where it was left: a cursor, and the time at that place of the curve. */
  readonly dragged: Dragged | undefined;
  readonly isDragging: boolean;
  readonly speed: Speed;
  readonly isPlaying: boolean;
  /** Where the play stands. */
  readonly clock: Clock | undefined;
  /** How the last play ended, until that was acted upon. */
  readonly played: 'arrived' | 'halted' | undefined;
}

export interface Dragged {
  readonly handle: 'at' | 'since';
  /** Undefined: the present. */
  readonly cursor: string | undefined;
  readonly ms: number;
}

export const useTime = create<TimeState>(() => ({
  dragged: undefined,
  isDragging: false,
  speed: '1',
  isPlaying: false,
  clock: undefined,
  played: undefined,
}));

/** What a table tells of its plays. */
export const clockListener = {
  clock: (clock) => useTime.setState({ clock }),
  played: (played, problem) => {
    useTime.setState({ played, isPlaying: false });
    if (problem !== undefined) tellStopped(problem);
  },
} satisfies Partial<TableListener>;
