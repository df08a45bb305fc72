import { describe, expect, it } from 'vitest';
import { toBlame, unread, withEntry } from '../../../../../client/web/page/row/row-state.ts';
import { entryOf } from '../feed/changes.ts';

const insert = entryOf({ seq: 2, key: 'E7', row: { id: 'E7', pay: '1000' } });
const update = entryOf({
  ...{ seq: 6, op: 'update', key: 'E7', version: 2, by: 'bob', why: 'raise' },
  ...{ row: { id: 'E7', pay: '1200' }, was: { pay: '1000' } },
});
const seqs = ({ blame }: { blame: ReadonlyMap<string, { seq: number }> }) =>
  Object.fromEntries([...blame].map(([column, { seq }]) => [column, seq]));

describe('a row that is followed', () => {
  it('has who set each cell from the changes themselves', () => {
    const entered = withEntry(unread, insert);
    expect(seqs(entered)).toEqual({ id: 2, pay: 2 });
    const changed = withEntry(entered, update);
    expect(seqs(changed)).toEqual({ id: 2, pay: 6 });
    expect(changed.blame.get('pay')).toMatchObject({ by: 'bob', why: 'raise', op: 'update' });
    expect(changed.row).toMatchObject({ version: 2, seq: 6, row: { pay: '1200' } });
    expect(changed.history.map(({ seq }) => seq)).toEqual([6, 2]);
  });

  it('is gone with a delete, keeps its history, and begins anew', () => {
    const gone = withEntry(withEntry(unread, insert), entryOf({ seq: 8, op: 'delete', key: 'E7', was: { id: 'E7' } }));
    expect(gone).toMatchObject({ row: undefined });
    expect(gone.blame.size).toBe(0);
    const back = withEntry(gone, { ...insert, seq: 9 });
    expect(seqs(back)).toEqual({ id: 9, pay: 9 });
    expect(back.history).toHaveLength(3);
  });

  it('has the blame that the server tells as its own', () => {
    const change = { seq: 2, at: insert.at, by: 'ada', op: 'insert', command: 'c' };
    const blame = toBlame({ rows: [{ key: 'E7', cells: { id: 2, pay: 2 } }], changes: [change] });
    expect(blame.get('pay')).toEqual(change);
    expect(toBlame({ rows: [], changes: [] }).size).toBe(0);
  });
});
