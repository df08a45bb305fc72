import { randomBytes } from 'node:crypto';
import { nanoid } from 'nanoid';
import { connect, type Ledger } from '../../client/index.ts';
import { gather } from './gather.ts';
import { administrator } from './server.ts';

/** What must not be seen by whoever taps the wire. */
export interface Secrets {
  /** Stands in every name, key, cell and reason that was written. */
  readonly mark: string;
  /** All of those, and the passwords. */
  readonly texts: readonly string[];
  /** Ids and secrets of sessions, and the device. */
  readonly tokens: readonly string[];
}

export interface HourOptions {
  readonly address: string;
  /** Rows that are written, changed and read. */
  readonly rows: number;
  /** Logged in here, and left so: what is recorded of a session that stands is worth most. */
  readonly admin: Ledger;
}

const watchers = 3;
/** Rows in work at a time. */
const atOnce = 8;

/** An hour of a busy administrator and of those who watch: rows over and over, and every other type of request. */
export async function workAnHour({ address, rows, admin }: HourOptions): Promise<Secrets> {
  const mark = nanoid();
  const texts: string[] = [];
  const text = (kind: string): string => {
    const made = `${kind}-${mark}-${texts.length}`;
    texts.push(made);
    return made;
  };
  const [table, column, sealed] = [text('t'), text('c'), text('s')] as const;
  const { session, secret, device = '' } = await admin.login(administrator.name, administrator.password);
  const columns = [
    { name: 'id', type: 'text' as const },
    { name: column, type: 'text' as const },
  ];
  const why = (): { why: string } => ({ why: text('why') });
  await admin.createTable(
    { name: table, key: 'id', columns: [...columns, { name: sealed, type: 'text', sealed: true }] },
    why(),
  );
  const viewers = Array.from({ length: watchers }, () => connect(address));
  const replicas = viewers.map((viewer) => viewer.replica(table));
  let left = rows;
  const worker = async (viewer: Ledger): Promise<void> => {
    while (left-- > 0) {
      const key = text('key');
      await admin.insert(table, { id: key, [column]: text('first'), [sealed]: text('sealed') }, why());
      await admin.update(table, key, { [column]: text('second') }, why());
      await viewer.get(table, key);
      await gather(viewer.history(table, key));
      await admin.get(table, key, { open: true });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, n) => worker(viewers[n % watchers] ?? admin)));
  await theRest({ admin, table, column, text, why });
  const accounts = await manageAccounts({ address, admin, text });
  const { seq } = await admin.status();
  await Promise.all(replicas.map((replica) => replica.reached(seq)));
  await Promise.all(viewers.map((viewer) => viewer.close()));
  const tokens = [session, secret, device, ...accounts.tokens];
  return { mark, texts: [...texts, administrator.password, ...accounts.passwords], tokens };
}

interface Working {
  readonly admin: Ledger;
  readonly text: (kind: string) => string;
}

/** Every type of command and query that is not part of the work on rows. */
async function theRest(working: Working & { table: string; column: string; why: () => { why: string } }) {
  const { admin, table, column, text, why } = working;
  const { seq: start } = await admin.status();
  const row = () => ({ id: text('key'), [column]: text('cell') });
  const gone = row();
  await admin.upsert(table, gone, why());
  const { seq } = await admin.delete(table, gone.id, why());
  await admin.revert({ seq }, why());
  await admin.erase(table, gone.id, why());
  await admin.batch([{ type: 'row.insert', table, row: row() }], why());
  await admin.largeBatch([{ type: 'row.insert', table, row: row() }], why());
  await admin.request({ type: 'batch.drop', stage: nanoid() });
  await admin.alterTable(table, [{ do: 'add', column: { name: text('c'), type: 'text' } }], why());
  const other = text('t');
  await admin.createTable({ name: other, columns: [{ name: 'id', type: 'text' }] }, why());
  await admin.dropTable(other, why());
  await admin.tag(text('tag'), why());
  await admin.tags();
  await admin.tables();
  await admin.list(table, { search: text('search') });
  await gather(admin.readLog());
  await gather(admin.cellHistory(table, gone.id, column));
  await admin.blame(table, [gone.id]);
  await admin.activity();
  await admin.diff({ seq: start });
  await admin.checkpoint();
}

/** Accounts and sessions: logins, and all that ends them. */
async function manageAccounts({ address, admin, text }: Working & { address: string }) {
  const user = `u${nanoid(8).replace(/[^A-Za-z0-9]/g, 'x')}`;
  const passwords = [text('pass'), text('pass'), text('pass')] as const;
  const [first, second, third] = passwords;
  await admin.accounts.add({ user, role: 'viewer', password: first });
  await using theirs = connect(address, { timeoutMs: 60_000 });
  await using again = connect(address, { timeoutMs: 60_000 });
  const login = await theirs.login(user, first);
  await theirs.accounts.changePassword({ old: first, new: second });
  const other = await again.login(user, second);
  await admin.accounts.revoke(other.session);
  await theirs.request({ type: 'feed.open', key: randomBytes(32).toString('base64url') });
  await theirs.request({ type: 'session.attach', session: login.session });
  await theirs.accounts.status();
  await theirs.accounts.sessions();
  await theirs.logout();
  await admin.accounts.change(user, { password: third });
  await admin.accounts.list();
  await admin.accounts.remove(user);
  await admin.accounts.audit();
  const tokens = [login, other].flatMap(({ session, secret }) => [session, secret]);
  return { passwords, tokens };
}
