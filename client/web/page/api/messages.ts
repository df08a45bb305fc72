import type { Entry } from '../../../../protocol/entry.ts';

/* What the gateway's feed brings. */

/** The changes of one command. `cursor` resumes behind it. */
export interface Group {
  readonly cursor: string;
  readonly at: string;
  readonly by: string;
  readonly command: string;
  readonly why?: string;
  readonly entries: readonly Entry[];
}

/** Where the gateway stands. */
export interface Position {
  readonly state: 'connecting' | 'catchingUp' | 'live' | 'behind' | 'disconnected';
  readonly since: string;
  readonly cursor?: string;
  readonly head: number;
  readonly verified: number;
  /** Since when the server has owed the proof of what is behind that, where it is overdue. */
  readonly unproven?: { readonly since: string };
  /** The life of the ledger before this one, where the gateway has met another. */
  readonly former?: { readonly epoch: string };
  /** Why the gateway cannot follow the log any more. */
  readonly problem?: { readonly code: string; readonly message: string };
}
