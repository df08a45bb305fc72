import { describe, expect, it } from 'vitest';
import { GroupGatherer, groupLines } from '../../../../client/cli/print/change.ts';
import { plain } from '../../../../client/cli/print/paint.ts';
import type { Entry } from '../../../../protocol/entry.ts';

const at = '2026-11-22T09:12:03Z';
const now = new Date('2027-01-01T00:00:00Z');
const common = { at, by: 'ada', command: 'command-1', table: 'employees' } as const;
const update: Entry = {
  ...common,
  seq: 7,
  op: 'update',
  key: 'E7',
  version: 3,
  row: { id: 'E7', salary: '1200' },
  was: { salary: '1000', note: 'x\u001b[2J' },
  why: 'annual review',
};

/** Without the time, which depends on the zone of whoever runs this. */
const lines = (entries: readonly Entry[], changesMax?: number): string[] =>
  groupLines(entries, { paint: plain, now, changesMax }).map((line) =>
    line.replace(/^\d{4}-\d\d-\d\d [\d:]{8}/, 'TIME'),
  );

describe('a line of the log for people', () => {
  it('says who changed what from what to what, and why', () => {
    expect(lines([update])).toEqual([
      'TIME  ada  #7  employees E7  update  salary 1000 → 1200, note x\\u001b[2J → (empty)  "annual review"',
    ]);
  });

  it('shows the row of an insert and of a delete', () => {
    const row = { id: 'E7', name: 'Ada' };
    const insert: Entry = { ...common, seq: 1, op: 'insert', key: 'E7', version: 1, row };
    const gone: Entry = { ...common, seq: 2, op: 'delete', key: 'E7', version: 2, was: row };
    expect(lines([insert])).toEqual(['TIME  ada  #1  employees E7  insert  name Ada']);
    expect(lines([gone])).toEqual(['TIME  ada  #2  employees E7  delete  name Ada']);
  });

  it('shows what was done to a table in the words of the command line', () => {
    const steps = [{ do: 'rename', column: 'a', to: 'b' } as const];
    const definition = { name: 'employees', columns: [{ name: 'b', type: 'text' as const, required: true }] };
    expect(lines([{ ...common, seq: 1, op: 'alter', definition, steps }])).toEqual([
      'TIME  ada  #1  employees  alter  rename a b',
    ]);
    expect(lines([{ ...common, seq: 1, op: 'create', definition }])).toEqual([
      'TIME  ada  #1  employees  create  b:text:required',
    ]);
    expect(lines([{ ...common, seq: 1, op: 'drop' }])).toEqual(['TIME  ada  #1  employees  drop']);
  });

  it('shows the changes of a command together, and how many are not shown', () => {
    const group: [number, number] = [7, 9];
    const entries = [7, 8, 9].map((seq): Entry => ({ ...update, seq, group, was: { salary: '1000' } }));
    expect(lines(entries, 2)).toEqual([
      'TIME  ada  3 changes together  "annual review"',
      '    #7  employees E7  update  salary 1000 → 1200',
      '    #8  employees E7  update  salary 1000 → 1200',
      '    … and 1 more change',
    ]);
    expect(lines(entries.slice(0, 1))[0]).toContain('1 of 3 changes made together');
  });

  it('gathers entries into the groups of their commands', () => {
    const gatherer = new GroupGatherer();
    const other: Entry = { ...update, seq: 8, command: 'command-2' };
    expect(gatherer.add(update)).toBeUndefined();
    expect(gatherer.add(other)).toEqual([update]);
    expect(gatherer.rest()).toEqual([other]);
    expect(gatherer.rest()).toEqual([]);
  });
});
