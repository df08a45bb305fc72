import { expect, test } from 'vitest';
import { ruleText } from '../../../../../client/web/page/table/edit/rule-text.ts';

test('bounds of a text are counted in characters, of which there may be one', () => {
  const of = (bounds: { min?: number; max?: number }): string => ruleText({ name: 'a', type: 'text', ...bounds });
  expect(of({ min: 1 })).toBe('text, at least 1 character');
  expect(of({ max: 2 })).toBe('text, at most 2 characters');
  expect(of({ min: 1, max: 100 })).toBe('text, 1 to 100 characters');
  expect(ruleText({ name: 'a', type: 'integer', min: 1 })).toBe('integer, at least 1');
});
