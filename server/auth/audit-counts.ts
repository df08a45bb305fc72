import type { Logger } from 'pino';
import type { Audit, AuditEvent } from './audit.ts';

/** Until the first of a window's counts are written, and from one writing to the next. */
const firstMs = 1_000;
const windowMs = 60_000;
/** Different counts of one window; what is beyond them is counted together. */
const countsMax = 200;
const others = '(others)';

interface Count {
  readonly event: AuditEvent;
  count: number;
}

/**
 * What strangers can cause as often as they like is counted and written once a window, at most so many lines: a flood
 * cannot fill the disk with its own record.
 */
export class AuditCounts {
  readonly #audit: Audit;
  readonly #log: Logger;
  #counts = new Map<string, Count>();
  #timer: NodeJS.Timeout | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();

  constructor({ audit, log }: { readonly audit: Audit; readonly log: Logger }) {
    this.#audit = audit;
    this.#log = log;
  }

  count(event: AuditEvent, times = 1): void {
    const full = this.#counts.size >= countsMax && !this.#counts.has(keyOf(event));
    const counted = full ? { ...event, by: others } : event;
    const known = this.#counts.get(keyOf(counted));
    if (known === undefined) {
      this.#counts.set(keyOf(counted), { event: { since: new Date().toISOString(), ...counted }, count: times });
    } else {
      known.count += times;
    }
    this.#timer ??= setTimeout(() => this.#tick(), Math.max(firstMs, this.#writtenAt + windowMs - performance.now()));
  }

  /** Writes what was counted. @throws pg's errors; what could not be written is counted on */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    await this.#writing;
  }

  /** Writes what is left, if the database can still be reached. */
  async stop(): Promise<void> {
    await this.flush().catch((error: unknown) => this.#warn(error));
    clearTimeout(this.#timer);
  }

  #warn(error: unknown): void {
    this.#log.warn({ err: error }, 'the audit could not be written');
  }

  async #write(): Promise<void> {
    const counts = this.#counts;
    this.#counts = new Map();
    try {
      await this.#audit.record(...[...counts.values()].map(({ event, count }) => ({ ...event, count })));
      this.#writtenAt = performance.now();
    } catch (error) {
      for (const { event, count } of counts.values()) this.count(event, count);
      throw error;
    }
  }

  #tick(): void {
    this.#timer = undefined;
    this.flush().catch((error: unknown) => this.#warn(error));
  }
}

function keyOf({ what, by, type, code }: AuditEvent): string {
  return [what, by, type, code].join(' ');
}
