import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A code block of a page: what stands behind the ```, and what is in it. */
export interface DocBlock {
  readonly kind: string;
  /** The second word behind the ```. */
  readonly name: string;
  readonly text: string;
}

/** The code blocks of a page of docs/, in order. */
export function docBlocks(page: string): DocBlock[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(\S*) ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', name = '', block = '']) => ({
    kind,
    name,
    text: block,
  }));
}

export interface DocExample {
  readonly code: string;
  /** Where it runs. */
  readonly folder: string;
  /** Names that the page leaves open. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** Runs an example in code as its reader would, in a process of its own. */
export async function runExample({ code, folder, given }: DocExample): Promise<{ stdout: string; stderr: string }> {
  const door = new URL('../../client/index.ts', import.meta.url).pathname;
  const tsx = new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url).pathname;
  const file = join(folder, 'example.mts');
  const names = Object.entries(given).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
  await writeFile(file, names.join('') + code.replace("'rowcast'", JSON.stringify(door)));
  return await promisify(execFile)(process.execPath, [tsx, file], { cwd: folder });
}
