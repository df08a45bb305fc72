import type { Entry } from '../../protocol/entry.ts';
import { type Event, isRowEvent } from '../domain/event.ts';

/** A change: an event with its place in the log, and the exact text that is recorded, published and replayed. */
export interface Change {
  readonly seq: number;
  readonly tableId: number;
  /** The table's name, for its topic. */
  readonly table: string;
  /** null when the change is of the table itself. */
  readonly key: string | null;
  /** Seq of the last change of the same command. */
  readonly groupLast: number;
  readonly entry: string;
}

export interface CommandRecord {
  /** The command's id. */
  readonly command: string;
  readonly by: string;
  readonly at: string;
  readonly firstSeq: number;
  /** First and last seq of all changes of the command, when these are a part of them. */
  readonly group?: readonly [first: number, last: number];
}

/** Turns the events of one command into changes: here, once, the bytes of an entry are made. */
export function recordEvents(events: readonly Event[], record: CommandRecord): Change[] {
  const [first, last] = record.group ?? [record.firstSeq, record.firstSeq + events.length - 1];
  const group = last > first ? ([first, last] as [number, number]) : undefined;
  return events.map((event, index) => {
    const seq = record.firstSeq + index;
    return {
      seq,
      tableId: event.table.id,
      table: event.table.definition.name,
      key: isRowEvent(event) ? event.key : null,
      groupLast: last,
      entry: JSON.stringify(entryOf(event, record, { seq, group })),
    };
  });
}

interface EntryPlace {
  readonly seq: number;
  readonly group: [number, number] | undefined;
}

/** The entry of an event. Fields stand in this order; JSON leaves out the undefined ones. */
function entryOf(event: Event, { at, by, command }: CommandRecord, { seq, group }: EntryPlace): Undefinable<Entry> {
  const table = event.table.definition.name;
  if (isRowEvent(event)) {
    const { op, key, version, row, was, columns, reverts, why } = event;
    const erased = columns && [...columns];
    return {
      seq,
      at,
      by,
      command,
      group,
      table,
      op,
      key,
      version,
      row,
      was,
      columns: erased,
      reverts: reverts && [...reverts],
      why,
    };
  }
  const { op, definition, steps, was, reverts, why } = event;
  return {
    seq,
    at,
    by,
    command,
    group,
    table,
    op,
    definition,
    steps: steps && [...steps],
    was,
    reverts: reverts && [...reverts],
    why,
  };
}

/** The same fields, of which the optional ones may be undefined until JSON drops them. */
type Undefinable<Type> = Type extends unknown ? { [Name in keyof Type]: Type[Name] | undefined } : never;
