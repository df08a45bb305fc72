import type { Context } from './context.ts';

/** A line on standard error that is written over again and again; nothing where nobody watches. */
export class Progress {
  readonly #context: Context | undefined;
  #shown = false;

  constructor(context: Context | undefined) {
    this.#context = context?.err.isTTY && !context.json ? context : undefined;
  }

  show(text: string): void {
    if (this.#context === undefined) return;
    this.#shown = true;
    const { err } = this.#context;
    const line = text.slice(0, (err.width ?? 80) - 1);
    void err.write(`\r\u001b[K${err.paint.dim(line)}`);
  }

  /** Takes the line away, so that other output stands alone. */
  clear(): void {
    if (this.#context === undefined || !this.#shown) return;
    this.#shown = false;
    void this.#context.err.write('\r\u001b[K');
  }
}
