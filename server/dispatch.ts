import type { Logger } from 'pino';
import type { Hmac } from '../proof/hmac.ts';
import { type AccountRequest, accountSchemas } from '../protocol/accounts.ts';
import { isBundle } from '../protocol/bundle.ts';
import type { ErrorBody, ErrorCode } from '../protocol/errors.ts';
import { decodeJson, type Json, JsonError } from '../protocol/json.ts';
import { limits } from '../protocol/limits.ts';
import { type Query, querySchemas } from '../protocol/queries.ts';
import {
  type Envelope,
  envelopeSchema,
  hasDryRun,
  isRequestType,
  protocolVersion,
  type Request,
  type RequestType,
  requestSchemas,
  requestTypes,
} from '../protocol/requests.ts';
import { type SessionRequest, sessionSchemas } from '../protocol/session.ts';
import { type StagingRequest, stagingSchemas } from '../protocol/staging.ts';
import type { TagRequest } from '../protocol/tags.ts';
import type { AuditCounts } from './auth/audit-counts.ts';
import { type Proofs, sessionExpired, unattached } from './auth/proofs.ts';
import { anonymous, type Identity, mayRequest, type Viewers } from './auth/rights.ts';
import type { Caller } from './auth/session-requests.ts';
import type { Sessions } from './auth/sessions.ts';
import { type Answer, type AnySubmission, submission } from './commands/submission.ts';
import { isDatabaseAway } from './database/sql-state.ts';
import type { Tagging } from './log/set-tag.ts';
import type { QueryAnswer } from './queries/context.ts';
import { Refused, tooMuchUnread } from './refused.ts';
import { idAtFront, type TokenField, tokenField } from './token-field.ts';

/** What the requests are answered by. */
export interface Handlers {
  /** Answers when the command is durable or refused. */
  readonly command: (submitted: AnySubmission) => Promise<Answer>;
  readonly query: (query: Query, caller: Caller) => Promise<QueryAnswer>;
  /** Lays commands of large batches ready. */
  readonly staging: (request: StagingRequest, caller: Caller) => Promise<object>;
  readonly session: (request: SessionRequest, caller: Caller) => Promise<object>;
  readonly account: (request: AccountRequest, caller: Caller) => Promise<object | string>;
  readonly tag: (request: TagRequest, tagging: Tagging) => Promise<object>;
}

export interface DispatchOptions {
  readonly handlers: Handlers;
  readonly proofs: Proofs;
  readonly sessions: Sessions;
  readonly audit: AuditCounts;
  readonly viewers: Viewers;
  /** Requests of one session that may be in work. */
  readonly requestsPerSessionMax: number;
  /** Secret under which commands are kept for `once`. */
  readonly commandKey: Hmac;
  readonly changesPerCommandMax: number;
  readonly requestBytesMax: number;
  readonly log: Logger;
}

/** Frames of a reply behind its envelope. */
type Frames = readonly string[];

/** A request of which it is known what it is, and nothing more. */
interface Opened {
  readonly envelope: Envelope & { readonly type: RequestType };
  readonly body: { readonly [name: string]: Json };
}

/** A request that was understood. */
interface Understood {
  readonly envelope: Envelope;
  readonly request: Request;
}

/**
 * The way of every request: decode → authenticate → authorise → understand → hand to its handler → reply. Never throws:
 * what nobody foresaw is answered `internal`, and its cause goes to the log, not on the wire. A large one is decoded for
 * those only who may send as much, and what only some may ask is looked into when they have asked.
 */
export class Dispatch {
  #sessionBusy = 0;
  /** How many requests were refused, by the code that they were refused with. */
  readonly #refused = new Map<ErrorCode, number>();
  readonly #options: DispatchOptions;
  readonly #inWork = new RequestsInWork();

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Codes that no request was refused with are left out. */
  get counters(): Record<string, number> {
    const refused = [...this.#refused].map(([code, count]) => [`refused${inCamelCase(code)}`, count] as const);
    return { sessionBusy: this.#sessionBusy, ...Object.fromEntries(refused) };
  }

  /** @param peer names the connection that the request came over */
  async handle(bytes: Uint8Array, peer: string): Promise<Frames> {
    try {
      this.#checkBytes(bytes);
      if (isBundle(bytes)) throw bundleTooLarge();
      const field = tokenField(bytes);
      const sender = bytes.length > limits.strangerRequestBytesMax ? await this.#proveEarly(field) : undefined;
      const opened = open(decode(bytes));
      const { envelope } = opened;
      if (envelope.token !== field?.token) throw misplacedToken();
      const identity = sender ?? (await this.#identify(envelope.type, field));
      this.#authorise(identity, envelope.type);
      this.#checkCount(opened);
      return await this.#identified({ envelope, request: understand(opened) }, { identity, peer });
    } catch (error) {
      return [this.#refusal(readableId(bytes), this.#errorBody(error))];
    }
  }

  /** Answers a request that is not looked at: its connection has too many in work, or too many replies unread. */
  refuse(bytes: Uint8Array, tooMany: 'requests' | 'replies'): Frames {
    return [this.#refusal(readableId(bytes), tooMany === 'requests' ? tooMuchInWork : tooMuchUnread)];
  }

  async #identified(
    { envelope, request }: Understood,
    { identity, peer }: { readonly identity: Identity; readonly peer: string },
  ): Promise<Frames> {
    const { session } = identity;
    if (!this.#inWork.add(session, this.#options.requestsPerSessionMax)) {
      this.#sessionBusy += 1;
      throw new Refused({ code: 'busy', message: 'too many requests of this session at once', retryAfterMs: 100 });
    }
    try {
      return await this.#answer({ ...identity, id: envelope.id, peer }, { envelope, request });
    } finally {
      this.#inWork.remove(session);
    }
  }

  async #answer(caller: Caller, { envelope: { dryRun }, request }: Understood): Promise<Frames> {
    const { handlers } = this.#options;
    const { id } = caller;
    if (isSessionRequest(request)) return [replyText(id, await handlers.session(request, caller))];
    if (isAccountRequest(request)) return [replyText(id, await handlers.account(request, caller))];
    if (request.type === 'tag.set') return [replyText(id, await handlers.tag(request, { ...caller, dryRun }))];
    if (isQuery(request)) {
      return replyFrames(id, await handlers.query(request, caller));
    }
    if (isStagingRequest(request)) return [replyText(id, await handlers.staging(request, caller))];
    const submitted = submission(id, caller.user, request, this.#options.commandKey);
    const answer = await handlers.command({ ...submitted, dryRun });
    return 'error' in answer ? [this.#refusal(id, answer.error)] : replyFrames(id, answer);
  }

  #refusal(id: string | null, error: ErrorBody): string {
    this.#refused.set(error.code, (this.#refused.get(error.code) ?? 0) + 1);
    return JSON.stringify({ v: protocolVersion, id, ok: false, error });
  }

  #checkBytes({ length }: Uint8Array): void {
    const max = this.#options.requestBytesMax;
    if (length <= max) return;
    const message = `a request has at most ${max} bytes here (request_bytes_max); this one has ${length}`;
    throw new Refused({ code: 'too_large', message });
  }

  /** Ahead of looking at each of them: what is wrong with millions would not fit into memory. */
  #checkCount({ envelope: { type }, body: { commands } }: Opened): void {
    const max = this.#options.changesPerCommandMax;
    if (!Array.isArray(commands) || commands.length <= max) return;
    const what = type === 'batch' ? 'a batch' : 'a part';
    const message = `${what} has at most ${max} commands here (changes_per_command_max); send several`;
    throw new Refused({ code: 'too_large', message });
  }

  /**
   * Every request proves its session by itself: nothing hangs on a socket. The proof is looked at in the turn in which the
   * request came, so that counts are met in order. Where no right is needed its count is only used up, and whoever reads
   * goes on with a session that has ended.
   */
  async #identify(type: RequestType, field: TokenField | undefined): Promise<Identity> {
    if (field === undefined) return anonymous;
    if (mayRequest(anonymous, type, this.#options.viewers) && type !== 'session.logout') {
      this.#spend(field);
      return anonymous;
    }
    try {
      return await this.#prove(field);
    } catch (error) {
      // What is to be ended has ended.
      if (type === 'session.logout' && isExpired(error)) return anonymous;
      throw this.#countExpired(error, type);
    }
  }

  /** @throws Refused unless an administrator has sent it: nobody else has as much to say */
  async #proveEarly(field: TokenField | undefined): Promise<Identity> {
    const identity =
      field && (await this.#prove(field).catch((error: unknown) => Promise.reject(this.#countExpired(error))));
    if (identity?.role === 'administrator') return identity;
    const message = `a request of more than ${limits.strangerRequestBytesMax} bytes is taken of administrators only, with their token as its last member`;
    throw new Refused({ code: 'too_large', message });
  }

  #spend(field: TokenField): void {
    try {
      this.#options.proofs.prove(field);
    } catch (error) {
      if (!isExpired(error)) throw error;
    }
  }

  #countExpired(error: unknown, type?: RequestType): unknown {
    if (isExpired(error)) this.#options.audit.count({ what: 'refused', by: '', type, code: 'session_expired' });
    return error;
  }

  async #prove(field: TokenField): Promise<Identity> {
    const { proofs, sessions } = this.#options;
    const proved = proofs.prove(field);
    const session = await sessions.find(proved.session);
    if (session === undefined) throw sessionExpired();
    if (!proved.isAttached) throw unattached();
    await sessions.use(session.id);
    return { role: session.role, user: session.user, session: session.id };
  }

  #authorise(identity: Identity, type: RequestType): void {
    if (mayRequest(identity, type, this.#options.viewers)) return;
    const refused =
      identity.role === 'nobody'
        ? new Refused({ code: 'login_required', message: `${type} needs a login; log in first` })
        : new Refused({
            code: 'forbidden',
            message: `${type} is for administrators; ${identity.user} is a ${identity.role}`,
          });
    this.#options.audit.count({ what: 'refused', by: identity.user, type, code: refused.body.code });
    throw refused;
  }

  #errorBody(error: unknown): ErrorBody {
    if (error instanceof Refused) return error.body;
    this.#options.log.error({ err: error }, 'a request failed');
    if (isDatabaseAway(error)) {
      return { code: 'unavailable', message: 'the database does not answer; try again', retryAfterMs: 1_000 };
    }
    return { code: 'internal', message: "the request failed; the server's log says why" };
  }
}

const tooMuchInWork: ErrorBody = {
  code: 'busy',
  message: 'this connection has too many requests in work (requests_per_peer_max); wait for replies',
  retryAfterMs: 100,
};

/** How many requests of each session are being answered. */
class RequestsInWork {
  readonly #counts = new Map<string, number>();

  /** False when there are as many as may be. */
  add(session: string | undefined, max: number): boolean {
    if (session === undefined) return true;
    const count = this.#counts.get(session) ?? 0;
    if (count >= max) return false;
    this.#counts.set(session, count + 1);
    return true;
  }

  remove(session: string | undefined): void {
    if (session === undefined) return;
    const left = (this.#counts.get(session) ?? 1) - 1;
    if (left === 0) this.#counts.delete(session);
    else this.#counts.set(session, left);
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof Refused && error.body.code === 'session_expired';
}

function misplacedToken(): Refused {
  const message = 'the token is the last member of a request, and proves the bytes ahead of it: put it at the end';
  return new Refused({ code: 'bad_request', message });
}

/** What the socket could not take apart. */
function bundleTooLarge(): Refused {
  const message = `a bundle has at most ${limits.bundleTextsMax} requests and ${limits.bundleBytesMax} bytes; send several`;
  return new Refused({ code: 'too_large', message });
}

function decode(bytes: Uint8Array): Json {
  try {
    return decodeJson(bytes);
  } catch (error) {
    if (error instanceof JsonError) throw new Refused({ code: 'bad_request', message: error.message });
    throw error;
  }
}

/**
 * The id of a request that is refused, so that its refusal can be told from others': where it stands, if the request is
 * JSON of a size that is read, and else at the front.
 */
function readableId(bytes: Uint8Array): string | null {
  if (bytes.length <= limits.strangerRequestBytesMax) {
    try {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
      return envelopeSchema.shape.id.safeParse(JSON.parse(text)?.id).data ?? null;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return idAtFront(bytes) ?? null;
}

function open(message: Json): Opened {
  if (typeof message === 'object' && message !== null && 'v' in message && message.v !== protocolVersion) {
    const text = `this server speaks version ${protocolVersion} of the protocol`;
    throw new Refused({ code: 'unsupported_version', message: text });
  }
  const envelope = envelopeSchema.safeParse(message);
  if (!envelope.success) throw badRequest(envelope.error.issues);
  const { type } = envelope.data;
  if (!isRequestType(type)) {
    const text = `unknown type ${type.slice(0, 64)}; known: ${requestTypes.join(', ')}`;
    throw new Refused({ code: 'unknown_type', message: text });
  }
  const { v: _v, id: _id, token: _token, dryRun: _dryRun, ...body } = message as Record<string, Json>;
  return { envelope: { ...envelope.data, type }, body };
}

function understand({ envelope: { type, dryRun }, body }: Opened): Request {
  const request = requestSchemas[type].safeParse(body);
  if (!request.success) throw badRequest(request.error.issues);
  if (dryRun && !hasDryRun(type)) {
    throw new Refused({ code: 'bad_request', message: `${type} leaves nothing in the log: it has no dryRun` });
  }
  return request.data;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Every part of a request that has not the form it should have. */
function badRequest(issues: readonly Issue[]): Refused {
  const problems = issues.slice(0, 100).map(({ path, message }) => {
    const [first, index] = path;
    const where = path.map(String).join('.');
    const text = where === '' ? message : `${where}: ${message}`;
    return {
      code: 'bad_request' as const,
      message: text,
      ...(first === 'commands' && typeof index === 'number' ? { index } : {}),
    };
  });
  return new Refused({ code: 'bad_request', message: problems.map(({ message }) => message).join('; '), problems });
}

function isSessionRequest(request: Request): request is SessionRequest {
  return Object.hasOwn(sessionSchemas, request.type);
}

function isAccountRequest(request: Request): request is AccountRequest {
  return Object.hasOwn(accountSchemas, request.type);
}

function isQuery(request: Request): request is Query {
  return Object.hasOwn(querySchemas, request.type);
}

function isStagingRequest(request: Request): request is StagingRequest {
  return Object.hasOwn(stagingSchemas, request.type);
}

/** A reply, and in a second frame the lines that go with it. */
function replyFrames(id: string, { body, lines }: QueryAnswer): Frames {
  return lines === undefined ? [replyText(id, body)] : [replyText(id, body), lines];
}

/** The body may be text already: an answer that was kept, or rows that PostgreSQL printed. */
function replyText(id: string, body: object | string): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const head = `{"v":${protocolVersion},"id":${JSON.stringify(id)},"ok":true`;
  return text === '{}' ? `${head}}` : `${head},${text.slice(1)}`;
}

/** `too_large` to `TooLarge`. */
function inCamelCase(code: ErrorCode): string {
  return code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
