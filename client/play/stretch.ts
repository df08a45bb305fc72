import type { Cursor } from '../../protocol/cursor.ts';
import type { EntryGroup, GroupEvent } from '../events.ts';
import { entriesUpTo } from '../export/entries-up-to.ts';
import { GroupAssembler } from '../group-assembler.ts';
import type { LogPage } from '../log-reader.ts';
import { groupCursor, Projection } from '../projection.ts';

/** The commands of a stretch of the log that ends at a cursor. Of one that goes on behind it, only what is before. */
export async function* groupsUpTo(
  pages: AsyncIterable<LogPage>,
  to: Cursor,
): AsyncGenerator<GroupEvent, undefined, undefined> {
  const assembler = new GroupAssembler();
  const projection = new Projection(undefined);
  const toEvents = (groups: readonly EntryGroup[]): GroupEvent[] =>
    groups.flatMap((group) => {
      const event = projection.groupEvent(group, to.epoch);
      const { seq } = groupCursor(group, to.epoch);
      return event === undefined ? [] : [{ ...event, cursor: { seq: Math.min(seq, to.seq), epoch: to.epoch } }];
    });
  for await (const entries of entriesUpTo(pages, to.seq)) {
    yield* toEvents(assembler.add(entries.map(({ entry }) => entry)));
  }
  const open = assembler.end(Number.POSITIVE_INFINITY);
  if (open !== undefined && open !== 'cut') yield* toEvents([open]);
  return undefined;
}
