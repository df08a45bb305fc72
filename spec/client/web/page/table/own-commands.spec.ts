import { beforeEach, expect, test } from 'vitest';
import { useLedger } from '../../../../../client/web/page/ledger/ledger-state.ts';
import { remember, useOwnCommands } from '../../../../../client/web/page/table/edit/own-commands.ts';

const ada = { user: 'ada', role: 'administrator', expires: '', idleMinutes: 60 };

beforeEach(() => {
  useLedger.setState({ login: ada, epoch: 'one' });
  useOwnCommands.setState({ done: [], undone: [], why: '' });
  remember({ id: 'a', text: 'changed E7' });
  useOwnCommands.setState({ why: 'annual review' });
});

const isKept = () => useOwnCommands.getState().done.length === 1 && useOwnCommands.getState().why !== '';

test('what was done stays while the same person logs in again', () => {
  useLedger.setState({ login: undefined });
  useLedger.setState({ login: ada });
  useLedger.setState({ head: 7 });
  expect(isKept()).toBe(true);
});

test.each([
  ['somebody else', { login: { ...ada, user: 'bob' } }],
  ['another life of the ledger', { epoch: 'two' }],
])('what was done goes with %s', (_, change) => {
  useLedger.setState(change);
  expect(useOwnCommands.getState()).toEqual({ done: [], undone: [], why: '' });
});
