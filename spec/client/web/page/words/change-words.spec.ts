import { describe, expect, it } from 'vitest';
import { changeWords } from '../../../../../client/web/page/words/change-words.ts';
import { localTime } from '../../../../../client/web/page/words/local-time.ts';
import { sentenceText } from '../../../../../client/web/page/words/sentence.ts';
import type { Entry } from '../../../../../protocol/entry.ts';

const common = { seq: 7, at: '2026-11-22T09:12:03Z', by: 'ada', command: 'command-1', table: 'employees' } as const;
const row = { id: 'E7', name: 'Ada', job: 'engineer' };
const text = (entry: Entry): string => sentenceText(changeWords(entry));

describe('what a change did, in words', () => {
  it('says of an update what each cell was and is', () => {
    const is = { ...row, salary: '1200' };
    const update: Entry = {
      ...common,
      op: 'update',
      key: 'E7',
      version: 2,
      row: is,
      was: { salary: '1000', note: '' },
    };
    expect(text(update)).toBe('salary 1000 → 1200, note "" → empty');
  });

  it('tells times by the clock of whoever reads, in columns that hold times', () => {
    const [was, is] = ['2026-05-01T12:00:00Z', '2026-05-02T08:30:00Z'];
    const update: Entry = {
      ...common,
      op: 'update',
      key: 'E7',
      version: 2,
      row: { at: is, note: is },
      was: { at: was, note: '' },
    };
    const insert: Entry = { ...common, op: 'insert', key: 'E7', version: 1, row: { id: 'E7', at: was } };
    const typeOf = (column: string) => (column === 'at' ? 'timestamp' : 'text');
    expect(sentenceText(changeWords(update, typeOf))).toBe(`at ${localTime(was)} → ${localTime(is)}, note "" → ${is}`);
    expect(sentenceText(changeWords(insert, typeOf))).toBe(`entered with at ${localTime(was)}`);
  });

  it('says who entered, came back and left', () => {
    const insert: Entry = { ...common, op: 'insert', key: 'E7', version: 1, row };
    expect(text(insert)).toBe('entered with name Ada, job engineer');
    expect(text({ ...insert, reverts: [6, 6] })).toBe('back with name Ada, job engineer');
    expect(text({ ...common, op: 'delete', key: 'E7', version: 2, was: row })).toBe('left, was name Ada, job engineer');
    expect(text({ ...common, op: 'insert', key: 'E7', version: 1, row: { id: 'E7' } })).toBe('entered');
  });

  it('says that a value is sealed, and that it was erased', () => {
    const sealed = { sealed: 'eQD8v8AfBkhwwtUaJRGfFyJaK5FbU16NXjbAW86-PVY' };
    const update: Entry = {
      ...common,
      op: 'update',
      key: 'E7',
      version: 2,
      row: { ssn: sealed },
      was: { ssn: sealed },
    };
    expect(text(update)).toBe('ssn changed, sealed');
    expect(text({ ...common, op: 'erase', key: 'E7', version: 3, columns: ['ssn'] })).toBe('erased for good: ssn');
  });

  it('says what was done to a table', () => {
    const definition = { name: 'employees', columns: [{ name: 'id', type: 'text' as const }] };
    expect(text({ ...common, op: 'create', definition })).toBe('table made with 1 column');
    expect(text({ ...common, op: 'drop', was: definition })).toBe('table dropped');
    const steps = [
      { do: 'add' as const, column: { name: 'age', type: 'integer' as const } },
      { do: 'rename' as const, column: 'name', to: 'first name' },
      { do: 'remove' as const, column: 'note' },
      { do: 'retype' as const, column: 'pay', to: 'decimal' as const },
      { do: 'rules' as const, column: 'job', set: { required: true } },
    ];
    expect(text({ ...common, op: 'alter', definition, steps })).toBe(
      'columns: age added as integer, name renamed to first name, note removed, pay made decimal, job has other rules',
    );
  });

  it('shows nothing raw that could deceive, on one line', () => {
    const hostile: Entry = { ...common, op: 'insert', key: 'E7', version: 1, row: { name: 'a\u202Eb\nc' } };
    expect(text(hostile)).toBe('entered with name a\\u202eb\\nc');
  });
});
