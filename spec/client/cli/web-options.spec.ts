import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { withWebOptions } from '../../../client/cli/web-options.ts';
import { webSection } from '../../../settings/schema.ts';

function parsed(option: string, text: string): unknown {
  const command = withWebOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse([option, text], { from: 'user' }).opts();
}

describe('P11 numbers of the command line have the bounds of the settings', () => {
  it.each([
    ['--idle-minutes', 'idleMinutes', 10_080],
    ['--viewers-max', 'viewersMax', 1_000_000],
  ])('%s', (option, name, max) => {
    for (const number of [1, max]) {
      expect(parsed(option, String(number))).toEqual({ [name]: number });
      expect(webSection.safeParse({ [name]: String(number) }).success).toBe(true);
    }
    for (const text of ['0', '-1', '1.5', '1e3', '', ' 1', String(max + 1), '999999999999']) {
      expect(() => parsed(option, text), text).toThrow(`from 1 to ${max}`);
      expect(webSection.safeParse({ [name]: text }).success, text).toBe(false);
    }
  });
});
