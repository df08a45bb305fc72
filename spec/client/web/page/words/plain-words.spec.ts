import { expect, test } from 'vitest';
import { GatewayProblem, type ProblemBody } from '../../../../../client/web/page/api/problem.ts';
import { plainWords, problemWords } from '../../../../../client/web/page/words/plain-words.ts';
import { errorCodes } from '../../../../../protocol/errors.ts';
import { cellProblem } from '../../../../../protocol/values.ts';

const told = (body: Partial<ProblemBody>): string =>
  plainWords(new GatewayProblem({ code: 'internal', message: 'it failed', ...body }));

test('every error is told in whole sentences', () => {
  for (const code of [...errorCodes, 'timeout', 'closed', 'unreachable']) {
    expect(told({ code, message: 'it was refused' })).toMatch(/^[A-Z].*[.?]$/);
  }
  expect(plainWords(new Error('not JSON'))).toBe('Not JSON.');
});

test('what programs are to do is left out where waiting helps, and how long is said', () => {
  const message = 'too many commands are waiting; send it again a little later';
  expect(told({ code: 'busy', message, retryAfterMs: 1_200 })).toBe('Too many commands are waiting. Try again in 2 s.');
});

test('P2 of a command of which nobody knows whether it was done, just that is said', () => {
  expect(told({ code: 'unavailable', outcomeUnknown: true, retryAfterMs: 100 })).toContain('Nobody knows yet whether');
});

test('of what is sent twice and not quite the same, people read what to do, not what a program did', () => {
  const message = 'id abc was used for another command; make a new id for every command';
  expect(told({ code: 'command_id_reused', message })).toMatch(/^This was sent once before.*begin anew\.$/);
});

test('a problem says where it is, once', () => {
  expect(problemWords({ key: 'E7', column: 'pay', message: 'pay is required' })).toBe('row E7: pay is required');
  expect(problemWords({ key: 'E7', message: 'row E7 is not there any more' })).toBe('row E7 is not there any more');
  expect(problemWords({ column: 'pay', message: 'is required' })).toBe('pay: is required');
});

test('what somebody has typed is refused without a word for programs', () => {
  for (const type of ['integer', 'number', 'decimal', 'boolean', 'date', 'timestamp'] as const) {
    expect(cellProblem(type, 'abc')).toMatch(/^is not /);
    expect(cellProblem(type, 'abc')).not.toMatch(/send|JSON|string/);
  }
});
