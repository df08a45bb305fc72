import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowcast-imports-'));
  await cp(join(root, 'biome.json'), join(folder, 'biome.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Whether the lint refuses a file at this place that imports this. */
async function isRefused(place: string, imported: string): Promise<boolean> {
  const path = join(folder, place);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `import { one } from '${imported}';\n\nexport const two = one;\n`);
  const output = await new Promise<string>((resolve) => {
    const biome = join(root, 'node_modules/.bin/biome');
    execFile(biome, ['lint', place], { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  await rm(path);
  expect(output).toContain('Checked 1 file');
  return output.includes('noRestrictedImports');
}

test.each([
  ['protocol/one.ts', 'node:fs/promises'],
  ['protocol/one.ts', 'zeromq'],
  ['protocol/one.ts', '../server/dispatch.ts'],
  ['settings/one.ts', '../server/main.ts'],
  ['proof/one.ts', '../client/index.ts'],
  ['protocol/one.ts', '../proof/hash.ts'],
  ['server/one.ts', '../client/index.ts'],
  ['server/log/one.ts', 'zeromq'],
  ['server/domain/one.ts', '../database/writer.ts'],
  ['server/domain/one.ts', '../refused.ts'],
  ['server/domain/one.ts', 'node:crypto'],
  ['client/one.ts', '../server/main.ts'],
  ['client/cli/one.ts', '../../server/main.ts'],
  ['client/one.ts', 'pg'],
  ['client/web/gateway/one.ts', '../../client.ts'],
  ['client/web/gateway/routes/one.ts', '../../../client.ts'],
  ['client/web/gateway/one.ts', '../../../protocol/names.ts'],
  ['client/web/gateway/one.ts', 'zeromq'],
  ['client/web/page/one.ts', '../../index.ts'],
  ['client/web/page/table/one.ts', '../../gateway/doors.ts'],
  ['client/web/page/one.ts', 'node:fs'],
])('%s may not import %s', async (place, imported) => {
  expect(await isRefused(place, imported)).toBe(true);
});

test.each([
  ['server/domain/one.ts', '../../protocol/names.ts'],
  ['server/domain/one.ts', './row.ts'],
  ['server/transport/one.ts', 'zeromq'],
  ['server/log/one.ts', '../domain/event.ts'],
  ['client/one.ts', '../protocol/names.ts'],
  ['proof/one.ts', '../protocol/json.ts'],
  ['bin/one.ts', '../server/cli/server.ts'],
  ['client/web/gateway/one.ts', '../../index.ts'],
  ['client/web/gateway/routes/one.ts', '../../../index.ts'],
  ['client/web/page/table/one.ts', '../../../../protocol/names.ts'],
  ['client/web/page/table/one.ts', '../api/request.ts'],
])('%s may import %s', async (place, imported) => {
  expect(await isRefused(place, imported)).toBe(false);
});
