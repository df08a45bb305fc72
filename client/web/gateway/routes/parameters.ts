import type { Context, MiddlewareHandler } from 'hono';
import { type Cursor, type Point, parseCursor, parseJson, parsePoint, RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { readJson } from '../read-json.ts';

/* What routes read from an address. */

/** Refuses what a route does not have: a name that was mistyped would be passed over, and another answer given. */
export function takes(...names: readonly string[]): MiddlewareHandler<Environment> {
  return async ({ req }, next) => {
    const strange = Object.keys(req.query()).find((name) => !names.includes(name));
    if (strange === undefined) return await next();
    throw new RowcastError('bad_request', `there is no parameter ${strange} here; there are ${names.join(', ')}`);
  };
}

/** @throws RowcastError `bad_request` */
export function pointIn(context: Context, name: string): Point | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  const point = parsePoint(text);
  if (point === undefined) throw bad(name, text, 'no point: write a seq, seq@epoch, a time or a tag');
  return point;
}

/** @throws RowcastError `bad_request` */
export function cursorIn(text: string | undefined, name: string): Cursor | undefined {
  if (text === undefined || text === '') return undefined;
  const cursor = parseCursor(text);
  if (cursor === undefined) throw bad(name, text, 'no cursor: write seq@epoch');
  return cursor;
}

/** @throws RowcastError `bad_request` */
export function numberIn(context: Context, name: string): number | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw bad(name, text, 'no number: write digits only');
  return Number(text);
}

/** A value in JSON, read as the server reads it. @throws RowcastError `bad_request` */
export function jsonIn<Value>(context: Context, name: string): Value | undefined {
  const text = context.req.query(name);
  return text === undefined ? undefined : (readJson(() => parseJson(text), name) as Value);
}

/** @throws RowcastError `bad_request`, which names all that there are */
export function choiceIn<Choice extends string>(
  context: Context,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw bad(name, text, `none that there is: ${name} is one of ${choices.join(', ')}`);
}

/** Named alone or as `true`; `false` says what leaving it out does. @throws RowcastError `bad_request` */
export function flagIn(context: Context, name: string): true | undefined {
  const text = context.req.query(name);
  if (text === undefined || text === 'false') return undefined;
  if (text === '' || text === 'true') return true;
  throw bad(name, text, 'no flag: write its name alone');
}

function bad(name: string, text: string, what: string): RowcastError {
  return new RowcastError('bad_request', `${name}=${text} is ${what}`);
}
