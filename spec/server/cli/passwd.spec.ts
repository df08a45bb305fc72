import { describe, expect, it } from 'vitest';
import { putAdministrator } from '../../../server/cli/passwd.ts';

describe('an administrator in a settings file', () => {
  it.each([
    ['', '[administrators]\nada = H\n'],
    ['[client]\n', '[client]\n\n[administrators]\nada = H\n'],
    ['[client]', '[client]\n\n[administrators]\nada = H\n'],
    ['[administrators]\nbob = B\n\n[client]\n', '[administrators]\nbob = B\nada = H\n\n[client]\n'],
    ['[administrators]\n  ada=OLD\nbob = B\n', '[administrators]\nada = H\nbob = B\n'],
    [
      '[administrators]\n;ada = x\n\n; of clients\n[client]',
      '[administrators]\n;ada = x\nada = H\n\n; of clients\n[client]',
    ],
    ['[administrators]\r\nbob = B', '[administrators]\r\nbob = B\r\nada = H\r\n'],
    ['[server]\nada = 1\n[administrators]\n', '[server]\nada = 1\n[administrators]\nada = H\n'],
  ])('%j becomes %j', (before, after) => {
    expect(putAdministrator(before, 'ada', 'H')).toBe(after);
  });
});
