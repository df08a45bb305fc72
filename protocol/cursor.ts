import { z } from 'zod';

/**
 * A place in a ledger: the state after change `seq` in the ledger's life `epoch`. One form for a resume token, an
 * as-of point, the bound of a diff and a permalink. Written `seq@epoch`, e.g. `1042@V1StGXR8_Z5jdHi6B-myT`.
 */
export interface Cursor {
  readonly seq: number;
  readonly epoch: string;
}

/** A position in the log: 0 is before the first change. */
export const seqSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const epochSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const cursorPattern = /^(0|[1-9]\d{0,15})@([A-Za-z0-9_-]{1,64})$/;

export function formatCursor(cursor: Cursor): string {
  return `${cursor.seq}@${cursor.epoch}`;
}

/** Reads `seq@epoch`; undefined when the text is no cursor. */
export function parseCursor(text: string): Cursor | undefined {
  const [, seq, epoch] = cursorPattern.exec(text) ?? [];
  if (seq === undefined || epoch === undefined || !Number.isSafeInteger(Number(seq))) return undefined;
  return { seq: Number(seq), epoch };
}
