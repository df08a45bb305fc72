/**
 * The lines of a text that comes in parts, ended by LF alone: an entry may hold every other sign that somewhere ends a
 * line. What the parts throw, it throws.
 */
export async function* textLines(parts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const part of parts) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
