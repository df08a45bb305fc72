import { randomBytes } from 'node:crypto';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { cookieName } from '../doors.ts';
import type { Environment } from '../environment.ts';
import { missingHtml } from '../page-file.ts';
import { refuseDoor } from '../refusal.ts';
import type { Visitors } from '../visitors.ts';

export interface PageOptions {
  /** Undefined where it is not built. */
  readonly html: string | undefined;
  /** Folder of the built page. */
  readonly folder: string;
  readonly port: number;
  /** Undefined at a public door. */
  readonly visitors: Visitors | undefined;
  /** A pass was used: there is another one now. */
  readonly onAdmitted: () => void;
}

/** Stands in the built page where the nonce of its styles goes, which is another one with every answer. */
const noncePlace = 'ROWCAST-NONCE';

/** Seconds; a browser that was let in stays so. */
const cookieSeconds = 400 * 24 * 3_600;

/** The page: the same document under every address that is not another thing's; which table it shows, the address says. */
export function page(options: PageOptions): Hono<Environment> {
  const { html, folder } = options;
  const app = new Hono<Environment>();
  if (html !== undefined)
    app.get('/assets/*', serveStatic({ root: folder, onFound: (_path, context) => keep(context) }));
  return app
    .get('/assets/*', (context) => refuseDoor(context, 'not_found', 'the page has no such part; load it again'))
    .get('*', (context) => {
      const { pass } = context.req.query();
      if (pass !== undefined && context.req.method === 'GET') return admit(context, pass, options);
      const nonce = randomBytes(16).toString('base64');
      context.header('content-security-policy', policy(nonce));
      context.header('cache-control', 'no-store');
      return context.html((html ?? missingHtml).replaceAll(noncePlace, nonce), html === undefined ? 503 : 200);
    })
    .all('*', (context) => {
      context.header('allow', 'GET, HEAD');
      return refuseDoor(context, 'wrong_method', 'the page is there to be read; what can be done is below /api');
    });
}

/** The address without the pass in it is what stays in the history of the browser. */
function admit(context: Context<Environment>, pass: string, { visitors, port, onAdmitted }: PageOptions): Response {
  const { origin } = context.var;
  const secret = visitors?.admit(pass);
  if (secret !== undefined) {
    setCookie(context, cookieName(port), secret, {
      httpOnly: true,
      sameSite: 'Strict',
      secure: origin.startsWith('https:'),
      path: '/',
      maxAge: cookieSeconds,
    });
    onAdmitted();
  }
  context.header('cache-control', 'no-store');
  return context.redirect(`${origin}${pathWithoutPass(context.req.url)}`, 303);
}

function pathWithoutPass(url: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete('pass');
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams}`;
}

/** Nothing from elsewhere, nothing inline: styles that the page's libraries make bear the nonce. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** Their names change with what is in them. */
function keep(context: Context): void {
  context.header('cache-control', 'public, max-age=31536000, immutable');
}
