import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { WebStand } from '../../../support/web-stand.ts';
import { type ShownRow, shownRows } from './grid.ts';

/** The rows of a table as the screen has to show them: of one of texts and numbers. */
export async function rowsOf({ admin }: WebStand, table: string, seq?: number): Promise<Map<string, ShownRow>> {
  const { rows, definition } = await admin.list(table, seq === undefined ? {} : { asOf: { seq } });
  const shownOf = ({ key, row }: (typeof rows)[number]): readonly [string, ShownRow] => [
    key,
    Object.fromEntries(definition.columns.map(({ name }) => [name, String(row[name] ?? '')])),
  ];
  return new Map(rows.map(shownOf));
}

/** Waits until all rows on the screen are those of the ledger: for tables that fit on it. */
export async function expectEqualToLedger(page: Page, stand: WebStand, table: string): Promise<void> {
  await expect.poll(() => shownRows(page), { timeout: 15_000 }).toEqual(await rowsOf(stand, table));
}
