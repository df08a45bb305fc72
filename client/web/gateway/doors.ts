import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Environment } from './environment.ts';
import { refuseDoor } from './refusal.ts';
import type { Upstream } from './upstream.ts';
import type { Visitors } from './visitors.ts';

/** What a page of another origin cannot send without being asked first, which nobody is here. */
const ownHeader = 'x-rowcast';

/** Names under which browsers reach the gateway, and what their pages' origins are. */
export interface Names {
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
}

/** On loopback by any of its names; besides, as the settings say, there behind a proxy with TLS too. */
export function namesOf(port: number, named: readonly string[]): Names {
  const local = ['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`);
  const hosts = [...local, ...named];
  return {
    hosts: new Set(hosts),
    origins: new Set([...hosts.map((host) => `http://${host}`), ...named.map((host) => `https://${host}`)]),
  };
}

/**
 * Only what was typed for this gateway, and only its own page (W6): the exact Host, against names that were rebound to
 * this address; the exact Origin and a header of our own, against other pages in the same browser.
 */
export function guardOrigin({ hosts, origins }: Names): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const { req } = context;
    if (!hosts.has(req.header('host') ?? '')) {
      return refuseDoor(context, 'wrong_host', 'nothing is served under this name; [web] names tells the others');
    }
    const origin = req.header('origin');
    const site = req.header('sec-fetch-site');
    const isForeign = (origin !== undefined && !origins.has(origin)) || site === 'cross-site' || site === 'same-site';
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
    if (context.req.method !== 'GET') visitor.use();
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
