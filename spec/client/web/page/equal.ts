import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { CurrentRow } from '../../../../client/index.ts';
import type { WebStand } from '../../../support/web-stand.ts';
import { type ShownRow, shownRows } from './grid.ts';

/** Waits until all rows on the screen are those of the ledger: for tables of texts and numbers that fit on it. */
export async function expectEqualToLedger(page: Page, stand: WebStand, table: string): Promise<void> {
  const { rows, definition } = await stand.admin.list(table);
  const shownOf = ({ key, row }: CurrentRow): readonly [string, ShownRow] => [
    key,
    Object.fromEntries(definition.columns.map(({ name }) => [name, String(row[name] ?? '')])),
  ];
  await expect.poll(() => shownRows(page), { timeout: 15_000 }).toEqual(new Map(rows.map(shownOf)));
}
