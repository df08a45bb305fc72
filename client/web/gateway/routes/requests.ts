import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { type Ledger, limits, type RequestOf, type RequestType, RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { jsonBody } from '../read-json.ts';
import type { Upstream } from '../upstream.ts';

/** Bytes of one request of who is logged in; larger things are imported. */
const requestBytesMax = 4 * 1024 * 1024;

/** Requests that the page may send as they stand, by their type; those that anyone may. */
const publicTypes = [
  'server.status',
  'table.list',
  'tag.list',
  'row.get',
  'row.list',
  'row.blame',
  'log.activity',
] as const;
const ownTypes = [
  'session.list',
  'session.revoke',
  'account.list',
  'account.add',
  'account.change',
  'account.remove',
  'account.password',
  'audit.read',
  'tag.set',
  'table.create',
  'table.alter',
  'table.drop',
  'row.insert',
  'row.update',
  'row.upsert',
  'row.delete',
  'row.erase',
  'batch',
  'change.revert',
] as const;

const readable: ReadonlySet<string> = new Set<string>(publicTypes);
const types: ReadonlySet<string> = new Set<string>([...publicTypes, ...ownTypes]);

/** What a person does, by which a login goes on; the page looks at these by itself. */
const looks: ReadonlySet<string> = new Set(['session.list', 'account.list', 'audit.read']);

/**
 * `POST /api/TYPE`: any of these requests of the protocol (docs/PROTOCOL.md), without `v`, `token` and `type`; the answer is the body
 * of its reply. A command should bear an `id`: sent again under it, it takes effect once. `dryRun` goes with it too.
 */
export const requests = new Hono<Environment>().post(
  '/:type{[a-z]+\\.[a-z]+|batch}',
  (context, next) => (context.var.visitor?.user === undefined ? ofStrangers : ofLogins)(context, next),
  async (context) => {
    const { type } = context.req.param();
    if (!types.has(type)) throw new RowcastError('unknown_type', `${type} is nothing that this gateway passes on`);
    const { visitor, upstream } = context.var;
    if (!readable.has(type)) {
      if (visitor === undefined)
        throw new RowcastError('forbidden', 'this gateway is open to everybody, and only to read');
    }
    const { id, dryRun, ...fields } = await readBody(context);
    // Dialogs ask anew by themselves what a command would do.
    if (!readable.has(type) && !looks.has(type) && dryRun === undefined) visitor?.use();
    const request = { ...fields, type } as RequestOf<RequestType>;
    const options = { signal: context.req.raw.signal, ...(id && { id }), ...(dryRun && { dryRun }) };
    return context.json(await upstream.answering(answer(upstream, request, options)));
  },
);

/** What the gateway looks at; the rest goes on to the server as it stands, but for what is not the page's to say. */
const bodySchema = z
  .looseObject(
    {
      id: z.string('id is a text').min(1, 'id is empty').max(128, 'id has at most 128 characters').optional(),
      dryRun: z.literal(true, 'dryRun is true, or left out').optional(),
    },
    'the body is no JSON object',
  )
  .transform(({ v: _version, token: _token, type: _type, ...body }) => body);

async function readBody(context: Context): Promise<z.output<typeof bodySchema>> {
  const body = bodySchema.safeParse(await jsonBody(context));
  if (body.success) return body.data;
  throw new RowcastError('bad_request', body.error.issues[0]?.message ?? 'the body is not understood');
}

const ofLogins = limitBytes(requestBytesMax, 'import a file instead');
/** The server takes no more of them, and it is read here before. */
const ofStrangers = limitBytes(limits.strangerRequestBytesMax, 'log in to send more');

function limitBytes(maxSize: number, advice: string) {
  const onError = () => {
    throw new RowcastError('too_large', `a request has at most ${maxSize} bytes; ${advice}`);
  };
  return bodyLimit({ maxSize, onError });
}

type Options = NonNullable<Parameters<Ledger['request']>[1]>;

/** Where sealed values may be seen, rows are read by the methods of the library that open them. */
async function answer({ ledger, opens }: Upstream, request: RequestOf<RequestType>, options: Options): Promise<object> {
  if (request.type === 'row.get' && opens) {
    const { type: _, table, key, asOf, ...others } = request;
    refuseFields(others);
    return { row: await ledger.get(table, key, { asOf, open: true, ...options }) };
  }
  if (request.type === 'row.list' && opens) {
    const { type: _, table, after, filter, sort, search, limit, asOf, ...others } = request;
    refuseFields(others);
    return await ledger.list(table, { after, filter, sort, search, limit, asOf, open: true, ...options });
  }
  if (request.type === 'change.revert') return await revert(ledger, request, { open: opens, ...options });
  return await ledger.request(request, options);
}

type RevertOptions = NonNullable<Parameters<Ledger['revert']>[1]>;

/** However long it takes; of a dry run with the changes that it would make. */
async function revert(ledger: Ledger, request: RequestOf<'change.revert'>, options: RevertOptions): Promise<object> {
  const { type: _, what, conflicts, tables, rows, why, ...others } = request;
  refuseFields(others);
  if (![tables ?? [], rows ?? []].every(Array.isArray))
    throw new RowcastError('bad_request', 'tables and rows are lists');
  const { entries, ...reply } = await ledger.revert(what, { conflicts, tables, rows, why, ...options });
  return { ...reply, ...(entries && { entries: entries.map(({ entry }) => entry) }) };
}

/** As the server does with what it is sent as it stands. @throws RowcastError `bad_request` */
function refuseFields(others: object): void {
  const [strange] = Object.keys(others);
  if (strange !== undefined) throw new RowcastError('bad_request', `there is no field ${JSON.stringify(strange)} here`);
}
