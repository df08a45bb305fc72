import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What npm does once it has installed, where it has not installed what the page is built with. */
test('P11 npm ci --omit=dev does not fail of the page, and says how to have it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowcast-install-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const file of ['package.json', 'bin/build-page.js']) await cp(join(root, file), join(folder, file));
  const run = (script: string) => spawnSync('npm', ['run', '-s', script], { cwd: folder, encoding: 'utf8' });

  const installed = run('prepare');
  expect(installed).toMatchObject({ status: 0, stderr: '' });
  expect(installed.stdout).toMatch(
    /^The page is not built, as vite is not installed\. To build it: npm ci --include=dev; .*\n$/,
  );
  expect(run('build')).toMatchObject({ status: 1, stdout: installed.stdout });

  const built = join(folder, 'client/web/page/dist');
  await mkdir(built, { recursive: true });
  await writeFile(join(built, 'index.html'), '');
  expect(run('prepare')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^The page stays as it was built/) });
});
