import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt, shownRows } from './grid.ts';

describe.skipIf(!hasBrowser)('the page shows the ledger live', () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.startApart();
    await stand.admin.createTable({
      name: 'pay',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'amount', type: 'integer' },
      ],
    });
    for (const id of ['a', 'b', 'c']) await stand.admin.insert('pay', { id, amount: 1 });
  });
  afterAll(() => stand?.stop());

  test('P5 opens', async () => {
    const { page } = await visit(stand, { path: '/t/pay' });
    await cellAt(page, 'a', 'amount').waitFor();
    expect(await shownRows(page)).toEqual(new Map(['a', 'b', 'c'].map((id) => [id, { id, amount: '1' }])));
  });
});
