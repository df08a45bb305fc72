import { describe, expect, it } from 'vitest';
import { CliError, interrupted, usageError } from '../../../client/cli/cli-error.ts';
import { exitCodeOf, exitCodes } from '../../../client/cli/exit-codes.ts';
import { tell, toldJson, toldLines } from '../../../client/cli/explain.ts';
import { plain } from '../../../client/cli/print/paint.ts';
import { RowcastError } from '../../../client/errors.ts';
import { TamperedError } from '../../../client/trust/fault.ts';
import { errorCodes } from '../../../protocol/errors.ts';

const surroundings = { addresses: ['rowcast://127.0.0.1:5555?feed=5556'] };
const current = { key: 'E7', version: 3, seq: 9, at: '2026-11-22T09:12:03Z', by: 'bob', row: { salary: '1200' } };

describe('exit codes', () => {
  it('are those that scripts were promised', () => {
    expect(exitCodes).toEqual({
      ok: 0,
      failed: 1,
      usage: 2,
      notFound: 3,
      conflict: 4,
      login: 5,
      unreachable: 6,
      tampered: 7,
      interrupted: 130,
    });
  });

  it('there is one for every error of the server', () => {
    for (const code of errorCodes) expect(exitCodeOf(code)).toBeGreaterThan(0);
    expect(exitCodeOf('row_not_found')).toBe(3);
    expect(exitCodeOf('version_conflict')).toBe(4);
    expect(exitCodeOf('session_expired')).toBe(5);
    expect(exitCodeOf('timeout')).toBe(6);
    expect(exitCodeOf('aborted')).toBe(130);
  });

  it('of the program itself', () => {
    expect(tell(usageError('x'), surroundings).exit).toBe(2);
    expect(tell(interrupted(), surroundings).exit).toBe(130);
    expect(tell(new TypeError('x'), surroundings).exit).toBe(1);
  });
});

describe('an error as it is told', () => {
  const conflict = new RowcastError('version_conflict', 'row E7 is at version 3', {
    body: {
      code: 'version_conflict',
      message: 'row E7 is at version 3',
      problems: [
        { code: 'version_conflict', message: 'row E7 is at version 3', table: 'employees', key: 'E7', current },
      ],
    },
  });

  it('shows the row as it is now, and what to do next', () => {
    const lines = toldLines(tell(conflict, surroundings), plain);
    expect(lines[0]).toBe('✗ row E7 is at version 3');
    expect(lines[1]).toMatch(/now: E7 version 3 \(#9\) by bob at /);
    expect(lines[2]).toContain('salary 1200');
    expect(lines[3]).toContain('decide anew: npx rowcast get employees E7');
  });

  it('lists every bad row and column, and how many more there were', () => {
    const error = new RowcastError('invalid', 'salary is required', {
      body: {
        code: 'invalid',
        message: 'salary is required',
        problems: [
          { code: 'invalid', message: 'salary is required', index: 0, table: 'employees', key: 'E7' },
          { code: 'invalid', message: 'job \u202eis', index: 4, table: 'employees', key: 'E8' },
        ],
        more: 3,
      },
    });
    expect(toldLines(tell(error, surroundings), plain)).toEqual([
      '✗ salary is required',
      '  · command 1: employees E7  salary is required',
      '  · command 5: employees E8  job \\u202eis',
      '  … and 3 more',
    ]);
  });

  it('says under which id to settle an outcome that is unknown', () => {
    const error = new RowcastError('timeout', 'no answer', { id: 'abcdefgh', outcomeUnknown: true });
    expect(tell(error, surroundings).next).toContain('--id abcdefgh');
  });

  it('says where the log begins to be bad, as far as it is known', () => {
    const fault = { kind: 'changed', first: 4, last: 4, what: 'entry 4 is not the one that was signed' } as const;
    const toldOf = (last: number | undefined) => tell(new TamperedError({ ...fault, last }), surroundings);
    expect(toldLines(toldOf(4), plain)[1]).toBe('  the first bad change is #4');
    expect(toldLines(toldOf(9), plain)[1]).toBe('  the first bad change is one of #4 to #9');
    expect(toldLines(toldOf(undefined), plain)[1]).toBe('  the first bad change is #4 or one behind it');
    expect(JSON.parse(toldJson(toldOf(4)))).toMatchObject({ error: { code: 'tampered', exit: 7, fault } });
  });

  it('is a line of JSON for programs', () => {
    const line = toldJson(tell(conflict, surroundings));
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({
      error: { code: 'version_conflict', exit: 4, problems: [{ current: { version: 3 } }] },
    });
    const usage = new CliError('x', { code: 'usage', exit: 2, problems: ['a', 'b'], next: 'do it' });
    expect(JSON.parse(toldJson(usage))).toEqual({
      error: { code: 'usage', message: 'x', problems: ['a', 'b'], exit: 2, next: 'do it' },
    });
  });
});
