import type { Logger } from 'pino';
import type { Command } from '../protocol/commands.ts';
import type { ErrorBody } from '../protocol/errors.ts';
import { decodeJson, type Json, JsonError } from '../protocol/json.ts';
import { type Query, querySchemas } from '../protocol/queries.ts';
import {
  type Envelope,
  envelopeSchema,
  isRequestType,
  protocolVersion,
  type Request,
  type RequestType,
  requestSchemas,
  requestTypes,
} from '../protocol/requests.ts';
import { type SessionRequest, sessionSchemas } from '../protocol/session.ts';
import { anonymous, type Identity, mayRequest } from './auth/rights.ts';
import type { Sessions } from './auth/sessions.ts';
import { type Answer, submission } from './commands/submission.ts';
import { isDatabaseAway } from './database/sql-state.ts';
import type { QueryAnswer } from './queries/context.ts';
import { Refused } from './refused.ts';

/** What the requests are answered by. */
export interface Handlers {
  /** Answers when the command is durable or refused. */
  readonly command: (submitted: ReturnType<typeof submission>) => Promise<Answer>;
  readonly query: (query: Query) => Promise<QueryAnswer>;
  readonly session: (request: SessionRequest, token: string | undefined) => Promise<object>;
}

export interface DispatchOptions {
  readonly handlers: Handlers;
  readonly sessions: Sessions;
  readonly administrators: ReadonlyMap<string, string>;
  /** Secret under which commands are kept for `once`. */
  readonly commandKey: Buffer;
  readonly changesPerCommandMax: number;
  readonly requestBytesMax: number;
  readonly log: Logger;
}

/** Frames of a reply behind its envelope. */
type Frames = readonly string[];

/** A request that was understood. */
interface Understood {
  readonly envelope: Envelope;
  readonly request: Request;
}

/**
 * The way of every request: decode → authenticate → authorise → hand to its handler → reply. Never throws: what nobody
 * foresaw is answered `internal`, and its cause goes to the log, not on the wire.
 */
export class Dispatch {
  readonly #options: DispatchOptions;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  async handle(bytes: Uint8Array): Promise<Frames> {
    try {
      const message = decode(bytes, this.#options.requestBytesMax);
      const { envelope, request } = understand(message);
      const identity = await this.#identify(envelope, request.type);
      authorise(identity, request.type);
      return await this.#answer(envelope, identity, request);
    } catch (error) {
      return [refusalText(readableId(bytes, this.#options.requestBytesMax), this.#errorBody(error))];
    }
  }

  async #answer({ id, token }: Envelope, identity: Identity, request: Request): Promise<Frames> {
    const { handlers } = this.#options;
    if (isSessionRequest(request)) return [replyText(id, await handlers.session(request, token))];
    if (isQuery(request)) {
      const { body, lines } = await handlers.query(request);
      return lines === undefined ? [replyText(id, body)] : [replyText(id, body), lines];
    }
    this.#checkSize(request);
    const answer = await handlers.command(submission(id, identity.user, request, this.#options.commandKey));
    return ['error' in answer ? refusalText(id, answer.error) : replyText(id, answer.body)];
  }

  #checkSize(command: Command): void {
    const max = this.#options.changesPerCommandMax;
    if (command.type !== 'batch' || command.commands.length <= max) return;
    const message = `a batch has at most ${max} commands here (changes_per_command_max); send several`;
    throw new Refused({ code: 'too_large', message });
  }

  /**
   * Every request carries its token: nothing hangs on a socket. It is looked at where rights are needed; reading goes on
   * with a session that has ended. A name that setting.ini lost has lost its rights.
   */
  async #identify({ token }: Envelope, type: RequestType): Promise<Identity> {
    if (token === undefined || mayRequest(anonymous, type)) return anonymous;
    const session = await this.#options.sessions.find(token);
    if (session !== undefined && this.#options.administrators.has(session.user)) {
      return { role: 'administrator', user: session.user };
    }
    throw new Refused({ code: 'session_expired', message: 'the session has ended; log in again' });
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

function decode(bytes: Uint8Array, bytesMax: number): Json {
  if (bytes.length > bytesMax) {
    const message = `a request has at most ${bytesMax} bytes here (request_bytes_max); this one has ${bytes.length}`;
    throw new Refused({ code: 'too_large', message });
  }
  try {
    return decodeJson(bytes);
  } catch (error) {
    if (error instanceof JsonError) throw new Refused({ code: 'bad_request', message: error.message });
    throw error;
  }
}

/** An id at the front, alone or behind `v`: there it is the request's own and not that of a row that it holds. */
const leadingId = /^\s*\{\s*(?:"v"\s*:\s*\d+\s*,\s*)?"id"\s*:\s*"([A-Za-z0-9_-]{8,64})"/;
/** Bytes of a request in which a leading id is looked for. */
const leadingIdBytesMax = 256;

/**
 * The id of a request that is refused, so that its refusal can be told from others': where it stands, if the request is
 * JSON of a size that is taken, and else at the front.
 */
function readableId(bytes: Uint8Array, bytesMax: number): string | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length <= bytesMax) {
    try {
      return envelopeSchema.shape.id.safeParse(JSON.parse(text.toString())?.id).data ?? null;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return leadingId.exec(text.subarray(0, leadingIdBytesMax).toString('latin1'))?.[1] ?? null;
}

function understand(message: Json): Understood {
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
  const { v: _v, id: _id, token: _token, ...body } = message as Record<string, Json>;
  const request = requestSchemas[type].safeParse(body);
  if (!request.success) throw badRequest(request.error.issues);
  return { envelope: envelope.data, request: request.data };
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

function authorise(identity: Identity, type: RequestType): void {
  if (mayRequest(identity, type)) return;
  throw identity === anonymous
    ? new Refused({ code: 'login_required', message: `${type} is for administrators; log in first` })
    : new Refused({ code: 'forbidden', message: `${identity.user} may not ${type}` });
}

function isSessionRequest(request: Request): request is SessionRequest {
  return Object.hasOwn(sessionSchemas, request.type);
}

function isQuery(request: Request): request is Query {
  return Object.hasOwn(querySchemas, request.type);
}

/** The body may be text already: an answer that was kept, or rows that PostgreSQL printed. */
function replyText(id: string, body: object | string): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const head = `{"v":${protocolVersion},"id":${JSON.stringify(id)},"ok":true`;
  return text === '{}' ? `${head}}` : `${head},${text.slice(1)}`;
}

function refusalText(id: string | null, error: ErrorBody): string {
  return JSON.stringify({ v: protocolVersion, id, ok: false, error });
}
