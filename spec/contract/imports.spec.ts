import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A room, and what a file in it would import. */
type Import = readonly [room: string, imported: string];

const forbidden: readonly Import[] = [
  ['protocol', 'node:fs/promises'],
  ['protocol', 'zeromq'],
  ['protocol', '../server/dispatch.ts'],
  ['settings', '../server/main.ts'],
  ['proof', '../client/index.ts'],
  ['protocol', '../proof/hash.ts'],
  ['server', '../client/index.ts'],
  ['server/log', 'zeromq'],
  ['server/domain', '../database/writer.ts'],
  ['server/domain', '../refused.ts'],
  ['server/domain', 'node:crypto'],
  ['client', '../server/main.ts'],
  ['client/cli', '../../server/main.ts'],
  ['client', 'pg'],
  ['client/web/gateway', '../../client.ts'],
  ['client/web/gateway/routes', '../../../client.ts'],
  ['client/web/gateway', '../../../protocol/names.ts'],
  ['client/web/gateway', 'zeromq'],
  ['client/web/page', '../../index.ts'],
  ['client/web/page/table', '../../gateway/doors.ts'],
  ['client/web/page', 'node:fs'],
];

const allowed: readonly Import[] = [
  ['server/domain', '../../protocol/names.ts'],
  ['server/domain', './row.ts'],
  ['server/transport', 'zeromq'],
  ['server/log', '../domain/event.ts'],
  ['client', '../protocol/names.ts'],
  ['proof', '../protocol/json.ts'],
  ['bin', '../server/cli/server.ts'],
  ['client/web/gateway', '../../index.ts'],
  ['client/web/gateway/routes', '../../../index.ts'],
  ['client/web/page/table', '../../../../protocol/names.ts'],
  ['client/web/page/table', '../api/request.ts'],
];

/** A file for each of them: they are judged together, as each start of the lint takes half a second. */
const files = [...forbidden, ...allowed].map(([room, imported], index) => ({
  path: `${room}/import-${index}.ts`,
  text: `import { one } from '${imported}';\n\nexport const two = one;\n`,
}));

let folder: string;
let refused: ReadonlySet<string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowcast-imports-'));
  await cp(join(root, 'biome.json'), join(folder, 'biome.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  refused = await lint();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Report {
  readonly summary: { readonly unchanged: number };
  readonly diagnostics: readonly { readonly category: string; readonly location: { readonly path: string } }[];
}

/** The files whose import the lint refuses. */
async function lint(): Promise<ReadonlySet<string>> {
  const output = await new Promise<string>((resolve) => {
    const biome = join(root, 'node_modules/.bin/biome');
    const words = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
    execFile(biome, words, { cwd: folder }, (_error, stdout) => resolve(stdout));
  });
  const { summary, diagnostics } = JSON.parse(output) as Report;
  expect(summary.unchanged, 'the settings of the lint are a file too').toBe(files.length + 1);
  const ofImports = diagnostics.filter(({ category }) => category === 'lint/style/noRestrictedImports');
  return new Set(ofImports.map(({ location }) => location.path));
}

const pathOf = (one: Import): string | undefined => files[[...forbidden, ...allowed].indexOf(one)]?.path;

test.each(forbidden.map((one) => [...one, one] as const))('%s/ may not import %s', (_room, _imported, one) => {
  expect(refused).toContain(pathOf(one));
});

test.each(allowed.map((one) => [...one, one] as const))('%s/ may import %s', (_room, _imported, one) => {
  expect(refused).not.toContain(pathOf(one));
});
