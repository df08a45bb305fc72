// Builds the page. npm runs it with --if-possible once it has installed: where only what a server needs is there
// (npm ci --omit=dev) nothing can build the page, and the installation is not to fail of that.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = new URL('../client/web/page/', import.meta.url);

if (hasVite()) {
  const { build } = await import('vite');
  await build({ configFile: fileURLToPath(new URL('vite.config.ts', page)) });
} else {
  const what = existsSync(new URL('dist/index.html', page)) ? 'stays as it was built' : 'is not built';
  console.log(
    `The page ${what}, as vite is not installed. To build it: npm ci --include=dev; npm prune --omit=dev keeps it.`,
  );
  if (!process.argv.includes('--if-possible')) process.exitCode = 1;
}

function hasVite() {
  try {
    import.meta.resolve('vite');
    return true;
  } catch {
    return false;
  }
}
