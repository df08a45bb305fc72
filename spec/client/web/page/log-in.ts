import type { BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { administrator } from '../../../support/server.ts';
import type { WebStand } from '../../../support/web-stand.ts';

interface Person {
  readonly name: string;
  readonly password: string;
}

/** The menu of whoever is logged in. */
export function accountOf(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: administrator.name });
}

export async function fillLogin(form: Locator, { name, password } = administrator as Person): Promise<void> {
  await form.getByRole('textbox', { name: 'Name' }).fill(name);
  await form.getByRole('textbox', { name: 'Password' }).fill(password);
  await form.getByRole('button', { name: 'Log in' }).click();
}

/** In the dialog that has been opened for it. */
export async function logInAgain(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Log in' });
  await fillLogin(dialog);
  await dialog.waitFor({ state: 'detached' });
  await accountOf(page).waitFor();
}

/** The login ends, and the page has not asked for it. */
export async function logOut(context: BrowserContext, { origin }: WebStand): Promise<void> {
  const headers = { 'x-rowcast': '1', origin };
  const answer = await context.request.post(`${origin}/api/session.logout`, { headers, data: {} });
  expect(answer.ok()).toBe(true);
}
