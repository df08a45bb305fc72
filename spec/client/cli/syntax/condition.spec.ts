import { describe, expect, it } from 'vitest';
import { CliError } from '../../../../client/cli/cli-error.ts';
import { readFilter, readSort } from '../../../../client/cli/syntax/condition.ts';
import { everyType } from '../tables.ts';

const read = (...texts: string[]) => readFilter(everyType, texts);

describe('conditions', () => {
  it.each([
    ['size=1', 'eq', 1],
    ['size != 1', 'ne', 1],
    ['size<1', 'lt', 1],
    ['size <=1', 'le', 1],
    ['size> 1', 'gt', 1],
    ['size>=1', 'ge', 1],
  ])('%s compares', (text, is, value) => {
    expect(read(text)).toEqual([{ column: 'size', is, value }]);
  });

  it('read values by the type of their column', () => {
    expect(read('price>=1000.00', 'first name=Ada')).toEqual([
      { column: 'price', is: 'ge', value: '1000.00' },
      { column: 'first name', is: 'eq', value: 'Ada' },
    ]);
  });

  it('find empty and filled cells', () => {
    expect(read('tags=', 'id!=')).toEqual([
      { column: 'tags', is: 'eq', value: null },
      { column: 'id', is: 'ne', value: null },
    ]);
  });

  it('take several values with in, which does not hide in names or values', () => {
    expect(read('size in 1|2', 'id in a | b', 'within=in')).toEqual([
      { column: 'size', is: 'in', value: [1, 2] },
      { column: 'id', is: 'in', value: ['a', 'b'] },
      { column: 'within', is: 'eq', value: 'in' },
    ]);
  });

  it('let values hold operators, and names too', () => {
    expect(read('id=x>=1', 'a=b=c')).toEqual([
      { column: 'id', is: 'eq', value: 'x>=1' },
      { column: 'a=b', is: 'eq', value: 'c' },
    ]);
  });

  it('are refused all at once, with the reason', () => {
    let problems: readonly string[] = [];
    try {
      read('siez>1', 'size>x', 'size>', 'nothing', 'sold=yes');
    } catch (error) {
      if (error instanceof CliError) problems = error.problems;
    }
    expect(problems).toHaveLength(5);
    expect(problems[0]).toContain('did you mean "size"?');
    expect(problems[2]).toContain('a value is missing');
    expect(problems[3]).toContain('COLUMN OPERATOR VALUE');
    expect(problems[4]).toContain('write true');
  });
});

describe('sort', () => {
  it('names columns, and which go down', () => {
    expect(readSort(everyType, 'price:desc,first name, id:asc')).toEqual([
      { column: 'price', descending: true },
      { column: 'first name' },
      { column: 'id' },
    ]);
    expect(() => readSort(everyType, 'prize')).toThrow('did you mean "price"?');
  });
});
