import { create } from 'zustand';
import type { TableSummary } from '../../../../protocol/replies.ts';
import type { Position } from '../api/messages.ts';
import type { KeptGroup } from './kept-group.ts';

export interface Login {
  readonly user: string;
  readonly role: string;
  readonly expires: string;
  /** Without a sign of the person, after which the gateway ends it. */
  readonly idleMinutes: number;
}

/** How the page stands to the gateway, and the gateway to the ledger; `crowded`: it has as many readers as it takes. */
export type Connection = Position['state'] | 'unreachable' | 'crowded';

/** What is known of the ledger at present, whatever of the past is looked at. */
export interface LedgerState {
  /** `opening` until it is known what there is; `closed` when this browser was not let in; `guarded` when only who has an account may read. */
  readonly phase: 'opening' | 'closed' | 'guarded' | 'open';
  readonly door: 'private' | 'public';
  readonly login: Login | undefined;
  /** A login that has ended by itself, which is to be said; empty where it is not known whose. What was begun in it stays. */
  readonly ended: Partial<Login> | undefined;
  readonly connection: Connection;
  /** When the connection came to be so: ISO 8601. */
  readonly since: string;
  readonly epoch: string;
  /** Whether that is another life than the gateway, or this page, has met before, which is to be said. */
  readonly isOtherLife: boolean;
  readonly head: number;
  /** Up to which seq the gateway, or what it has answered, has got. */
  readonly reached: number;
  /** Everything up to here was held against the signed log. */
  readonly verified: number;
  /** Since when the server has owed the proof of what is behind that, where it is overdue: ISO 8601. */
  readonly unprovenSince: string | undefined;
  /** Why the log cannot be followed, where it cannot. */
  readonly problem: { readonly code: string; readonly message: string } | undefined;
  readonly tables: readonly TableSummary[];
  /** The newest changes, the newest first. */
  readonly recent: readonly KeptGroup[];
}

export const useLedger = create<LedgerState>(() => ({
  phase: 'opening',
  door: 'private',
  login: undefined,
  ended: undefined,
  connection: 'connecting',
  since: new Date().toISOString(),
  epoch: '',
  isOtherLife: false,
  head: 0,
  reached: 0,
  verified: 0,
  unprovenSince: undefined,
  problem: undefined,
  tables: [],
  recent: [],
}));
