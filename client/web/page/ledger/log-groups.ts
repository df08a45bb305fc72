import { formatCursor } from '../../../../protocol/cursor.ts';
import type { Entry } from '../../../../protocol/entry.ts';
import type { Group } from '../api/messages.ts';

/** Entries of the log, the newest first, as the commands that they are of. */
export function toGroups(entries: readonly Entry[], epoch: string): Group[] {
  const groups: Group[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last?.command === entry.command) {
      groups[groups.length - 1] = { ...last, entries: [entry, ...last.entries] };
      continue;
    }
    const { seq, at, by, command, why } = entry;
    groups.push({ cursor: formatCursor({ seq, epoch }), at, by, command, ...(why && { why }), entries: [entry] });
  }
  return groups;
}
