import type { ColumnType } from '../../../../protocol/values.ts';

/** What each type is for, in a few words. */
export const typeWords: Readonly<Record<ColumnType, string>> = {
  text: 'letters, of any length',
  integer: 'whole numbers, 64 bits',
  number: 'measured numbers, floating point',
  decimal: 'exact numbers, as of money: 1.10 keeps its zero',
  boolean: 'true or false',
  date: 'a day: 2026-05-01',
  timestamp: 'a moment, with its time zone',
  json: 'lists and objects',
};
