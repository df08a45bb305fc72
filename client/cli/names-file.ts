import { parseArgs } from 'node:util';

/** Whether a line of `verify` names a file, for which no server is needed. */
export function namesFile(words: readonly string[]): boolean {
  const text = { type: 'string' } as const;
  const options = { server: text, settings: text, from: text, key: text };
  return parseArgs({ args: [...words], options, allowPositionals: true, strict: false }).positionals.length > 1;
}
