import { describe, expect, test } from 'vitest';
import { isOpen, isPassing } from '../../../../../client/web/page/api/outcome.ts';
import { problemIn } from '../../../../../client/web/page/api/problem.ts';

const page = '<html><body><center><h1>Bad Gateway</h1></center></body></html>';

describe('an answer that is not of the gateway', () => {
  test.each([502, 503, 504])('%i of a proxy passes, and a command may have been done', (status) => {
    const problem = problemIn(page, status);
    expect([problem.code, isPassing(problem), isOpen(problem)]).toEqual(['unreachable', true, true]);
  });

  test.each([200, 404, 500])('%i is something else at this address, for which nobody waits', (status) => {
    const problem = problemIn(page, status);
    expect([problem.code, isPassing(problem)]).toEqual(['internal', false]);
  });

  test('says what the gateway says, whatever the status', () => {
    expect(problemIn('{"error":{"code":"protocol","message":"strange"}}', 502).code).toBe('protocol');
    expect(problemIn('{"message":"none of ours"}', 502).code).toBe('unreachable');
  });
});
