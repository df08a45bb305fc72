import { describe, expect, it } from 'vitest';
import { CliError } from '../../../../client/cli/cli-error.ts';
import { exitCodes } from '../../../../client/cli/exit-codes.ts';
import { readCellArguments } from '../../../../client/cli/syntax/cell-arguments.ts';
import { everyType } from '../tables.ts';

const read = (...words: string[]) => readCellArguments(everyType, words);

function problemsOf(...words: string[]): readonly string[] {
  try {
    read(...words);
  } catch (error) {
    if (error instanceof CliError && error.exit === exitCodes.usage) return error.problems;
    throw error;
  }
  return [];
}

describe('values of the command line', () => {
  it('are read by the type of their column, to the letter', () => {
    expect(
      read('id=007', 'size=42', 'ratio=1.5', 'price=1000.00', 'sold=true', 'made=2026-02-28', 'tags=["a"]'),
    ).toEqual({ id: '007', size: 42, ratio: 1.5, price: '1000.00', sold: true, made: '2026-02-28', tags: ['a'] });
    expect(read('seen=2026-01-01T10:00:00+02:00')).toEqual({ seen: '2026-01-01T10:00:00+02:00' });
    expect(read('size=9223372036854775807')).toEqual({ size: '9223372036854775807' });
  });

  it('empty a cell with nothing behind the =', () => {
    expect(read('id=', 'price=')).toEqual({ id: null, price: null });
  });

  it('are raw JSON behind :=', () => {
    expect(read('id:=""', 'size:=7', 'tags:={"a":[1,null]}', 'sold:=null')).toEqual({
      id: '',
      size: 7,
      tags: { a: [1, null] },
      sold: null,
    });
    expect(problemsOf('size:=1.5')).toEqual(['size (integer): 1.5 is not an integer']);
    expect(problemsOf('price:=12345678901234567890')[0]).toContain('would be changed by a double');
    expect(problemsOf('id:=x')[0]).toContain('behind := stands JSON');
  });

  it('may hold = themselves, and so may names', () => {
    expect(read('id=x=y', 'first name=Ada', 'a=b=c')).toEqual({ id: 'x=y', 'first name': 'Ada', 'a=b': 'c' });
  });

  it.each([
    ['ratio=1.10', 'write 1.1'],
    ['ratio=abc', 'such as 1.5'],
    ['size=007', 'write 7'],
    ['size=1.0', 'write 1'],
    ['size=1.5', 'is not an integer'],
    ['price=1,000.00', 'write 1000.00'],
    ['price=12,50', 'write 12.50'],
    ['price=.5', 'write 0.5'],
    ['price=+5', 'write 5'],
    ['price=dear', 'such as 1000.00'],
    ['sold=Yes', 'write true'],
    ['sold=0', 'write false'],
    ['sold=perhaps', 'write true or false'],
    ['made=2026-2-3', 'write 2026-02-03'],
    ['made=2026-02-30', 'write YYYY-MM-DD'],
    ['seen=2026-02-03 10:00:00', 'write 2026-02-03T10:00:00Z'],
    ['tags={ "a": 1 }', 'write {"a":1}'],
    ['tags=red', 'write "red"'],
  ])('%s is refused, and the form to write is told: %s', (word, advice) => {
    const [problem] = problemsOf(word);
    expect(problem).toContain(advice);
    expect(problem).toContain(word.slice(0, word.indexOf('=')));
  });

  it('are refused all at once, the unknown column with the one that was meant', () => {
    const problems = problemsOf('pirce=1', 'size=x', 'nonsense', 'id=1', 'id=2');
    expect(problems).toHaveLength(4);
    expect(problems[0]).toContain('did you mean "price"?');
    expect(problems[2]).toContain('write COLUMN=VALUE');
    expect(problems[3]).toContain('given twice');
  });
});
