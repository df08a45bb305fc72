import { z } from 'zod';
import { type CurrentRow, type ErrorBody, errorCodeSchema, errorSchema } from '../protocol/errors.ts';
import { type ReplyOf, replySchemas } from '../protocol/replies.ts';
import { protocolVersion, type RequestType } from '../protocol/requests.ts';
import { RowcastError } from './errors.ts';

/** A reply as it came: granted, with the fields of its type still unchecked, or refused. */
export type Reply =
  | { readonly ok: true; readonly id: string; readonly body: object; readonly lines: Uint8Array | undefined }
  | { readonly ok: false; readonly id: string | null; readonly error: ErrorBody };

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads the frames of a reply; undefined when they are none: a stranger's bytes must not end the reader. */
export function decodeReply(frames: readonly Uint8Array[]): Reply | undefined {
  const [frame, lines] = frames;
  const value = frame === undefined ? undefined : parseObject(frame);
  if (value === undefined || !('v' in value) || value.v !== protocolVersion || !('id' in value)) return undefined;
  if (!('ok' in value)) return undefined;
  const { id, ok } = value;
  if (ok === true && typeof id === 'string') return { ok, id, body: value, lines };
  if (ok !== false || (typeof id !== 'string' && id !== null)) return undefined;
  return { ok, id, error: readError('error' in value ? value.error : undefined) };
}

function parseObject(frame: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(frame));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A code that this client does not know comes from a newer server: all that can be said is that it went wrong. */
function readError(value: unknown): ErrorBody {
  const read = errorSchema.safeParse(value);
  if (read.success) return read.data;
  const { code, message } = looseErrorSchema.parse(value);
  return { code: errorCodeSchema.safeParse(code).data ?? 'internal', message: `${code}: ${message}` };
}

const looseErrorSchema = z
  .looseObject({ code: z.string().catch('error without a code'), message: z.string().catch('') })
  .catch({ code: 'error without a code', message: '' });

/** The rows of a page are taken as they come: checking 10,000 of them takes longer than reading them. */
const bodySchemas = {
  ...replySchemas,
  'row.list': replySchemas['row.list'].extend({ rows: z.array(z.custom<CurrentRow>()) }),
};

/** Checks that a granted reply has the fields of its type. @throws RowcastError `protocol` */
export function readBody<Type extends RequestType>(type: Type, body: object, id: string): ReplyOf<Type> {
  const read = bodySchemas[type].safeParse(body);
  if (!read.success) {
    throw new RowcastError('protocol', `the answer to ${type} cannot be understood: ${z.prettifyError(read.error)}`, {
      id,
    });
  }
  return read.data as ReplyOf<Type>;
}
