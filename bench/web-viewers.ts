import { connect as connectSocket, type Socket } from 'node:net';
import type { Ledger } from '../client/index.ts';
import { quantile } from './measure.ts';

export interface WebViewersOptions {
  /** Port of a public gateway on this machine. */
  readonly port: number;
  readonly admin: Ledger;
  /** Whose rows have a text key `id` and an integer `n`. */
  readonly table: string;
  readonly viewers: number;
  readonly changes: number;
  readonly perSecond: number;
}

export interface WebViewersResult {
  /** Milliseconds from an acknowledgement to a viewer; negative where the viewer had it before. */
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Of the viewer that waited longest, as a rule. */
  readonly worstMedianMs: number;
  readonly deliveredPerSecond: number;
  /** Viewers that saw every change once, in order. */
  readonly exact: number;
}

/** So many readers of one gateway's feed, while changes are made at a steady pace. */
export async function webViewers(options: WebViewersOptions): Promise<WebViewersResult> {
  const { port, admin, table, viewers, changes, perSecond } = options;
  const { seq, epoch } = await admin.status();
  const all = Array.from({ length: viewers }, () => new Viewer(port, { seq, epoch }));
  await Promise.all(all.map((viewer) => viewer.isThere));
  const acked = new Map<number, number>();
  const commands: Promise<void>[] = [];
  const start = performance.now();
  for (let n = 0; n < changes; n += 1) {
    const command = admin.upsert(table, { id: `r${n % 1_000}`, n });
    commands.push(command.then((done) => void acked.set(done.seq, performance.now())));
    const waitMs = start + ((n + 1) * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  await Promise.all(commands);
  await Promise.all(all.map((viewer) => viewer.until(seq + changes)));
  const tookMs = performance.now() - start;
  for (const viewer of all) viewer.close();
  const times = all.map(({ seen }) => seen.map((at, index) => at - (acked.get(seq + 1 + index) ?? Number.NaN)));
  return {
    medianMs: quantile(times.flat(), 0.5),
    p99Ms: quantile(times.flat(), 0.99),
    worstMedianMs: Math.max(...times.map((of) => quantile(of, 0.5))),
    deliveredPerSecond: (times.flat().length / tookMs) * 1_000,
    exact: all.filter(({ isExact, seen }) => isExact && seen.length === changes).length,
  };
}

/** Reads no more of an event than which it is: 500 of these share a thread with who measures. */
class Viewer {
  /** When each change came, one after another. */
  readonly seen: number[] = [];
  isExact = true;
  readonly isThere: Promise<void>;
  readonly #socket: Socket;
  #last: number;
  #rest = '';
  #wanted: { readonly seq: number; readonly resolve: () => void } | undefined;

  constructor(port: number, { seq, epoch }: { readonly seq: number; readonly epoch: string }) {
    this.#last = seq;
    this.#socket = connectSocket(port, '127.0.0.1').setEncoding('latin1');
    this.#socket.write(`GET /api/feed?from=${seq}@${epoch} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
    this.isThere = new Promise((resolve) => this.#socket.once('data', () => resolve()));
    this.#socket.on('data', (text: string) => this.#take(text));
  }

  async until(seq: number): Promise<void> {
    if (this.#last >= seq) return;
    await new Promise<void>((resolve) => {
      this.#wanted = { seq, resolve };
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const now = performance.now();
    const whole = this.#rest + text;
    const end = whole.lastIndexOf('\n\n');
    this.#rest = whole.slice(end + 1);
    for (const [, seq] of whole.slice(0, end + 1).matchAll(/id: (\d+)@\S+\nevent: group\n/g)) {
      this.isExact &&= Number(seq) === this.#last + 1;
      this.#last = Number(seq);
      this.seen.push(now);
    }
    if (this.#wanted !== undefined && this.#last >= this.#wanted.seq) this.#wanted.resolve();
  }
}
