import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Environment } from './environment.ts';
import type { Names } from './names.ts';
import { refuseDoor } from './refusal.ts';
import type { Upstream } from './upstream.ts';
import type { Visitors } from './visitors.ts';

/** What a page of another origin cannot send without being asked first, which nobody is here. */
const ownHeader = 'x-rowcast';

/**
 * Only what was typed for this gateway, and only its own page (W6): the exact Host, against names that were rebound to
 * this address; the exact Origin and a header of our own, against other pages in the same browser.
 */
export function guardOrigin(names: Names): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const { req } = context;
    const own = names.originOf(req.header('host') ?? '', context.env.incoming.socket);
    if (own === undefined) {
      return refuseDoor(context, 'wrong_host', 'nothing is served under this name; [web] names tells the others');
    }
    context.set('origin', own);
    const origin = req.header('origin');
    const site = req.header('sec-fetch-site');
    const isForeign = (origin !== undefined && origin !== own) || site === 'cross-site' || site === 'same-site';
    const isDeed = req.method !== 'GET' && req.method !== 'HEAD';
    const isApi = req.path.startsWith('/api/');
    if ((isForeign && (isApi || isDeed)) || (isDeed && req.header(ownHeader) === undefined)) {
      return refuseDoor(context, 'wrong_origin', `only the gateway's own page may ask; others send ${ownHeader}: 1`);
    }
    return await next();
  };
}

/** Cookies are shared by the ports of a host, so each gateway has a name of its own. */
export function cookieName(port: number): string {
  return `rowcast-${port}`;
}

/** A private gateway answers the browsers that it has let in. */
export function guardVisitor(visitors: Visitors, port: number): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const visitor = visitors.find(getCookie(context, cookieName(port)) ?? '');
    if (visitor === undefined) {
      return refuseDoor(context, 'door_closed', 'open the address that the terminal shows; it is good once');
    }
    context.set('visitor', visitor);
    context.set('upstream', visitor.upstream);
    return await next();
  };
}

/** A public gateway answers everybody alike. */
export function openDoor(everybody: Upstream): MiddlewareHandler<Environment> {
  return async (context, next) => {
    context.set('visitor', undefined);
    context.set('upstream', everybody);
    return await next();
  };
}
