import { describe, expect, it } from 'vitest';
import { withTable } from '../../../../client/cli/shell/current-table.ts';

const fill = (line: string, table: string | undefined = 'employees') =>
  withTable(line.split(' '), { table, isTable: (name) => Promise.resolve(['employees', 'rates'].includes(name)) });

describe('the table in use', () => {
  it.each([
    ['list', 'list employees'],
    ['get E7', 'get employees E7'],
    ['get rates EUR', 'get rates EUR'],
    ['insert id=1', 'insert employees id=1'],
    ['list --all', 'list employees --all'],
    ['watch', 'watch employees'],
    ['tables', 'tables'],
    ['create x', 'create x'],
    ['list --help', 'list --help'],
  ])('%s is read as %s', async (line, whole) => {
    expect((await fill(line)).join(' ')).toBe(whole);
  });

  it('changes nothing when there is none', async () => {
    const words = await withTable(['get', 'E7'], { table: undefined, isTable: () => Promise.resolve(false) });
    expect(words).toEqual(['get', 'E7']);
  });
});
