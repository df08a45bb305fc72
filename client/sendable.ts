import { limits } from '../protocol/limits.ts';
import { isReservedName } from '../protocol/names.ts';
import { RowcastError } from './errors.ts';

/**
 * Refuses what JSON.stringify would silently change on its way: NaN becomes null, -0 becomes 0, a Date a string, and an
 * undefined cell vanishes. What the server cannot read at all (NUL, lone surrogates, reserved names, too deep) is
 * refused here too, where the place can be named. @throws RowcastError `invalid`
 */
export function checkSendable(request: object): void {
  checkMembers(request, { path: '', depth: 0, ofRow: false });
}

interface Place {
  readonly path: string;
  readonly depth: number;
  /** Whether it lies in the cells of a row: there, undefined is a mistake, elsewhere a field that is left out. */
  readonly ofRow: boolean;
}

function check(value: unknown, place: Place): void {
  if (value === undefined && !place.ofRow) return;
  const problem = scalarProblem(value);
  if (problem !== undefined) throw invalid(place.path, problem);
  if (typeof value !== 'object' || value === null) return;
  if (place.depth >= limits.depthMax) throw invalid(place.path, `lies more than ${limits.depthMax} levels deep`);
  if (Array.isArray(value)) checkItems(value, place);
  else checkMembers(value, place);
}

function checkItems(items: readonly unknown[], { path, depth, ofRow }: Place): void {
  for (const [index, item] of items.entries()) check(item, { path: `${path}[${index}]`, depth: depth + 1, ofRow });
}

function checkMembers(object: object, { path, depth, ofRow }: Place): void {
  for (const [name, member] of Object.entries(object)) {
    const at = path === '' ? name : `${path}.${name}`;
    const problem = isReservedName(name) ? 'is a reserved name; choose another' : textProblem(name);
    if (problem !== undefined) throw invalid(at, problem);
    check(member, { path: at, depth: depth + 1, ofRow: ofRow || rowPath.test(at) });
  }
}

/** Where a command, alone or in a batch, has its row. */
const rowPath = /^(?:commands\[\d+\]\.)?row$/;

function invalid(path: string, problem: string): RowcastError {
  return new RowcastError('invalid', `${path} ${problem}`);
}

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
