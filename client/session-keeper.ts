import type { CommandChannel } from './command-channel.ts';
import { RowcastError, type RowcastErrorCode } from './errors.ts';
import type { ClientSession } from './session.ts';
import type { Timing } from './timing.ts';

/** Until the next try when a server could not be asked. */
const retryMs = 30_000;

export interface SessionKeeperParts {
  readonly channel: CommandChannel;
  readonly timing: Timing;
  /** Of our key pair, for which the feed is opened; undefined when the sockets are plain. */
  readonly publicKey: string | undefined;
}

/**
 * Looks after the session of watches, which ask nothing for hours: keeps it from ending for want of use, and opens the
 * feed to our key, where a server lets only those in who have logged in. A session that has ended is none of its
 * business: where it is needed, the reads say so.
 */
export class SessionKeeper {
  readonly #parts: SessionKeeperParts;
  #isWanted = false;
  #cancel: (() => void) | undefined;

  constructor(parts: SessionKeeperParts) {
    this.#parts = parts;
  }

  /** Keeps the session alive, if there is one, until it is stopped. */
  start(): void {
    this.#isWanted = true;
    if (this.#cancel === undefined) this.#after(0);
  }

  stop(): void {
    this.#isWanted = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Another session: the feed of the watches that are open must be opened to it. */
  begin(): void {
    if (!this.#isWanted) return;
    this.#cancel?.();
    this.#after(0);
  }

  /** Opens the feed to our key. @throws RowcastError when no server could be asked */
  async openFeed(signal?: AbortSignal): Promise<void> {
    const { channel, publicKey } = this.#parts;
    if (publicKey === undefined || channel.session === undefined) return;
    await quietly(channel.request({ type: 'feed.open', key: publicKey }, { signal }));
  }

  #after(delayMs: number): void {
    const { channel, timing } = this.#parts;
    this.#cancel = undefined;
    if (channel.session !== undefined) this.#cancel = timing.after(delayMs, () => this.#tick(channel.session));
  }

  #tick(session: ClientSession | undefined): void {
    const again = (delayMs: number): void => {
      // Another one began meanwhile, and has its own time.
      if (this.#isWanted && this.#parts.channel.session === session) this.#after(delayMs);
    };
    this.#use().then(again, () => again(retryMs));
  }

  /** Uses the session; returns when it is to be used again. */
  async #use(): Promise<number> {
    await this.openFeed();
    const status = await quietly(this.#parts.channel.request({ type: 'session.status' }));
    return status === undefined ? retryMs : (status.body.idleMinutes * 60_000) / 3;
  }
}

/** Undefined when there is no session any more. */
async function quietly<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RowcastError && ended.has(error.code)) return undefined;
    throw error;
  }
}

const ended: ReadonlySet<RowcastErrorCode> = new Set(['session_expired', 'login_required']);
