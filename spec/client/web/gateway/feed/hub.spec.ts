import { afterEach, expect, test } from 'vitest';
import { Hub } from '../../../../../client/web/gateway/feed/hub.ts';
import { create } from '../../../fake-author.ts';
import { SigningLedger } from '../../../signing-ledger.ts';
import { insert, Stage } from '../../../stage.ts';

const server = new SigningLedger();
const stage = new Stage({ server });
afterEach(() => stage.ledger.close());

test('P10 the position says since when proofs are overdue, until they come', async () => {
  const sixChanges = async (): Promise<void> => {
    for (let n = 0; n < 6; n += 1) stage.write(insert(`k${server.head}`, { n }));
    await stage.pass(1);
  };
  stage.write(create('rate'));
  await sixChanges();
  server.twist = (request: { type: string; from?: number; size?: number }, answer) =>
    request.from === request.size ? answer : { error: { code: 'busy', message: 'no proofs today' } };
  const hub = new Hub(stage.ledger, { open: false });
  for (let seconds = 0; seconds < 60; seconds += 1) await sixChanges();
  expect(hub.position).toMatchObject({
    state: 'live',
    unproven: { since: expect.stringMatching(/^2026-01-01T00:00:0/) },
  });
  expect(hub.position.cursor?.seq).toBe(server.head);
  server.twist = (_request, answer) => answer;
  for (let seconds = 0; seconds < 20; seconds += 1) await sixChanges();
  expect(hub.position).toMatchObject({ verified: server.head, unproven: undefined });
  hub.close();
});
