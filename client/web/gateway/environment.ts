import type { HttpBindings } from '@hono/node-server';
import type { Upstream } from './upstream.ts';
import type { Visitor } from './visitor.ts';

/** What a route is given besides the request. */
export interface Environment {
  Bindings: HttpBindings;
  Variables: {
    /** Of the gateway's page, for who asks. */
    origin: string;
    /** The ledger as the one who asks may read it. */
    upstream: Upstream;
    /** The browser that asks; at a public door nobody is told apart. */
    visitor: Visitor | undefined;
    /** The answer is one of events, which goes on for as long as its reader wants. */
    isFeed: true | undefined;
  };
}
