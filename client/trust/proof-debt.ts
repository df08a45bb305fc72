import type { Timing } from '../timing.ts';

/** Up to where a server has proven its log, and that it owes the rest. It is not accused: it may have too much to do. */
export interface Unproven {
  /** Since when nothing was proven: ISO 8601, UTC, by the client's clock. */
  readonly since: string;
  /** Everything that was delivered with a seq up to here was verified. */
  readonly verified: number;
  /** What it has brought, or says that there is, reaches to here. */
  readonly seq: number;
  /** How the last attempt failed; absent when none did, and one is under way. */
  readonly reason?: string | undefined;
}

export interface ProofDebtOptions {
  readonly timing: Timing;
  readonly onUnproven: (unproven: Unproven | undefined) => void;
}

/** Milliseconds for which a server may be busy: three requests that are given up, each tried for ten seconds. */
const overdueMs = 30_000;

/**
 * How long a server has owed the proof of what it has brought. It is looked at with every head, one a second, so no timer is
 * needed: when they stop, the watch is disconnected, which is said in another way.
 *
 * ```
 * nothing owed ──something ahead of what is verified──▶ owed ──30 s──▶ overdue
 *       ▲ ◀──────────────── verified has moved ───────────┴───────────────┘
 * ```
 */
export class ProofDebt {
  readonly #options: ProofDebtOptions;
  #sinceMs: number | undefined;
  /** What was verified when it began to be owed. */
  #from = 0;
  #reason: string | undefined;
  #overdue: Unproven | undefined;

  constructor(options: ProofDebtOptions) {
    this.#options = options;
  }

  /** Undefined until it is overdue. */
  get overdue(): Unproven | undefined {
    return this.#overdue;
  }

  /** What was brought, or only announced, reaches to `seq`: what is behind `verified` is owed. */
  owe(verified: number, seq: number): void {
    if (seq <= verified) return;
    const nowMs = this.#options.timing.now();
    this.#from = this.#sinceMs === undefined ? verified : Math.min(this.#from, verified);
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs < overdueMs) return;
    const wasOverdue = this.#overdue !== undefined;
    const since = new Date(this.#sinceMs).toISOString();
    this.#overdue = { since, verified, seq, ...(this.#reason === undefined ? {} : { reason: this.#reason }) };
    if (!wasOverdue) this.#options.onUnproven(this.#overdue);
  }

  /** Why there is no proof this time. */
  excuse(reason: string): void {
    this.#reason = reason;
  }

  /** Proofs have come, up to there. */
  pay(verified: number): void {
    if (this.#sinceMs === undefined || verified <= this.#from) return;
    const wasOverdue = this.#overdue !== undefined;
    this.#sinceMs = undefined;
    this.#reason = undefined;
    this.#overdue = undefined;
    if (wasOverdue) this.#options.onUnproven(undefined);
  }
}
