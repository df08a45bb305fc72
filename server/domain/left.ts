import type { Left } from '../../protocol/replies.ts';

/** Adds up what was left. */
export function addLeft(a: Left, b: Left): Left {
  const sum = (one = 0, other = 0): number => one + other;
  return {
    kept: sum(a.kept, b.kept),
    homeless: sum(a.homeless, b.homeless),
    erased: sum(a.erased, b.erased),
  };
}
