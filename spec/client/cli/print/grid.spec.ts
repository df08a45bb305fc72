import { describe, expect, it } from 'vitest';
import { fitWidths, Grid } from '../../../../client/cli/print/grid.ts';
import { plain } from '../../../../client/cli/print/paint.ts';

const columns = [{ title: 'name' }, { title: 'salary', right: true }, { title: 'note' }];

describe('an aligned table', () => {
  it('puts numbers at the right and shows what is empty', () => {
    const grid = new Grid({ columns, paint: plain });
    expect(
      grid.lines([
        ['Ada', '1000.00', 'x'],
        ['漢字', '5', undefined],
        ['', '10', 'a\u202eb'],
      ]),
    ).toEqual([
      'name   salary  note',
      '────  ───────  ────────',
      'Ada   1000.00  x',
      '漢字        5  ·',
      '""         10  a\\u202eb',
    ]);
  });

  it('keeps its widths from chunk to chunk', () => {
    const grid = new Grid({ columns, paint: plain });
    grid.lines([['Ada', '1', 'note']]);
    expect(grid.lines([['Augusta', '22', 'a longer note']])).toEqual(['Aug…      22  a l…']);
  });

  it('fits the terminal: the widest columns give way first, then the last ones are left out', () => {
    expect(fitWidths([4, 100, 20], 60)).toEqual([4, 32, 20]);
    expect(fitWidths([4, 100, 100], 60)).toEqual([4, 26, 26]);
    expect(fitWidths([10, 10, 10, 10], 20)).toEqual([9, 9]);
    expect(fitWidths([5, 5], Number.POSITIVE_INFINITY)).toEqual([5, 5]);
    const grid = new Grid({ columns, paint: plain, width: 14 });
    expect(grid.lines([['Ada Lovelace', '1000.00', 'x']])).toEqual([
      'name    salary',
      '──────  ──────',
      'Ada L…  1000.…',
    ]);
    expect(grid.hidden).toBe(1);
  });
});
