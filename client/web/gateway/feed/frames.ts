import {
  type Cursor,
  type Entry,
  type FormerLife,
  formatCursor,
  type GroupEvent,
  type RowcastErrorCode,
  type WatchState,
} from '../../../index.ts';

/* The server-sent events of the feed, as docs/WEB.md specifies them. */

/** Where the gateway stands: its watch's state, the last seq that it knows, and up to which one it has verified. */
export interface Position {
  readonly state: WatchState;
  /** Since when it is so. */
  readonly since: string;
  readonly cursor: Cursor | undefined;
  readonly head: number;
  readonly verified: number;
  /** Since when the server has owed the proof of what is behind that, where it is overdue. */
  readonly unproven?: { readonly since: string } | undefined;
  /** The life of the ledger before this one, where another was met. */
  readonly former?: FormerLife | undefined;
  /** Why the log cannot be followed, where that is not a matter of waiting. */
  readonly problem?: { readonly code: RowcastErrorCode; readonly message: string } | undefined;
}

/** The changes of one command, of one table or of all. Its id resumes behind it. */
export function groupFrame({ cursor, at, by, command, why, changes }: GroupEvent, table?: string): string | undefined {
  const entries: Entry[] = changes.map(({ entry }) => entry).filter((entry) => concerns(entry, table));
  if (entries.length === 0) return undefined;
  return frame('group', { cursor: formatCursor(cursor), at, by, command, why, entries }, cursor);
}

function concerns(entry: Entry, table: string | undefined): boolean {
  return table === undefined || entry.table === table;
}

/** Every two seconds, and whenever the state changes. Its id moves on what was looked at in vain. */
export function positionFrame({ cursor, ...rest }: Position, at: Cursor | undefined): string {
  return frame('position', { ...rest, cursor: cursor && formatCursor(cursor) }, at);
}

/** The last of a feed: why it cannot go on, and so what the reader has to do. */
export function endFrame(code: RowcastErrorCode | 'logged_in' | 'logged_out' | 'done', message: string): string {
  return frame('end', { code, message });
}

export function frame(event: string, data: unknown, id?: Cursor): string {
  const idLine = id === undefined ? '' : `id: ${formatCursor(id)}\n`;
  return `${idLine}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
