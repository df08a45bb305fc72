import { Context, Router } from 'zeromq';
import { toZ85 } from '../../protocol/curve.ts';
import type { CurveKeys } from '../keys/curve-key.ts';
import { SendQueue } from './send-queue.ts';

/** `later`: not now, for a reason that passes; the client tries again by itself. */
export type Verdict = 'admitted' | 'refused' | 'later';

/** Judges whoever has shown that they hold the secret half of this key (base64url). What it throws is `later`. */
type Judge = (key: string) => Verdict | Promise<Verdict>;

/** Where libzmq asks, of each context: ZAP, ZeroMQ's RFC 27. */
const zapAddress = 'inproc://zeromq.zap.01';
const zapVersion = '1.0';
/** Status codes of ZAP. `later` closes without a word, and libzmq's client connects again; after 400 it would not. */
const statusCodes: Readonly<Record<Verdict, string>> = { admitted: '200', later: '300', refused: '400' };
const repliesMax = 100_000;

/**
 * Who may come in: asked by libzmq about every connection that has shown its CURVE key, ahead of its first message.
 *
 * It fails closed. `zapEnforceDomain` has libzmq refuse everybody when nobody answers here, a judge that throws admits
 * nobody, and a mechanism that shows no key (NULL, PLAIN) is refused by libzmq and here.
 *
 * libzmq knows one such handler a context, so each server has a context of its own, which its sockets are made in.
 */
export class Gate {
  readonly context = new Context({ blocky: false });
  readonly #keys: CurveKeys | undefined;
  readonly #judges = new Map<string, Judge>();
  readonly #onFault: (error: unknown) => void;
  #socket: Router | undefined;
  #reading: Promise<void> | undefined;

  /**
   * @param keys undefined: plain sockets, at which nobody is judged
   * @param onFault told what a judge has thrown
   */
  constructor(keys: CurveKeys | undefined, onFault: (error: unknown) => void) {
    this.#keys = keys;
    this.#onFault = onFault;
  }

  /** What makes a socket's connections encrypted and judged; its domain names the judge. */
  guarded(domain: string, judge: Judge) {
    this.#judges.set(domain, judge);
    if (this.#keys === undefined) return { context: this.context };
    return {
      context: this.context,
      curveServer: true,
      curveSecretKey: toZ85(this.#keys.secretKey),
      zapDomain: domain,
      zapEnforceDomain: true,
    };
  }

  async run(): Promise<void> {
    if (this.#keys === undefined) return;
    // A ROUTER and not a REP: a judge that waits for the database does not hold up the others.
    const socket = new Router({ context: this.context, linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    await socket.bind(zapAddress);
    this.#socket = socket;
    this.#reading = this.#read(socket);
  }

  /** From here on nobody comes in; who is in stays. */
  async stop(): Promise<void> {
    this.#socket?.close();
    await this.#reading;
  }

  async #read(socket: Router): Promise<void> {
    const replies = new SendQueue<(string | Buffer)[]>({
      send: (frames) => socket.send(frames),
      messagesMax: repliesMax,
    });
    try {
      for await (const [asker, delimiter, version, id, ...question] of socket) {
        if (asker === undefined || delimiter === undefined || version === undefined || id === undefined) continue;
        void this.#judge(version.toString(), question).then((verdict) =>
          replies.push([asker, delimiter, zapVersion, id, statusCodes[verdict], verdict, '', '']),
        );
      }
    } catch (error) {
      if (!socket.closed) throw error;
    }
  }

  /** Never rejects. */
  async #judge(version: string, [domain, , , mechanism, key]: readonly Buffer[]): Promise<Verdict> {
    const judge = this.#judges.get(domain?.toString() ?? '');
    const isCurve = version === zapVersion && mechanism?.toString() === 'CURVE' && key?.length === 32;
    if (judge === undefined || !isCurve) return 'refused';
    try {
      return await judge(key.toString('base64url'));
    } catch (error) {
      this.#onFault(error);
      return 'later';
    }
  }
}
