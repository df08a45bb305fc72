import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The promises of shared/RELIABILITY.md and docs/. Each has tests whose titles carry its id. */
const promises: Readonly<Record<string, string>> = {
  P1: 'Durable',
  P2: 'Once',
  P3: 'Ordered, gapless',
  P4: 'Real time',
  P5: 'Feed = log',
  P6: 'Atomic',
  P7: 'Resumable + bookmarkable',
  P8: 'Bounded',
  P9: 'No rights without login',
  P10: 'Tamper-evident',
  P11: 'Fail closed',
};

/** Promises that have no test yet, each with the reason. An entry whose promise has one is refused below. */
const later: Readonly<Record<string, string>> = {};

const specFolder = fileURLToPath(new URL('..', import.meta.url));

/** Titles of tests and of the groups that they stand in, of all files; not this one's. */
function titles(): { readonly file: string; readonly title: string }[] {
  const files = readdirSync(specFolder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.spec.ts') && !name.endsWith('promises.spec.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(specFolder, file), 'utf8');
    const title = /\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`]*)`)/.source;
    const calls = text.matchAll(new RegExp(`^\\s*(?:test|it|describe)(?:\\.\\w+)*\\s*${title}`, 'gm'));
    // Of test.each: the string behind its cases.
    const cases = text.matchAll(new RegExp(`\\)${title}`, 'g'));
    return [...calls, ...cases].map((match) => ({ file, title: match[1] ?? match[2] ?? match[3] ?? '' }));
  });
}

const all = titles();
const carrying = (id: string): string[] =>
  all.flatMap(({ file, title }) => (new RegExp(`\\b${id}\\b`).test(title) ? [`${file}: ${title}`] : []));

test('the titles are found at all', () => {
  expect(all.length).toBeGreaterThan(100);
});

test.each(Object.entries(promises))('%s (%s) has a test that carries its id, or a reason why it comes later', (id) => {
  const tests = carrying(id);
  if (id in later) expect(tests, `${id} has tests: take it off the list of what comes later`).toEqual([]);
  else expect(tests, `no test title carries ${id}`).not.toEqual([]);
});

test('no title carries a promise that there is not', () => {
  const unknown = all.filter(({ title }) => [...title.matchAll(/\bP(\d+)\b/g)].some(([id]) => !(id in promises)));
  expect(unknown).toEqual([]);
});
