import { Subscriber } from 'zeromq';
import { parseAddress } from '../../client/index.ts';
import type { Entry } from '../../protocol/entry.ts';
import { groupOf } from '../../protocol/entry.ts';
import { headTopic, tableTopic, welcomeTopic } from '../../protocol/feed.ts';
import { curveOptions } from './curve.ts';
import { type Applied, digestLine, type History, type WatcherRecord } from './history.ts';

/**
 * A reader of one table's topic that uses nothing of the client's but ZeroMQ: it writes down the bytes that the socket
 * delivered. Where nothing disturbs the connection they are the log, to the byte.
 */
export class RawFeed {
  readonly record: WatcherRecord;
  /** Resolves at the first head: from there on it has to see everything. */
  readonly began: Promise<void>;
  readonly #socket: Subscriber;
  readonly #topic: string;
  readonly #waiters = new Map<number, () => void>();
  #began: () => void = () => undefined;
  #position = 0;
  #early: (() => void)[] = [];

  constructor(address: string, history: History, { name, table }: { readonly name: string; readonly table: string }) {
    this.record = { name, table, lives: [] };
    history.watchers.push(this.record);
    this.began = new Promise((resolve) => {
      this.#began = resolve;
    });
    this.#topic = tableTopic(table);
    const server = parseAddress(address);
    this.#socket = new Subscriber({ linger: 0, receiveHighWaterMark: 0, ...curveOptions(server) });
    this.#socket.subscribe(this.#topic, headTopic, welcomeTopic);
    this.#socket.connect(`tcp://${server.host}:${server.feedPort}`);
    void this.#read();
  }

  async reached(seq: number): Promise<void> {
    if (this.#position >= seq) return;
    await new Promise<void>((resolve) => {
      this.#waiters.set(seq, resolve);
    });
  }

  close(): void {
    this.#socket.close();
  }

  async #read(): Promise<void> {
    try {
      for await (const [topic, header, lines] of this.#socket) {
        if (header === undefined) continue;
        if (topic?.toString() === headTopic) this.#head(JSON.parse(header.toString()) as { seq: number });
        else if (this.record.lives.length > 0) this.#take(lines?.toString() ?? '');
        // What comes ahead of the first head is judged when it is known where the feed stood.
        else this.#early.push(() => this.#take(lines?.toString() ?? ''));
      }
    } catch (error) {
      if (!this.#socket.closed) throw error;
    }
  }

  #head({ seq }: { readonly seq: number }): void {
    if (this.record.lives.length > 0) return;
    this.record.lives.push({ from: seq, groups: [] });
    this.#position = seq;
    for (const take of this.#early.splice(0)) take();
    this.#began();
  }

  #take(lines: string): void {
    let group: Applied[] = [];
    let last = 0;
    for (const line of lines.split('\n')) {
      const entry = JSON.parse(line) as Entry;
      if (entry.seq <= (this.record.lives[0]?.from ?? 0)) continue;
      if (groupOf(entry)[1] !== last) {
        group = [];
        this.record.lives[0]?.groups.push(group);
      }
      group.push({ seq: entry.seq, digest: digestLine(line) });
      last = groupOf(entry)[1];
      this.#position = entry.seq;
    }
    for (const [seq, resolve] of this.#waiters) if (seq <= this.#position) resolve();
  }
}
