import { randomBytes } from 'node:crypto';
import { type Import, RowcastError } from '../../index.ts';

/** Imports that one login may have looked at and not yet done: each has files on disk. The oldest goes. */
const plansMax = 3;
/** Imports of one login that are read at a time. */
const readingsMax = 2;
/** Minutes until a plan that nobody uses is dropped. */
const planMinutes = 15;

interface Plan {
  readonly plan: Import;
  timer: NodeJS.Timeout;
}

/** The imports that a login has had read and may commit. They end with it. */
export class ImportPlans {
  readonly #plans = new Map<string, Plan>();
  readonly #committing = new Set<string>();
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

  /** Does what is planned; it is dropped then, whatever became of it. @throws RowcastError `invalid` when there is none */
  async use<Result>(id: string, work: (plan: Import) => Promise<Result>): Promise<Result> {
    const kept = this.#plans.get(id);
    if (kept === undefined || this.#committing.has(id)) {
      throw new RowcastError(
        'invalid',
        `this import is not there any more: it waits ${planMinutes} minutes; read it again`,
      );
    }
    clearTimeout(kept.timer);
    this.#committing.add(id);
    try {
      return await work(kept.plan);
    } finally {
      this.#committing.delete(id);
      await this.drop(id);
    }
  }

  async drop(id: string): Promise<void> {
    const kept = this.#plans.get(id);
    if (kept === undefined || this.#committing.has(id)) return;
    this.#plans.delete(id);
    clearTimeout(kept.timer);
    await kept.plan.close();
  }

  /** What is being committed goes on to its end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#plans.keys()].map((id) => this.drop(id)));
  }

  #keep(plan: Import): string {
    const id = randomBytes(12).toString('base64url');
    const timer = setTimeout(() => void this.drop(id), planMinutes * 60_000).unref();
    this.#plans.set(id, { plan, timer });
    const [oldest] = [...this.#plans.keys()].filter((one) => !this.#committing.has(one));
    if (this.#plans.size > plansMax && oldest !== undefined) void this.drop(oldest);
    return id;
  }
}
