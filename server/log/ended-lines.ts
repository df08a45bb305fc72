import type { EndLine } from '../../protocol/entry.ts';

/** Entries with their end line: a reader that does not find it was cut off (S10). */
export function endedLines({ texts, count, last }: { texts: readonly string[]; count: number; last: number }): string {
  const end: EndLine = { end: { count, last } };
  return [...texts, JSON.stringify(end)].join('\n');
}
