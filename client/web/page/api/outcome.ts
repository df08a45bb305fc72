import { codeOf, GatewayProblem, unreachable } from './problem.ts';

/** With these a command may have been done, or may be done yet. */
const open: ReadonlySet<string> = new Set([unreachable, 'cut', 'unavailable', 'timeout', 'closed', 'internal']);
/** With these it is worth another try at once. */
const passing: ReadonlySet<string> = new Set([
  ...[unreachable, 'cut', 'busy', 'unavailable', 'timeout', 'closed'],
  // Of what was joined while its first asker, who had gone, gave it up.
  'aborted',
]);

/** Whether nobody knows yet if a command was done. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof GatewayProblem && error.body.outcomeUnknown === true;
}

/** Whether it may have been done, by what this one answer says. */
export function isOpen(error: unknown): boolean {
  return isOutcomeUnknown(error) || open.has(codeOf(error) ?? '');
}

/** Whether the same may be granted a little later without anything being mended. */
export function isPassing(error: unknown): boolean {
  return isOutcomeUnknown(error) || passing.has(codeOf(error) ?? '');
}
