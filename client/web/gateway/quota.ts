import { isIPv6 } from 'node:net';
import type { Context } from 'hono';
import type { Environment } from './environment.ts';

export interface QuotaOptions {
  readonly max: number;
  /** Of one address. Those of this machine have no such limit: a proxy stands there for all that it passes on. */
  readonly perPeerMax: number;
}

/** How many of something may be in use at the same time, and how many of them by one address. */
export class Quota {
  readonly #options: QuotaOptions;
  readonly #byPeer = new Map<string, number>();
  #used = 0;

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  /** What gives it back; undefined when there is none left. */
  take(peer: string): (() => void) | undefined {
    const { max, perPeerMax } = this.#options;
    const ofPeer = this.#byPeer.get(peer) ?? 0;
    if (this.#used >= max || (ofPeer >= perPeerMax && !isHere(peer))) return undefined;
    this.#used += 1;
    this.#byPeer.set(peer, ofPeer + 1);
    let isBack = false;
    return () => {
      if (!isBack) this.#giveBack(peer);
      isBack = true;
    };
  }

  #giveBack(peer: string): void {
    this.#used -= 1;
    const left = (this.#byPeer.get(peer) ?? 1) - 1;
    if (left === 0) this.#byPeer.delete(peer);
    else this.#byPeer.set(peer, left);
  }
}

export function peerOf(context: Context<Environment>): string {
  return peerAt(context.env.incoming.socket.remoteAddress ?? '');
}

/** Of IPv6 the network of 64 bits: whoever has one address there has all of them. */
export function peerAt(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '');
  if (!isIPv6(plain) || isHere(plain)) return plain;
  const [head = [], tail = []] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}

function isHere(peer: string): boolean {
  return peer === '::1' || peer.startsWith('127.');
}
