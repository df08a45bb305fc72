import { limits } from '../protocol/limits.ts';
import { isReservedName } from '../protocol/names.ts';
import { RowcastError } from './errors.ts';

/**
 * Refuses what JSON.stringify would silently change on its way: NaN becomes null, -0 becomes 0, a Date a string, and an
 * undefined cell vanishes. What the server cannot read at all (NUL, lone surrogates, reserved names, too deep) is
 * refused here too, where the place can be named. @throws RowcastError `invalid`
 */
export function checkSendable(request: object): void {
  for (const [name, value] of Object.entries(request)) {
    // A field of the request may be left out; a cell may not.
    if (value !== undefined) check(value, name, 1);
  }
}

function check(value: unknown, path: string, depth: number): void {
  const problem = scalarProblem(value);
  if (problem !== undefined) throw new RowcastError('invalid', `${path} ${problem}`);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= limits.depthMax)
    throw new RowcastError('invalid', `${path} lies more than ${limits.depthMax} levels deep`);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) check(item, `${path}[${index}]`, depth + 1);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}.${name}`;
    const nameProblem = isReservedName(name) ? 'is a reserved name; choose another' : textProblem(name);
    if (nameProblem !== undefined) throw new RowcastError('invalid', `${at} ${nameProblem}`);
    if (member !== undefined || !optionalFields.has(name)) check(member, at, depth + 1);
  }
}

/** Fields of a batch's steps that may be undefined, as those of a command alone may. */
const optionalFields: ReadonlySet<string> = new Set(['key', 'expect', 'why']);

function scalarProblem(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return textProblem(value);
    case 'number':
      if (!Number.isFinite(value)) return `is ${value}, which JSON cannot hold; send null for an empty cell`;
      return Object.is(value, -0) ? 'is -0, which JSON prints as 0; send 0' : undefined;
    case 'boolean':
      return undefined;
    case 'object':
      return isPlain(value) ? undefined : 'is not a plain object; send a string in the form of its column';
    default:
      return `is ${typeof value}, which JSON cannot hold; send null for an empty cell`;
  }
}

function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'holds NUL (U+0000), which cannot be kept';
  return text.isWellFormed() ? undefined : 'holds a lone surrogate, which is not a character';
}

function isPlain(value: object | null): boolean {
  if (value === null || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
