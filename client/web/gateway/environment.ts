import type { HttpBindings } from '@hono/node-server';
import type { Upstream } from './upstream.ts';
import type { Visitor } from './visitors.ts';

/** What a route is given besides the request. */
export interface Environment {
  Bindings: HttpBindings;
  Variables: {
    /** The ledger as the one who asks may read it. */
    upstream: Upstream;
    /** The browser that asks; at a public door nobody is told apart. */
    visitor: Visitor | undefined;
  };
}
