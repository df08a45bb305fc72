import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type Ledger, type RequestOf, type RequestType, RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import type { Upstream } from '../upstream.ts';

/** Bytes of one request; larger things are imported. */
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

const types: ReadonlySet<string> = new Set<string>([...publicTypes, ...ownTypes]);

/**
 * `POST /api/TYPE`: any of these requests of the protocol (docs/PROTOCOL.md), without `v`, `token` and `type`; the answer is the body
 * of its reply. A command should bear an `id`: sent again under it, it takes effect once. `dryRun` goes with it too.
 */
export const requests = new Hono<Environment>().post(
  '/:type{[a-z]+(\\.[a-z]+)?}',
  bodyLimit({ maxSize: requestBytesMax, onError: () => refuseSize() }),
  async (context) => {
    const { type } = context.req.param();
    if (!types.has(type)) throw new RowcastError('unknown_type', `${type} is nothing that this gateway passes on`);
    const { id, dryRun, ...fields } = await readBody(context.req);
    const request = { ...fields, type } as RequestOf<RequestType>;
    const options = { signal: context.req.raw.signal, ...(id && { id }), ...(dryRun && { dryRun }) };
    return context.json(await answer(context.var.upstream, request, options));
  },
);

interface Body {
  readonly id?: string;
  readonly dryRun?: true;
}

async function readBody(request: { json: () => Promise<unknown> }): Promise<Body> {
  const body = await request.json().catch(() => undefined);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new RowcastError('bad_request', 'the body is no JSON object');
}

function refuseSize(): never {
  throw new RowcastError('too_large', `a request has at most ${requestBytesMax} bytes; import a file instead`);
}

type Options = NonNullable<Parameters<Ledger['request']>[1]>;

/** Where sealed values may be seen, rows are read by the methods of the library that open them. */
async function answer({ ledger, opens }: Upstream, request: RequestOf<RequestType>, options: Options): Promise<object> {
  if (request.type === 'row.get' && opens) {
    const { table, key, asOf } = request;
    return { row: await ledger.get(table, key, { asOf, open: true, ...options }) };
  }
  if (request.type === 'row.list' && opens) {
    const { type: _, table, ...list } = request;
    return await ledger.list(table, { ...list, open: true, ...options });
  }
  if (request.type === 'change.revert') return await revert(ledger, request, { open: opens, ...options });
  return await ledger.request(request, options);
}

type RevertOptions = NonNullable<Parameters<Ledger['revert']>[1]>;

/** However long it takes; of a dry run with the changes that it would make. */
async function revert(ledger: Ledger, request: RequestOf<'change.revert'>, options: RevertOptions): Promise<object> {
  const { what, conflicts, tables, rows, why } = request;
  const { entries, ...reply } = await ledger.revert(what, { conflicts, tables, rows, why, ...options });
  return { ...reply, ...(entries && { entries: entries.map(({ entry }) => entry) }) };
}
