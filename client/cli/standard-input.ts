import { createInterface } from 'node:readline';
import { interrupted } from './cli-error.ts';

/** The first line of standard input; empty when there is none. @throws CliError when it was interrupted */
export async function readFirstLine(signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, signal });
  try {
    for await (const line of lines) return line;
  } finally {
    lines.close();
  }
  if (signal.aborted) throw interrupted();
  return '';
}
