import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Ledger, type Replica, RowcastError } from '../../client/index.ts';
import type { Command } from '../../protocol/commands.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import { rowText } from '../../protocol/fold.ts';
import type { TableDefinition } from '../../protocol/table.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { randomCommands } from '../support/random-history.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
});
afterAll(async () => {
  await admin.close();
  await server.stop();
  await ledger.drop();
});

const tables = ['one', 'two'] as const;

/** A table as somebody has it at a seq; none when there is no such table. */
interface Held {
  readonly seq: number;
  readonly table: string;
  readonly definition: TableDefinition | undefined;
  readonly rows: ReadonlySet<string>;
}

function textsOf(rows: Iterable<CurrentRow>): ReadonlySet<string> {
  return new Set([...rows].map(rowText));
}

/** Notes what a replica holds whenever it has changed. */
function noting(replica: Replica, table: string, held: Held[]): void {
  replica.subscribe(({ type }) => {
    const { cursor, definition, rows } = replica;
    if (cursor === undefined || (type !== 'reset' && type !== 'group')) return;
    held.push({ seq: cursor.seq, table, definition, rows: textsOf(rows.values()) });
  });
}

async function heldAsOf({ seq, table }: Held): Promise<Held> {
  const asOf = { seq };
  const then = await admin.tables({ asOf, counts: false });
  const definition = then.tables.map((one) => one.definition).find(({ name }) => name === table);
  if (definition === undefined) return { seq, table, definition, rows: new Set() };
  const rows: CurrentRow[] = [];
  for await (const row of admin.rows(table, { asOf, limit: 3 })) rows.push(row);
  return { seq, table, definition, rows: textsOf(rows) };
}

/** What is refused did not happen. */
async function send(command: Command): Promise<number> {
  try {
    return (await admin.batch(command.type === 'batch' ? command.commands : [command])).seq;
  } catch (error) {
    if (error instanceof RowcastError) return 0;
    throw error;
  }
}

test('S22 a table as of a seq is what a replica held then, over random histories', async () => {
  await fc.assert(
    fc.asyncProperty(randomCommands({ length: 30, tables }), async (commands) => {
      // The first ones make the tables, where the run before has not left them.
      for (const command of commands.slice(0, tables.length)) await send(command);
      const held: Held[] = [];
      const replicas = tables.map((table) => admin.replica(table));
      for (const [index, replica] of replicas.entries()) noting(replica, tables[index] ?? '', held);
      await Promise.all(replicas.map((replica) => replica.ready()));
      let last = 0;
      for (const command of commands.slice(tables.length)) last = Math.max(last, await send(command));
      await Promise.all(replicas.map((replica) => replica.reached(last)));
      expect(held.length).toBeGreaterThan(tables.length);
      for (const one of held) expect(await heldAsOf(one)).toEqual(one);
      await Promise.all(replicas.map((replica) => replica.close()));
    }),
    { numRuns: 5, endOnFailure: true },
  );
}, 120_000);
