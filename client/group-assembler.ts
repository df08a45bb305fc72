import { type Entry, groupOf } from '../protocol/entry.ts';
import type { EntryGroup } from './events.ts';

/**
 * Puts the groups of a log together that is read in pages, which are cut anywhere.
 *
 * A group is whole when its last seq was seen, or when an entry of a later group follows: of one table the log shows
 * its own entries only, and the last of a group may be another table's. What is open at the end of the log is whole
 * too, when the log was read up to the group's last seq.
 */
export class GroupAssembler {
  #open: [Entry, ...Entry[]] | undefined;

  /** The groups that these entries, which follow those of before, complete. */
  add(entries: Iterable<Entry>): EntryGroup[] {
    const groups: EntryGroup[] = [];
    for (const entry of entries) {
      const [first, last] = groupOf(entry);
      if (this.#open === undefined || groupOf(this.#open[0])[0] !== first) {
        if (this.#open !== undefined) groups.push(this.#open);
        this.#open = [entry];
      } else {
        this.#open.push(entry);
      }
      if (entry.seq === last) {
        groups.push(this.#open);
        this.#open = undefined;
      }
    }
    return groups;
  }

  /**
   * What the end of the log at `head` makes of the open group: whole; or `cut`, when more of it is still to come; or
   * undefined, when none was open. The assembler starts anew.
   */
  end(head: number): EntryGroup | 'cut' | undefined {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return undefined;
    return groupOf(open[0])[1] <= head ? open : 'cut';
  }
}
