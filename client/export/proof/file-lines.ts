import { createReadStream } from 'node:fs';
import { textLines } from '../../text-lines.ts';

/** The lines of a file. @throws the system's error, and an AbortError */
export function fileLines(path: string, signal?: AbortSignal): AsyncGenerator<string, void, undefined> {
  return textLines(createReadStream(path, { encoding: 'utf8', signal }));
}
