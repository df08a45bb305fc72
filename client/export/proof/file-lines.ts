import { createReadStream } from 'node:fs';

/**
 * The lines of a file, ended by LF alone: an entry may hold every other sign that somewhere ends a line.
 * @throws the system's error
 */
export async function* fileLines(path: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
