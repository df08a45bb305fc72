import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { jsonBody } from '../read-json.ts';

const loginSchema = z.strictObject({ user: z.string().min(1).max(64), password: z.string().min(1).max(1_024) });

const advice = 'write {"user", "password"}';

/** Bytes of a name and a password with what is around them. */
const loginBytesMax = 16 * 1024;

/** Who the one at this browser is. The session's secret stays in the gateway. */
export const login = new Hono<Environment>()
  .use('/session.login', bodyLimit({ maxSize: loginBytesMax, onError: () => refuseSize() }))
  .post('/session.login', async (context) => {
    const visitor = demandVisitor(context.var.visitor);
    const body = loginSchema.safeParse(await jsonBody(context, advice));
    if (!body.success) throw new RowcastError('bad_request', advice);
    return context.json(await visitor.login(body.data.user, body.data.password));
  })
  .post('/session.logout', async (context) => {
    await demandVisitor(context.var.visitor).logout();
    return context.json({});
  })
  /** The person is there, though nothing is changed. */
  .post('/session.use', (context) => {
    demandVisitor(context.var.visitor).use();
    return context.json({});
  })
  .post('/session.status', async (context) => {
    const { visitor, upstream } = context.var;
    const door = visitor === undefined ? 'public' : 'private';
    if (visitor?.user === undefined) return context.json({ door });
    const { user, role, expires } = await upstream.ledger.accounts.status();
    const { idleMinutes } = visitor;
    return context.json({ door, login: { user, role, expires, idleMinutes } });
  });

function refuseSize(): never {
  throw new RowcastError('too_large', `a login has at most ${loginBytesMax} bytes`);
}

function demandVisitor<Visitor>(visitor: Visitor | undefined): Visitor {
  if (visitor !== undefined) return visitor;
  throw new RowcastError('forbidden', 'this gateway is open to everybody, and only to read');
}
