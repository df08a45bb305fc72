import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const options: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
  resultTypes: ['violations'],
};

const contrast: RunOptions = { ...options, runOnly: { type: 'rule', values: ['color-contrast'] } };

/**
 * What axe-core finds against WCAG 2.1 AA on the page as it stands: a line for each element, none when all is well.
 *
 * @param within a selector: only what is in there
 */
export async function violations(page: Page, within = 'html', how = options): Promise<readonly string[]> {
  await settled(page);
  // The debugger's way in, which the page's policy does not concern.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const found = await page.evaluate(
    async ({ root, run }) => {
      const { axe } = globalThis as unknown as { axe: { run(root: string, how: RunOptions): Promise<AxeResults> } };
      const results = await axe.run(root, run);
      return results.violations.map(({ id, help, nodes }) => ({
        id,
        help,
        nodes: nodes.map(({ html, failureSummary = '' }) => `${html.slice(0, 200)} ${failureSummary}`),
      }));
    },
    { root: within, run: how },
  );
  return found.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.replaceAll(/\s+/g, ' ')}`));
}

/** The same of what is open in a light page, and of its colours when the page turns dark; it is light again then. */
export async function violationsInBoth(page: Page, within: string): Promise<readonly string[]> {
  await page.locator(within).first().waitFor();
  const light = await violations(page, within);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
  const dark = await violations(page, within, contrast);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.locator('html[data-mantine-color-scheme=light]').waitFor();
  return [...light, ...dark.map((line) => `dark: ${line}`)];
}

/** Half of a fade has no contrast that is meant. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.getAnimations().every((animation) => {
      const { iterations } = animation.effect?.getTiming() ?? {};
      return animation.playState !== 'running' || iterations === Number.POSITIVE_INFINITY;
    }),
  );
}
