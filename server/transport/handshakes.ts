/** Beyond the time of a handshake, until what libzmq tells of its end has come, in milliseconds. */
const lateMs = 1_000;

/**
 * The connections of one socket, apart by whether their handshake is over. libzmq tells that one was accepted, has
 * finished or failed its handshake, or has gone, and never which; and of a handshake that breaks off in its first bytes it
 * tells only that something has gone. Such a one is taken for one of those inside, until the time of handshakes is over:
 * those that were accepted within it are all that can still be in theirs.
 */
export class Handshakes {
  readonly #windowMs: number;
  readonly #now: () => number;
  #inside = 0;
  #halfOpen = 0;
  /** Handshakes that failed and whose connection has not gone yet. */
  #failing = 0;
  /** Accepted since this time, and in the window before it. */
  #since: number;
  #accepted = 0;
  #acceptedBefore = 0;
  /** When those were let in that have not finished their handshake yet. */
  readonly #letIn: number[] = [];

  /** @param now milliseconds of a clock that never goes back */
  constructor({ handshakeMs, now }: { readonly handshakeMs: number; readonly now: () => number }) {
    this.#windowMs = handshakeMs + lateMs;
    this.#now = now;
    this.#since = now();
  }

  /** All that stand. */
  get connections(): number {
    return this.#inside + this.#halfOpen + this.#failing;
  }

  /** Those whose handshake is not over. */
  get halfOpen(): number {
    this.#settle();
    return this.#halfOpen + this.#failing;
  }

  /** Those whose handshake is over, and those that were let in and are about to be. */
  get inside(): number {
    this.#settle();
    return this.#inside + this.#letIn.length;
  }

  accept(): void {
    this.#settle();
    this.#accepted += 1;
    this.#halfOpen += 1;
  }

  /** One is about to finish its handshake. */
  letIn(): void {
    this.#letIn.push(this.#now());
  }

  finish(): void {
    this.#letIn.shift();
    this.#halfOpen = Math.max(0, this.#halfOpen - 1);
    this.#inside += 1;
  }

  fail(): void {
    if (this.#halfOpen === 0) return;
    this.#halfOpen -= 1;
    this.#failing += 1;
  }

  leave(): void {
    if (this.#failing > 0) this.#failing -= 1;
    else if (this.#inside > 0) this.#inside -= 1;
    else this.#halfOpen = Math.max(0, this.#halfOpen - 1);
  }

  #settle(): void {
    const now = this.#now();
    while ((this.#letIn[0] ?? now) < now - this.#windowMs) this.#letIn.shift();
    const windows = Math.floor((now - this.#since) / this.#windowMs);
    if (windows > 0) {
      this.#acceptedBefore = windows === 1 ? this.#accepted : 0;
      this.#accepted = 0;
      this.#since += windows * this.#windowMs;
    }
    const over = this.#halfOpen - this.#accepted - this.#acceptedBefore;
    if (over <= 0) return;
    this.#halfOpen -= over;
    this.#inside += over;
  }
}
