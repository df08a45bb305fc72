/** At most one warning of a kind in so many milliseconds: whoever attacks does not fill the disk with the log. */
const warningMs = 10_000;

/** Warnings of what others can bring about as often as they like. */
export class RareWarnings {
  readonly #warn: (message: string) => void;
  readonly #warnedAt = new Map<string, number>();

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** @param message made only when there is to be one */
  warn(kind: string, message: () => string): void {
    const now = performance.now();
    if (now - (this.#warnedAt.get(kind) ?? Number.NEGATIVE_INFINITY) < warningMs) return;
    this.#warnedAt.set(kind, now);
    this.#warn(message());
  }
}
