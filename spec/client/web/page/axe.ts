import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const options: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
  resultTypes: ['violations'],
};

/** What axe-core finds against WCAG 2.1 AA on the page as it stands: a line for each element, none when all is well. */
export async function violations(page: Page): Promise<readonly string[]> {
  await settled(page);
  // The debugger's way in, which the page's policy does not concern.
  await page.evaluate(source);
  const found = await page.evaluate(async (run) => {
    const { axe } = globalThis as unknown as { axe: { run(root: Document, how: RunOptions): Promise<AxeResults> } };
    const results = await axe.run(document, run);
    return results.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary = '' }) => `${html.slice(0, 200)} ${failureSummary}`),
    }));
  }, options);
  return found.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.replaceAll(/\s+/g, ' ')}`));
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
