import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = join(root, 'client', 'web', 'page');

/** Builds program and page when one is not built, or was changed since: what is tested is what stands in the sources. */
export async function setup(): Promise<void> {
  const { isBuilt } = (await import(pathToFileURL(join(root, 'bin', 'program.js')).href)) as { isBuilt: () => boolean };
  const builtMs = await changedMs(join(page, 'dist', 'index.html')).catch(() => 0);
  const sources = [
    await newestMs(page),
    await newestMs(join(root, 'protocol')),
    await changedMs(join(root, 'package.json')),
  ];
  if (isBuilt() && Math.max(...sources) <= builtMs) return;
  console.log('building program and page: their sources are newer');
  const { NODE_ENV: _, ...env } = process.env;
  await promisify(execFile)('npm', ['run', '-s', 'build'], { cwd: root, env });
}

/** When the newest file of a folder was changed. */
async function newestMs(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const own = names.filter((name) => /\.(ts|tsx|css|html|svg|json)$/.test(name) && !name.startsWith('dist'));
  return Math.max(...(await Promise.all(own.map((name) => changedMs(join(folder, name))))));
}

async function changedMs(file: string): Promise<number> {
  return (await stat(file)).mtimeMs;
}
