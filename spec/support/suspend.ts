import { kill } from 'node:process';
import { expect, onTestFinished } from 'vitest';
import { browser } from './browser.ts';
import type { Visit } from './visit.ts';

/**
 * Suspends every page that is open, as a browser does with tabs that nobody looks at, or a machine that is closed: the
 * processes that run them stand still, and what comes waits. (The browser's own way, `Page.setWebLifecycleState`, does nothing
 * to a page that is visible, as every page of a headless one is.) The answer wakes them.
 */
export async function suspend({ page }: Visit): Promise<() => Promise<void>> {
  const pids = await renderers();
  const signalAll = (signal: 'SIGSTOP' | 'SIGCONT'): void => {
    for (const pid of pids) kill(pid, signal);
  };
  signalAll('SIGSTOP');
  onTestFinished(() => signalAll('SIGCONT'));
  let isAwake = false;
  const looked = page
    .evaluate(() => undefined)
    .then(() => {
      isAwake = true;
    });
  return async () => {
    expect(isAwake).toBe(false);
    signalAll('SIGCONT');
    await looked;
  };
}

async function renderers(): Promise<readonly number[]> {
  const devtools = await (await browser()).newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}
