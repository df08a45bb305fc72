/** The folder of the package, whether this runs as it stands or as it was built into a folder of it. */
export const packageRoot = new URL(import.meta.url.endsWith('.ts') ? '../' : '../../', import.meta.url);
