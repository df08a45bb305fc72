// Builds the program, which starts faster so than from its sources, and the page. npm runs it with --if-possible once it
// has installed: where only what a server needs is there (npm ci --omit=dev) nothing can build them, and the installation
// is not to fail of that.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtMark, programFolder } from './program.js';

const page = new URL('../client/web/page/', import.meta.url);

if (has('vite') && has('typescript')) {
  buildProgram();
  const { build } = await import('vite');
  await build({ configFile: fileURLToPath(new URL('vite.config.ts', page)) });
} else {
  const what = existsSync(new URL('dist/index.html', page)) ? 'stays as it was built' : 'is not built';
  console.log(
    `The page ${what}, as vite is not installed. To build it: npm ci --include=dev; npm prune --omit=dev keeps it.`,
  );
  if (!process.argv.includes('--if-possible')) process.exitCode = 1;
}

function has(name) {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The sources without their types, file by file. */
function buildProgram() {
  rmSync(programFolder, { recursive: true, force: true });
  const compiler = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));
  const project = fileURLToPath(new URL('../tsconfig.build.json', import.meta.url));
  const { status } = spawnSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the program could not be built');
  writeFileSync(builtMark, '');
}
