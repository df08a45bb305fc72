import { createInterface } from 'node:readline';
import { interrupted } from './cli-error.ts';

/** The first line of standard input; empty when there is none. @throws CliError when it was interrupted */
export async function readFirstLine(signal: AbortSignal): Promise<string> {
  const [line = ''] = await readFirstLines(1, signal);
  return line;
}

/** The first lines of standard input, fewer when there are not so many. @throws CliError when it was interrupted */
export async function readFirstLines(max: number, signal: AbortSignal): Promise<string[]> {
  const input = createInterface({ input: process.stdin, signal });
  const lines: string[] = [];
  try {
    for await (const line of input) if (lines.push(line) >= max) return lines;
  } finally {
    input.close();
  }
  if (signal.aborted) throw interrupted();
  return lines;
}
