import { describe, expect, it } from 'vitest';
import { batchBetween } from '../../../client/samples/batch-between.ts';
import { mimeDbState, mimeDbVersions, versionsAmong } from '../../../client/samples/mime-db.ts';
import type { Cells } from '../../../protocol/values.ts';

const state = (rows: Record<string, Cells>) => new Map(Object.entries(rows));

describe('the batch between two states of a table', () => {
  it('deletes, updates the changed cells with null for those that are gone, and inserts', () => {
    const before = state({
      gone: { type: 'gone' },
      same: { type: 'same', extensions: ['a', 'b'] },
      other: { type: 'other', source: 'iana', charset: 'UTF-8', extensions: ['x'] },
    });
    const after = state({
      same: { type: 'same', extensions: ['a', 'b'] },
      other: { type: 'other', source: 'apache', extensions: ['x', 'y'] },
      fresh: { type: 'fresh', compressible: true },
    });
    const table = 'mime_types';
    expect(batchBetween(table, before, after)).toEqual([
      { type: 'row.delete', table, key: 'gone' },
      {
        type: 'row.update',
        table,
        key: 'other',
        row: { source: 'apache', extensions: ['x', 'y'], charset: null },
      },
      { type: 'row.insert', table, row: { type: 'fresh', compressible: true } },
    ]);
  });

  it('is empty between equal states', () => {
    const rows = { a: { type: 'a', extensions: ['x'] } };
    expect(batchBetween('t', state(rows), state(structuredClone(rows)))).toEqual([]);
  });
});

describe('the versions of mime-db', () => {
  it('are found among package names, and sorted as versions', () => {
    expect(versionsAmong(['mime-db-1.12.0', 'zod', 'mime-db-1.2.0', 'mime-db', 'mime-db-1.0.0'])).toEqual([
      { version: '1.0.0', packageName: 'mime-db-1.0.0' },
      { version: '1.2.0', packageName: 'mime-db-1.2.0' },
      { version: '1.12.0', packageName: 'mime-db-1.12.0' },
    ]);
  });

  it('are read from where they are installed', async () => {
    const [first] = await mimeDbVersions();
    expect(first?.version).toBe('1.0.0');
    if (first === undefined) return;
    expect((await mimeDbState(first)).get('text/html')).toMatchObject({ type: 'text/html', compressible: true });
  });

  it('are missed with a message that says how to get them', async () => {
    await expect(mimeDbState({ version: '0.0.1', packageName: 'mime-db-0.0.1' })).rejects.toThrow('is not installed');
  });
});
