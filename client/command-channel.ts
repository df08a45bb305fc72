import { nanoid } from 'nanoid';
import { formatAddress, type ServerAddress } from '../protocol/address.ts';
import type { ErrorBody, ErrorCode } from '../protocol/errors.ts';
import type { ReplyOf } from '../protocol/replies.ts';
import { hasDryRun, protocolVersion, type RequestOf, type RequestType } from '../protocol/requests.ts';
import { onAbort } from './abort.ts';
import { Backoff, jittered, reconnectLimits } from './backoff.ts';
import type { CommandSocket, Transport } from './channels.ts';
import { RowcastError, type RowcastErrorCode } from './errors.ts';
import { decodeReply, type Reply, readBody } from './reply.ts';
import { checkSendable } from './sendable.ts';
import type { ClientSession } from './session.ts';
import type { Timing } from './timing.ts';

/** How a request is sent. */
export interface RequestOptions {
  /** Its id, 8 to 64 of `A-Za-z0-9_-`; made when left out. A command sent again under the same id takes effect once. */
  readonly id?: string | undefined;
  /** Milliseconds until the caller is told `timeout`, all tries together. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a request is sent that may be a command. */
export interface SendOptions extends RequestOptions {
  /** Of a command or a tag: it is decided as it would be now, and nothing is recorded. */
  readonly dryRun?: boolean | undefined;
}

export interface CommandChannelOptions {
  readonly transport: Transport;
  readonly addresses: readonly ServerAddress[];
  readonly timing: Timing;
  readonly timeoutMs: number;
}

/** A request of one type, which the compiler reads from its `type`. */
export type Typed<Type extends RequestType> = { readonly type: Type } & RequestOf<Type>;

/** A granted request. */
export interface Answer<Type extends RequestType> {
  readonly body: ReplyOf<Type>;
  /** The second frame, when there was one. */
  readonly lines: Uint8Array | undefined;
}

/** Requests that wait for their answer at one time; the next one is refused with `busy`. */
export const inFlightMax = 10_000;

/** A try that had no answer after this long is made again, under the same id. */
const attemptMsMax = 2_000;

interface Pending {
  readonly id: string;
  readonly type: RequestType;
  /** Whether it changes something: then it matters what became of it. */
  readonly isChange: boolean;
  /** The request without its token, which each try makes anew. */
  readonly frame: string;
  readonly timeoutMs: number;
  readonly deadline: number;
  readonly settle: (outcome: Reply | RowcastError) => void;
  attempts: number;
  /** How often a try's time began, for sending or for going on waiting. */
  rounds: number;
  /** Place of the last try in the order of all tries of the channel. */
  order: number;
  /** Whether a try of it has left at all. */
  left: boolean;
  /** Tries that left and were not answered: while there is one, the outcome is unknown. */
  unanswered: number;
  /** Whether a server has answered that it does not know the outcome either. */
  doubtful: boolean;
  /** How many messages had been heard when the last try was made. */
  heardBefore: number;
  /** The nonce that the last try was proved with. */
  nonce: string | undefined;
  awaitsNonce: boolean;
  /** How often a server has asked for another nonce. */
  unattached: number;
  /** Told to come back later, or waits for a nonce: not to be sent again with the others when the socket is reopened. */
  waiting: boolean;
  cancelTimer: () => void;
  /** Takes the last try back; false when it may still leave while the socket is open. */
  withdraw: () => boolean;
}

/**
 * Requests and their answers over one command socket, whatever happens to the connection.
 *
 * Each request has an id and a deadline. A try without an answer is repeated under the same id, which for a command is
 * safe, as an id takes effect once. When nobody at all was answered since the try began, the server is taken for dead:
 * the socket is closed (a DEALER would go on queueing for it, Z5) and one to the next address is opened, on which all
 * that is in flight is sent again. When requests that were sent later were answered, the server lives and only this one
 * is sent again; when only earlier ones were, it waits its turn there, and is left to. The time of a try doubles with
 * every round over the addresses. So a slow server is not buried under repetitions.
 *
 * A promise is settled exactly once: by an answer, the deadline, the caller's signal or `close`.
 */
export class CommandChannel {
  readonly #transport: Transport;
  readonly #addresses: readonly ServerAddress[];
  readonly #timing: Timing;
  readonly #timeoutMs: number;
  readonly #backoff: Backoff;
  readonly #pending = new Map<string, Pending>();
  #socket: CommandSocket | undefined;
  #address = 0;
  #heard = 0;
  #sendings = 0;
  /** The latest try, in the order of sending, that was answered. */
  #answeredOrder = 0;
  #closed = false;
  #cancelReopen: (() => void) | undefined;

  constructor({ transport, addresses, timing, timeoutMs }: CommandChannelOptions) {
    this.#transport = transport;
    this.#addresses = addresses;
    this.#timing = timing;
    this.#timeoutMs = timeoutMs;
    this.#backoff = new Backoff(timing);
  }

  /** Proves every request while there is one. */
  session: ClientSession | undefined;
  #attaching = false;

  /** @throws RowcastError the server's refusal, or `timeout`, `aborted`, `closed`, `protocol`, `busy` */
  async request<Type extends RequestType>(request: Typed<Type>, options: SendOptions = {}): Promise<Answer<Type>> {
    const { type } = request as { readonly type: Type };
    const id = options.id ?? nanoid();
    this.#refuseIfUnfit(id, options.signal);
    if (takesEffectOnce(type)) checkSendable(request);
    const reply = await this.#send({ id, type, request, options });
    return { body: readBody(type, reply.body, id), lines: reply.lines };
  }

  close(): void {
    this.#closed = true;
    this.#closeSocket();
    for (const pending of [...this.#pending.values()]) {
      pending.settle(this.#failure(pending, 'closed', 'the ledger was closed'));
    }
  }

  #refuseIfUnfit(id: string, signal: AbortSignal | undefined): void {
    if (this.#closed) throw new RowcastError('closed', 'the ledger was closed', { id });
    if (signal?.aborted) throw new RowcastError('aborted', 'aborted by the caller', { id, cause: signal.reason });
    if (this.#pending.size >= inFlightMax) {
      throw new RowcastError('busy', `${inFlightMax} requests wait for their answer; wait for some of them`, { id });
    }
    if (this.#pending.has(id)) throw new RowcastError('bad_request', `request ${id} is still in flight`, { id });
  }

  #send(sending: {
    readonly id: string;
    readonly type: RequestType;
    readonly request: object;
    readonly options: SendOptions;
  }): Promise<Reply & { ok: true }> {
    const { id, type, request, options } = sending;
    // The id first: a server that cannot read the rest can still say which request it refuses.
    const dryRun = options.dryRun || undefined;
    const frame = JSON.stringify({ v: protocolVersion, id, dryRun, ...request });
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    return new Promise((resolve, reject) => {
      const settle = (outcome: Reply | RowcastError): void => {
        this.#pending.delete(id);
        pending.cancelTimer();
        cancelDeadline();
        forgetSignal();
        this.#withdraw(pending);
        if (outcome instanceof RowcastError) reject(outcome);
        else if (outcome.ok) resolve(outcome);
        else reject(this.#refusal(pending, outcome.error));
      };
      const pending: Pending = {
        id,
        type,
        isChange: takesEffectOnce(type) && !dryRun,
        frame,
        timeoutMs,
        deadline: this.#timing.now() + timeoutMs,
        settle,
        attempts: 0,
        rounds: 0,
        order: 0,
        left: false,
        unanswered: 0,
        doubtful: false,
        heardBefore: 0,
        nonce: undefined,
        awaitsNonce: false,
        unattached: 0,
        waiting: false,
        cancelTimer: () => undefined,
        withdraw: () => true,
      };
      const cancelDeadline = this.#timing.after(timeoutMs, () => settle(this.#timeout(pending)));
      const forgetSignal = onAbort(options.signal, () =>
        settle(this.#failure(pending, 'aborted', 'aborted by the caller', options.signal?.reason)),
      );
      this.#pending.set(id, pending);
      this.#attempt(pending);
    });
  }

  #attempt(pending: Pending): void {
    pending.waiting = false;
    pending.attempts += 1;
    this.#sendings += 1;
    pending.order = this.#sendings;
    this.#await(pending);
    this.#socket ??= this.#openSocket();
    pending.withdraw = this.#socket.send(this.#proved(pending), () => {
      pending.left = true;
      pending.unanswered += 1;
    });
  }

  /** The frame of a try: a token is good once. */
  #proved(pending: Pending): string {
    const { session } = this;
    pending.nonce = session?.nonce;
    if (session === undefined || unproved.has(pending.type)) return pending.frame;
    return session.proved(pending.frame);
  }

  /** Whether a request that a server gave no nonce for is sent again with one. */
  #laterAttached(pending: Pending, error: ErrorBody): boolean {
    if (error.code !== 'session_unattached' || this.session === undefined) return false;
    pending.unattached += 1;
    if (pending.unattached > unattachedMax) return false;
    pending.cancelTimer();
    // Another request may have brought the nonce meanwhile.
    if (pending.nonce !== this.session.nonce) this.#attempt(pending);
    else this.#awaitNonce(pending, this.session);
    return true;
  }

  #awaitNonce(pending: Pending, session: ClientSession): void {
    pending.waiting = true;
    pending.awaitsNonce = true;
    if (this.#attaching) return;
    this.#attaching = true;
    this.#attach(session).catch((error: unknown) => this.#refuseAttached(error));
  }

  async #attach(session: ClientSession): Promise<void> {
    const request = { type: 'session.attach', session: session.id } as const;
    try {
      const { body } = await this.#send({ id: nanoid(), type: request.type, request, options: {} });
      session.attach(readBody(request.type, body, '').nonce);
    } finally {
      this.#attaching = false;
    }
    for (const pending of this.#takeAwaiting()) this.#attempt(pending);
  }

  #refuseAttached(error: unknown): void {
    const { code, message, body, cause } =
      error instanceof RowcastError ? error : new RowcastError('protocol', String(error), { cause: error });
    for (const pending of this.#takeAwaiting()) {
      const outcomeUnknown = isUnknown(pending);
      pending.settle(new RowcastError(code, message, { body, id: pending.id, outcomeUnknown, cause }));
    }
  }

  #takeAwaiting(): Pending[] {
    const awaiting = [...this.#pending.values()].filter(({ awaitsNonce }) => awaitsNonce);
    for (const pending of awaiting) pending.awaitsNonce = false;
    return awaiting;
  }

  /** What was told to have failed must not leave later. */
  #withdraw({ isChange, withdraw }: Pending): void {
    if (withdraw() || !isChange) return;
    this.#closeSocket();
    this.#sendAll();
  }

  /** Gives a try its time. */
  #await(pending: Pending): void {
    const factor = 2 ** Math.floor(pending.rounds / this.#addresses.length);
    const roundMs = Math.min(pending.timeoutMs / 3, attemptMsMax) * factor;
    pending.rounds += 1;
    pending.heardBefore = this.#heard;
    pending.cancelTimer();
    pending.cancelTimer = this.#timing.after(roundMs, () => this.#unanswered(pending));
  }

  #unanswered(pending: Pending): void {
    if (this.#heard === pending.heardBefore) this.#reopen();
    else if (this.#answeredOrder > pending.order) this.#attempt(pending);
    else this.#await(pending);
  }

  #openSocket(): CommandSocket {
    const address = this.#addresses[this.#address % this.#addresses.length] as ServerAddress;
    return this.#transport.openCommands(address, {
      message: (frames) => this.#receive(frames),
      down: () => this.#down(),
    });
  }

  #closeSocket(): void {
    this.#cancelReopen?.();
    this.#cancelReopen = undefined;
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Goes to the next address and sends there all that is in flight. */
  #reopen(): void {
    this.#closeSocket();
    this.#address += 1;
    this.#sendAll();
  }

  #sendAll(): void {
    for (const pending of [...this.#pending.values()]) if (!pending.waiting) this.#attempt(pending);
  }

  #down(): void {
    if (this.#pending.size === 0) this.#closeSocket();
    else this.#cancelReopen ??= this.#timing.after(this.#backoff.next(), () => this.#reopen());
  }

  #receive(frames: readonly Uint8Array[]): void {
    const reply = decodeReply(frames);
    if (reply === undefined) return;
    this.#heard += 1;
    this.#backoff.reset();
    const pending = this.#pendingOf(reply.id);
    if (pending === undefined) return;
    pending.unanswered -= 1;
    this.#answeredOrder = Math.max(this.#answeredOrder, pending.order);
    pending.doubtful ||= !reply.ok && unsettling.has(reply.error.code);
    if (!reply.ok && (this.#laterAttached(pending, reply.error) || this.#laterAgain(pending, reply.error))) return;
    pending.settle(reply);
  }

  /** A refusal without an id is of a request that could not be read: with only one in flight it is that one's. */
  #pendingOf(id: string | null): Pending | undefined {
    if (id !== null) return this.#pending.get(id);
    return this.#pending.size === 1 ? this.#pending.values().next().value : undefined;
  }

  /** Whether the server asked to come back and there is time to. */
  #laterAgain(pending: Pending, error: ErrorBody): boolean {
    if (error.code !== 'busy' && error.code !== 'unavailable') return false;
    const askedMs = error.retryAfterMs ?? reconnectLimits.minMs * 2 ** Math.min(pending.attempts - 1, 6);
    const delayMs = jittered(askedMs, this.#timing);
    if (this.#timing.now() + delayMs >= pending.deadline) return false;
    pending.cancelTimer();
    pending.waiting = true;
    pending.cancelTimer = this.#timing.after(delayMs, () => {
      if (error.code === 'unavailable' && this.#addresses.length > 1) this.#moveOn();
      this.#attempt(pending);
    });
    return true;
  }

  /** Another server may reach its database when this one cannot. */
  #moveOn(): void {
    if ([...this.#pending.values()].every(({ waiting }) => waiting)) {
      this.#closeSocket();
      this.#address += 1;
    }
  }

  #refusal(pending: Pending, body: ErrorBody): RowcastError {
    return new RowcastError(body.code, body.message, {
      body,
      id: pending.id,
      outcomeUnknown: !deciding(body.code) && isUnknown(pending),
    });
  }

  #timeout(pending: Pending): RowcastError {
    return this.#failure(pending, 'timeout', `no answer to ${pending.type} within ${pending.timeoutMs} ms`);
  }

  #failure(pending: Pending, code: RowcastErrorCode, message: string, cause?: unknown): RowcastError {
    const outcomeUnknown = isUnknown(pending);
    const more = outcomeUnknown
      ? `; its outcome is unknown: send the same command under the id ${pending.id} to learn it`
      : pending.left
        ? ''
        : `; it was not sent, as no server was reached at ${this.#addresses.map(formatAddress).join(', ')}`;
    return new RowcastError(code, message + more, { id: pending.id, outcomeUnknown, cause });
  }
}

/** They take effect once for their id, as commands and tags do. */
const alsoOnce: ReadonlySet<RequestType> = new Set<RequestType>([
  'account.add',
  'account.change',
  'account.remove',
  'account.password',
]);

/** Requests that no session is needed for: a proof would be thrown away. */
const unproved: ReadonlySet<RequestType> = new Set<RequestType>(['session.login', 'session.attach']);
/** How often one request goes on with another nonce; more often, somebody drives them out. */
const unattachedMax = 5;

/** Refusals of a server that does not know itself whether the command took effect. */
const unsettling: ReadonlySet<ErrorCode> = new Set(['unavailable', 'internal']);

/** Whether a refusal settles what became of the command, earlier tries under its id included. */
function deciding(code: ErrorCode): boolean {
  return code !== 'busy' && !unsettling.has(code);
}

function isUnknown({ isChange, unanswered, doubtful }: Pending): boolean {
  return isChange && (unanswered > 0 || doubtful);
}

function takesEffectOnce(type: RequestType): boolean {
  return hasDryRun(type) || alsoOnce.has(type);
}
