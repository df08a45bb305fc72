import { describe, expect, it } from 'vitest';
import { stepWords } from '../../../../client/cli/print/definition.ts';
import { readAlterSteps } from '../../../../client/cli/syntax/alter-steps.ts';
import { everyType } from '../tables.ts';

const read = (line: string) => readAlterSteps(everyType, line.split(' '));

describe('steps of alter', () => {
  it('are separated by commas, alone or at the end of a word', () => {
    const line = 'add note, rename size width , remove sold, retype made text, rules price min=0 required max=';
    expect(read(line)).toEqual([
      { do: 'add', column: { name: 'note', type: 'text' } },
      { do: 'rename', column: 'size', to: 'width' },
      { do: 'remove', column: 'sold' },
      { do: 'retype', column: 'made', to: 'text' },
      { do: 'rules', column: 'price', set: { min: '0', required: true, max: null } },
    ]);
  });

  it('know the columns that earlier steps made', () => {
    expect(read('add n:integer, rules n min=1, rename size width, rules width max=9')).toMatchObject([
      {},
      { set: { min: 1 } },
      {},
      { column: 'width', set: { max: 9 } },
    ]);
    expect(() => read('remove size, rules size min=1')).toThrow('there is no column "size"');
  });

  it('take a rule away with false or nothing', () => {
    expect(read('rules price required=false unique= min=')).toMatchObject([
      { set: { required: null, unique: null, min: null } },
    ]);
  });

  it.each([
    ['ad note', 'did you mean "add"?'],
    ['rename size', 'write rename COLUMN NEW-NAME'],
    ['retype size intger', 'did you mean "integer"?'],
    ['remove siez', 'did you mean "size"?'],
    ['rules price', 'write rules COLUMN RULE'],
    ['add k:text:key', 'the key of a table cannot be changed'],
    [',', 'what is to be done?'],
  ])('refuse %s and say: %s', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });

  it('are printed as they are read', () => {
    const line = 'rules price min=0 required max=';
    expect(read(line).map(stepWords)).toEqual([line]);
  });
});
