import { describe, expect, it } from 'vitest';
import { changedCells } from '../../protocol/changed-cells.ts';

describe('the cells that a change is about', () => {
  it('are those that an update changed, before and after', () => {
    const row = { id: 'E7', salary: '1200', job: 'cook' };
    expect(changedCells({ op: 'update', key: 'E7', row, was: { salary: '1000', note: 'new', job: null } })).toEqual([
      { name: 'salary', was: '1000', is: '1200' },
      { name: 'note', was: 'new', is: undefined },
      { name: 'job', was: null, is: 'cook' },
    ]);
  });

  it('are the whole row of an insert and of a delete, but for its key', () => {
    const row = { id: 'E7', name: 'Ada' };
    expect(changedCells({ op: 'insert', key: 'E7', row })).toEqual([{ name: 'name', was: undefined, is: 'Ada' }]);
    expect(changedCells({ op: 'delete', key: 'E7', was: row })).toEqual([{ name: 'name', was: 'Ada', is: undefined }]);
  });

  it('are those whose values an erase has taken', () => {
    expect(changedCells({ op: 'erase', key: 'E7', columns: ['ssn'] })).toEqual([
      { name: 'ssn', was: undefined, is: undefined },
    ]);
  });
});
