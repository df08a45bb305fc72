import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../client/index.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
});
afterAll(async () => {
  await server.stop();
  await ledger.drop();
});

test('a watcher sees at once what an administrator does, with who, when, before and after', async () => {
  const admin = connect(server.address);
  const viewer = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  await admin.createTable({
    name: 'employees',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'salary', type: 'decimal' },
    ],
  });
  await admin.insert('employees', { id: 'E7', salary: '1000.00' });
  const seen: unknown[] = [];
  for await (const event of viewer.watch({ table: 'employees' })) {
    seen.push(event);
    if (event.type === 'reset') await admin.update('employees', 'E7', { salary: '1200.00' }, { why: 'annual review' });
    if (event.type === 'group') break;
  }
  expect(seen.at(-1)).toMatchObject({
    type: 'group',
    by: 'ada',
    why: 'annual review',
    changes: [
      {
        kind: 'change',
        entry: { seq: 3, key: 'E7', version: 2, row: { salary: '1200.00' }, was: { salary: '1000.00' } },
      },
    ],
  });
  await admin.close();
  await viewer.close();
});
