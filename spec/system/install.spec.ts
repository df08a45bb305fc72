import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What npm does once it has installed, where it has not installed what the page is built with. */
test('P11 npm ci --omit=dev does not fail of the page, and says how to have it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowcast-install-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const file of ['package.json', 'bin/build.js', 'bin/program.js']) await cp(join(root, file), join(folder, file));
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

test('the program runs as it was built until one of its sources changes, comes or goes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowcast-built-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const folders = ['bin', 'client/web/page', 'protocol', 'proof', 'server/log', 'settings', 'build/bin'];
  for (const name of folders) await mkdir(join(folder, name), { recursive: true });
  await cp(join(root, 'bin/program.js'), join(folder, 'bin/program.js'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'bin/which.ts'), "export const which: string = 'source';");
  await writeFile(join(folder, 'build/bin/which.js'), "export const which = 'built';");
  const source = join(folder, 'server/log/one.ts');
  await writeFile(source, '');
  const program = pathToFileURL(join(folder, 'bin/program.js')).href;
  const script = `const { importOwn } = await import(${JSON.stringify(program)}); console.log((await importOwn('which')).which)`;
  const which = () =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout.trim();
  const build = async () => {
    await writeFile(join(folder, 'build/built'), '');
    await utimes(join(folder, 'build/built'), inASecond(), inASecond());
  };

  expect(which()).toBe('source');
  await build();
  expect(which()).toBe('built');
  await utimes(source, inAMinute(), inAMinute());
  expect(which()).toBe('source');
  await utimes(source, 0, 0);
  expect(which()).toBe('built');
  await rm(source);
  await utimes(join(folder, 'server/log'), inAMinute(), inAMinute());
  expect(which()).toBe('source');
});

const inASecond = () => new Date(Date.now() + 1_000);
const inAMinute = () => new Date(Date.now() + 60_000);
