import { randomBytes } from 'node:crypto';
import { type Import, type ImportResult, RowcastError } from '../../index.ts';
import { type CommitReader, ImportCommit } from './import-commit.ts';

/** Imports that one login may have looked at and not yet done: each has files on disk. The oldest goes. */
const plansMax = 3;
/** Imports of one login that are read at a time. */
const readingsMax = 2;
/** Minutes until a plan that nobody uses is dropped, and what became of one that was done is forgotten. */
export const planMinutes = 15;

interface Plan {
  readonly plan: Import;
  /** Under way, or done for good. */
  commit?: ImportCommit | undefined;
  isCommitting: boolean;
  timer: NodeJS.Timeout;
}

/** The imports that a login has had read and may commit. They end with it. */
export class ImportPlans {
  readonly #plans = new Map<string, Plan>();
  #readings = 0;
  #isClosed = false;

  /** Has one read, and keeps it. @throws RowcastError `busy`, and what reading it throws */
  async read(prepare: () => Promise<Import>): Promise<{ readonly id: string; readonly plan: Import }> {
    if (this.#readings >= readingsMax) throw new RowcastError('busy', `${readingsMax} imports are read already; wait`);
    this.#readings += 1;
    try {
      const plan = await prepare();
      if (!this.#isClosed) return { id: this.#keep(plan), plan };
      await plan.close();
      throw new RowcastError('closed', 'the login has ended meanwhile');
    } finally {
      this.#readings -= 1;
    }
  }

  /**
   * Does what is planned, as the command whose id is that of the plan. Asked again, it answers the same; where nothing was
   * done, or nobody knows, and not because of the file, it is tried once more. Undefined when there is no such plan.
   */
  commit(id: string, why: string | undefined, reader: CommitReader): Promise<ImportResult> | undefined {
    const kept = this.#plans.get(id);
    if (kept === undefined) return undefined;
    kept.commit ??= this.#begin(id, kept, why);
    return kept.commit.follow(reader);
  }

  async drop(id: string): Promise<void> {
    const kept = this.#plans.get(id);
    if (kept === undefined || kept.isCommitting) return;
    this.#plans.delete(id);
    clearTimeout(kept.timer);
    await kept.plan.close();
  }

  /** What is being committed goes on to its end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#plans.keys()].map((id) => this.drop(id)));
  }

  #begin(id: string, kept: Plan, why: string | undefined): ImportCommit {
    clearTimeout(kept.timer);
    kept.isCommitting = true;
    const commit = new ImportCommit(kept.plan, { id, why });
    void this.#conclude(id, kept, commit);
    return commit;
  }

  /** Keeps the answer, without the files; or the plan, where that may be tried again. */
  async #conclude(id: string, kept: Plan, commit: ImportCommit): Promise<void> {
    if (await commit.isSettled()) await kept.plan.close();
    else kept.commit = undefined;
    kept.isCommitting = false;
    kept.timer = this.#expiry(id);
    if (this.#isClosed) await this.drop(id);
  }

  #keep(plan: Import): string {
    const id = randomBytes(12).toString('base64url');
    this.#plans.set(id, { plan, isCommitting: false, timer: this.#expiry(id) });
    const [oldest] = [...this.#plans].filter(([, { isCommitting }]) => !isCommitting);
    if (this.#plans.size > plansMax && oldest !== undefined) void this.drop(oldest[0]);
    return id;
  }

  #expiry(id: string): NodeJS.Timeout {
    return setTimeout(() => void this.drop(id), planMinutes * 60_000).unref();
  }
}
