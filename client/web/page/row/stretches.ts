import type { Version } from './lives.ts';

/** Versions of a stretch, at most. */
const stretchVersions = 50;

/**
 * The history in stretches that are drawn or not as a whole. They are cut by what the versions themselves say, so that
 * those which come, at the top or at the end, leave the others as they are.
 */
export function stretchesOf(versions: readonly Version[]): Version[][] {
  const stretches: Version[][] = [];
  let isCut = true;
  for (const version of versions) {
    if (isCut) stretches.push([]);
    stretches.at(-1)?.push(version);
    isCut = version.entry.op === 'insert' || version.entry.version % stretchVersions === 0;
  }
  return stretches;
}
