import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fileKeys } from '../../settings/check.ts';
import { loadSettings, type Settings } from '../../settings/load.ts';
import { parseSettings } from '../../settings/parse.ts';
import { notes, SECTION_NAMES, shapes } from '../../settings/schema.ts';

const EXAMPLE = fileURLToPath(new URL('../../setting.ini.example', import.meta.url));

const text = await readFile(EXAMPLE, 'utf8');
// Keys that stand as comments have no space after the ";", explanations have one.
const uncommented = parseSettings(text.replaceAll(/^;(?=\w+ =)/gm, ''));

type Shaped = keyof typeof shapes;
const shaped = Object.keys(shapes) as Shaped[];

describe('setting.ini.example', () => {
  test('loads, and says what holds without a file', async () => {
    const [example, none] = await Promise.all([
      loadSettings({ path: EXAMPLE }),
      loadSettings({ cwd: join(tmpdir(), 'none') }),
    ]);
    const withoutFolders = (settings: Settings) => ({
      ...settings,
      embedded: undefined,
      server: { ...settings.server, keys: undefined },
    });
    expect(withoutFolders(example)).toEqual(withoutFolders(none));
    expect(example.server.keys).toBe(join(dirname(EXAMPLE), 'data', 'keys'));
    expect(example.embedded.folder).toBe(join(dirname(EXAMPLE), 'data'));
  });

  test('has the sections in their order, and reads with every comment sign removed', () => {
    expect(uncommented.problems).toEqual([]);
    expect([...uncommented.sections.keys()]).toEqual([...SECTION_NAMES]);
  });

  test.each(shaped)('[%s] has every key of the schema in its order, and no other', (name) => {
    expect([...(uncommented.sections.get(name)?.entries.keys() ?? [])]).toEqual(fileKeys(name));
  });

  test.each(shaped)('[%s] shows every default', (name) => {
    const entries = uncommented.sections.get(name)?.entries;
    for (const [index, schema] of Object.values(shapes[name]).entries()) {
      const key = fileKeys(name)[index] ?? '';
      const fallback = notes.get(schema)?.fallback;
      if (fallback !== undefined) expect([key, entries?.get(key)?.value]).toEqual([key, fallback]);
    }
  });

  test('explains every key in a comment above it', () => {
    const lines = text.split('\n');
    const keys = [...lines.entries()].filter(([, line]) => /^;?\w+ =/.test(line));
    expect(keys.filter(([index]) => !/^(; .+|\[administrators\])$/.test(lines[index - 1] ?? ''))).toEqual([]);
  });
});
