import { describe, expect, it } from 'vitest';
import { columnSpecs } from '../../../../client/cli/print/definition.ts';
import { readColumnSpec, readTableSpec } from '../../../../client/cli/syntax/column-spec.ts';

const column = (spec: string) => readColumnSpec(spec).column;

describe('column syntax', () => {
  it('takes text for the type unless one is given', () => {
    expect(column('note')).toEqual({ name: 'note', type: 'text' });
    expect(column('note:required')).toEqual({ name: 'note', type: 'text', required: true });
    expect(column('salary:decimal')).toEqual({ name: 'salary', type: 'decimal' });
  });

  it('reads the values of rules by the type of the column', () => {
    expect(column('salary:decimal:min=0:max=9999.99:default=0')).toEqual({
      name: 'salary',
      type: 'decimal',
      min: '0',
      max: '9999.99',
      default: '0',
    });
    expect(column('n:integer:min=0:choices=1|2')).toEqual({ name: 'n', type: 'integer', min: 0, choices: [1, 2] });
    expect(column('name:min=1')).toEqual({ name: 'name', type: 'text', min: 1 });
    expect(column('job:text:choices=engineer|lead designer')).toEqual({
      name: 'job',
      type: 'text',
      choices: ['engineer', 'lead designer'],
    });
  });

  it('leaves a colon within a value alone', () => {
    expect(column('at:timestamp:default=2026-01-01T00:00:00Z:required')).toEqual({
      name: 'at',
      type: 'timestamp',
      default: '2026-01-01T00:00:00Z',
      required: true,
    });
    expect(column('time:pattern=[0-9]{2}:[0-9]{2}')).toMatchObject({ pattern: '[0-9]{2}:[0-9]{2}' });
  });

  it.each([
    ['n:intger', 'did you mean "integer"?'],
    ['n:integer:requird', 'did you mean "required"?'],
    ['n:integer:min=x', 'is not an integer'],
    ['n:integer:min', 'write min='],
    ['n:required=perhaps', 'required=false'],
    [':text', 'names no column'],
  ])('refuses %s and says: %s', (spec, message) => {
    expect(() => readColumnSpec(spec)).toThrow(message);
  });

  it('makes a table with at most one key', () => {
    expect(readTableSpec('t', ['id:text:key', 'n:integer'])).toEqual({
      name: 't',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'n', type: 'integer' },
      ],
    });
    expect(readTableSpec('t', ['n'])).toEqual({ name: 't', columns: [{ name: 'n', type: 'text' }] });
    expect(() => readTableSpec('t', ['a:key', 'b:key'])).toThrow('a and b are both keys');
  });

  it('is printed as it is read', () => {
    const specs = ['id:text:key', 'salary:decimal:required:min=0', 'job:text:choices=a|b', 'on:boolean:default=false'];
    expect(columnSpecs(readTableSpec('t', specs))).toEqual(specs);
  });
});
