import type { MiddlewareHandler } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import type { RouterRoute } from 'hono/types';
import type { Environment } from './environment.ts';
import { refuseDoor } from './refusal.ts';

/**
 * Refuses a method that a path does not have, and names those that it has. To ask for the head alone (HEAD) is one of
 * these: of an answer that goes on for as long as its reader wants there would be no end.
 * @param routes asked for when the first request comes, when all are there; below `/api`
 */
export function guardMethods(routes: () => readonly RouterRoute[]): MiddlewareHandler<Environment> {
  let known: TrieRouter<string> | undefined;
  return async (context, next) => {
    known ??= methodsOf(routes());
    const { method, path } = context.req;
    const [matches] = known.match('ANY', path.slice('/api'.length));
    const methods = [...new Set(matches.map(([name]) => name))];
    if (methods.length === 0 || methods.includes(method)) return await next();
    context.header('allow', methods.join(', '));
    return refuseDoor(
      context,
      'wrong_method',
      `${method} is nothing that can be done here; there is ${methods.join(', ')}`,
    );
  };
}

function methodsOf(routes: readonly RouterRoute[]): TrieRouter<string> {
  const router = new TrieRouter<string>();
  // What stands before routes is for all methods.
  for (const { method, path } of routes) if (method !== 'ALL') router.add('ANY', path, method);
  return router;
}
