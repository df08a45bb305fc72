import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Ledger, RowcastError } from '../../index.ts';
import { Hub } from './feed/hub.ts';
import { ImportPlans } from './import-plans.ts';
import type { GatewayOptions } from './options.ts';

/** Milliseconds for which what was asked is waited for, when a login ends. */
const answersMsMax = 2_000;

type Reached = Pick<GatewayOptions, 'servers' | 'checkpoints' | 'timeoutMs'>;

interface As {
  /** Of a session; nobody's when left out. */
  readonly token?: string;
  readonly opens?: boolean;
}

/**
 * A ledger as the gateway speaks to it, and the one subscription to its feed that all who share it are served from:
 * the one for everybody who is not logged in, and one for each login.
 */
export class Upstream {
  readonly ledger: Ledger;
  /** What was read and may be imported. */
  readonly imports = new ImportPlans();
  /** Whether sealed cells are read opened, as administrators may. */
  readonly opens: boolean;
  readonly #answers = new Set<Promise<unknown>>();
  #hub: Hub | undefined;
  #isClosed = false;

  constructor({ servers, checkpoints, timeoutMs }: Reached, { token, opens = false }: As = {}) {
    this.ledger = connect(servers, { checkpoints, timeoutMs, token });
    this.opens = opens;
  }

  /** Subscribes when it is first needed. @throws RowcastError `closed` when that is too late */
  get hub(): Hub {
    if (this.#isClosed) throw new RowcastError('closed', 'the login has ended meanwhile');
    this.#hub ??= new Hub(this.ledger, { open: this.opens });
    return this.#hub;
  }

  /** What was asked before it is closed is answered first: a command then has its outcome. */
  async answering<Result>(answer: Promise<Result>): Promise<Result> {
    this.#answers.add(answer);
    try {
      return await answer;
    } finally {
      this.#answers.delete(answer);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#hub?.close();
    if (this.#answers.size > 0) {
      await Promise.race([Promise.allSettled(this.#answers), sleep(answersMsMax, undefined, { ref: false })]);
    }
    await this.imports.close();
    await this.ledger.close();
  }
}
