import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The text of every TypeScript file below these folders, those of the page included. */
function sources(...folders: string[]): Map<string, string> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('/dist/'))
      .map((file) => join(folder, file)),
  );
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

// Interfaces are left out: those of a public function's parameters are exported with it.
const exported = /^export (?:async )?(?:function\*?|const|class|type) (\w+)/gm;

test('nothing is exported that no other file names', () => {
  const all = sources('protocol', 'proof', 'settings', 'server', 'client', 'bin', 'bench', 'spec');
  const unused: string[] = [];
  for (const [file, text] of all) {
    if (file.startsWith('spec')) continue;
    for (const [, name = ''] of text.matchAll(exported)) {
      const word = new RegExp(`\\b${name}\\b`);
      if (![...all].some(([other, its]) => other !== file && word.test(its))) unused.push(`${file}: ${name}`);
    }
  }
  expect(unused).toEqual([]);
});
