import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { browser } from './browser.ts';
import { administrator } from './server.ts';
import type { WebStand } from './web-stand.ts';

export interface VisitOptions extends Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'reducedMotion'> {
  /** Path of the page; the start without it. */
  readonly path?: string;
  /** Whether the administrator is logged in. */
  readonly loggedIn?: boolean;
  /** Told in the console though nothing is wrong: what the test itself provokes. */
  readonly provokes?: RegExp;
}

/** Somebody at a browser of their own, in which nothing may go wrong. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong so far. */
  readonly trouble: readonly string[];
}

/**
 * Opens the page in a browser of its own. The test fails when at its end the console has had an error, the page has
 * thrown one, its policy was violated, a dialog has opened, or anything was asked of another origin.
 */
export async function visit(stand: WebStand, options: VisitOptions = {}): Promise<Visit> {
  const { path = '/', loggedIn = false, provokes, ...appearance } = options;
  const context = await (await browser()).newContext({ viewport: { width: 1360, height: 820 }, ...appearance });
  const trouble = noteTrouble(context, stand.origin, provokes);
  onTestFinished(async () => {
    await context.close();
    expect(trouble).toEqual([]);
  });
  await context.request.get(await stand.pass());
  if (loggedIn) await logIn(context, stand);
  const page = await context.newPage();
  await page.goto(`${stand.origin}${path}`);
  return { page, context, trouble };
}

/** Without the dialog, which has its own test. */
async function logIn(context: BrowserContext, { origin }: WebStand): Promise<void> {
  const answer = await context.request.post(`${origin}/api/session.login`, {
    headers: { 'x-rowcast': '1', origin },
    data: { user: administrator.name, password: administrator.password },
  });
  if (!answer.ok()) throw new Error(`not logged in: ${await answer.text()}`);
}

const tellViolations =
  "addEventListener('securitypolicyviolation', (event) => console.error('policy', event.violatedDirective, event.blockedURI))";

function noteTrouble(context: BrowserContext, origin: string, provokes: RegExp | undefined): string[] {
  const trouble: string[] = [];
  const note = (text: string): void => {
    if (provokes?.test(text) !== true) trouble.push(text);
  };
  void context.addInitScript(tellViolations);
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => note(`thrown: ${error.error().stack ?? error.error().message}`));
  context.on('dialog', (dialog) => {
    note(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(`${origin}/`) && !/^(data|blob):/.test(asked)) note(`asked elsewhere: ${asked}`);
  });
  return trouble;
}
