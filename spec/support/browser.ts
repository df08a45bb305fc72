import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's own; nothing is downloaded for the tests. */
const executablePath = '/usr/bin/chromium';

/** Whether there is a browser to test the page in. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) {
  console.log(`skipped: the page in a browser (no ${executablePath} here; on Debian: apt-get install chromium)`);
}

const args = [
  // Tests run as root in containers too, where Chromium's sandbox is not to be had; it opens only what the tests serve.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let launching: Promise<Browser> | undefined;

/** The one browser of this process, which ends with it. Each test has contexts of its own in it. */
export function browser(): Promise<Browser> {
  // Its own handlers would end this process at a signal that another file's test sends itself.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  launching ??= chromium.launch({ executablePath, args, ...signals });
  return launching;
}
