import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The document of the page; undefined where it is not built. */
export async function readPage(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, 'index.html'), 'utf8');
  } catch {
    return undefined;
  }
}

const remedy = 'npm ci --include=dev';

/** At the terminal. */
export const pageMissing = `the page is not built: run ${remedy} in the folder of Rowcast, and start it again`;

/** In place of the page. */
export const missingHtml = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Rowcast: the page is not built</title>
<style nonce="ROWCAST-NONCE">
body { max-width: 42em; margin: 15vh auto; padding: 0 1.5em; font: 16px/1.6 system-ui, sans-serif }
h1 { line-height: 1.2 }
code { white-space: nowrap }
</style>
<h1>The page is not built</h1>
<p>Rowcast is running, and everything else works: the terminal (<code>npx rowcast --help</code>), programs, and the ledger
over HTTP (<code>docs/WEB.md</code>).</p>
<p>To have the page, run <code>${remedy}</code> in the folder of Rowcast, and start it again.
<code>npm prune --omit=dev</code> then removes what only building needs, and keeps the page.</p>
</html>
`;
