// The program's modules, as the launchers import them.
import { readdirSync, statSync } from 'node:fs';

const root = new URL('../', import.meta.url);
/** Where `npm run build` puts the program. */
export const programFolder = new URL('build/', root);
/** Written when all of it is there. */
export const builtMark = new URL('built', programFolder);
const sources = ['bin', 'client', 'protocol', 'proof', 'server', 'settings'];

/**
 * Imports a module of this folder, named without its ending: as JavaScript when it was built and no source has changed
 * since, which starts in less than half the time; else as the TypeScript that it is. Node from 22.18 on runs that as it
 * is, older ones are given tsx.
 */
export async function importOwn(name) {
  if (isBuilt()) return await import(new URL(`bin/${name}.js`, programFolder).href);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 18)) {
    const { register } = await import('tsx/esm/api');
    register();
  }
  return await import(new URL(`bin/${name}.ts`, root).href);
}

/** Whether the program was built from the sources as they are. */
export function isBuilt() {
  const built = statSync(builtMark, { throwIfNoEntry: false });
  return built !== undefined && sources.every((folder) => isOlder(new URL(`${folder}/`, root), built.mtimeMs));
}

/** A folder's own time tells of files that came and went. */
function isOlder(folder, thanMs) {
  if (statSync(folder).mtimeMs > thanMs) return false;
  return readdirSync(folder, { withFileTypes: true }).every((entry) => {
    if (entry.isDirectory()) return entry.name === 'page' || isOlder(new URL(`${entry.name}/`, folder), thanMs);
    return !entry.name.endsWith('.ts') || statSync(new URL(entry.name, folder)).mtimeMs <= thanMs;
  });
}
