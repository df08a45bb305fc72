import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a process came to that others could hear. */
export interface Ended {
  /** Null when a signal has ended it. */
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

/** Reads the streams of a process to their end. Call it before anything is waited for, or what is said first is lost. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('its streams are not ours to read');
  const close = once(child, 'close') as Promise<[number | null]>;
  const [[exit], out, err] = await Promise.all([close, text(stdout), text(stderr)]);
  return { exit, out, err };
}
