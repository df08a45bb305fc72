import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, formatAddress, type Ledger, parseAddress } from '../../client/index.ts';
import type { RowStep } from '../../protocol/commands.ts';
import { Dice } from '../client/random.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

/** Written from docs/PROTOCOL.md alone: what it can do shows that the document suffices. */
const program = fileURLToPath(new URL('../../docs/examples/follow.py', import.meta.url));

const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import zmq']).status === 0);
if (python === undefined) {
  console.log('skipped: the Python client (no python3 here can import zmq; on Debian: apt-get install python3-zmq)');
}

interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** One run of the program. */
class Run {
  /** What it has printed so far. */
  readonly lines: string[] = [];
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  #begun = '';
  #errors = '';

  constructor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(python ?? 'python3', [program, ...words], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => resolve({ code, lines: this.lines, errors: this.#errors }));
    });
  }

  /** Resolves when it has printed so many lines. @throws when it ends before */
  async printed(count: number): Promise<void> {
    if (this.lines.length >= count) return;
    const reached = new Promise<void>((resolve) => this.#waiting.add({ count, resolve }));
    const failed = this.ended.then(({ code, errors }) => {
      if (this.lines.length < count) throw new Error(`ended with ${code} after ${this.lines.length} lines: ${errors}`);
    });
    await Promise.race([reached, failed]);
  }

  stop(): void {
    this.#child.kill();
  }

  /** At U+000A only: the texts of the tests have other line separators. */
  #take(text: string): void {
    const [first = '', ...more] = text.split('\n');
    this.#begun += first;
    for (const next of more) {
      this.lines.push(this.#begun);
      this.#begun = next;
    }
    for (const one of [...this.#waiting]) {
      if (one.count > this.lines.length) continue;
      this.#waiting.delete(one);
      one.resolve();
    }
  }
}

/** A run that has to succeed. @returns the lines that it printed */
async function run(
  words: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { code, lines, errors } = await new Run(words, environment).ended;
  if (code !== 0) throw new Error(`follow.py ${words.slice(1).join(' ')} ended with ${code}: ${errors}`);
  return lines;
}

/** Changes one table in every way, and counts the changes. */
class Writer {
  readonly #ledger: Ledger;
  readonly #table: string;
  #rows = 0;
  #changes = 0;

  constructor(ledger: Ledger, table: string) {
    this.#ledger = ledger;
    this.#table = table;
  }

  get changes(): number {
    return this.#changes;
  }

  /** `count` times an insert, an update and a delete, each a command of its own; eight are on their way at one time. */
  async singles(count: number): Promise<void> {
    let left = count;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const id = this.#newId();
        await this.#ledger.insert(this.#table, { id, text: `zwölf\u2028Boxkämpfer\u0085🥊 ${id}` });
        await this.#ledger.update(this.#table, id, { n: left }, { why: 'a single' });
        await this.#ledger.delete(this.#table, id);
        this.#changes += 3;
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  }

  /** One command of `count` inserts. With `other`, changes of that table are ahead of them, between and behind. */
  async batch(count: number, { other, text = 'of a batch' }: { other?: string; text?: string } = {}): Promise<void> {
    const insert = (table: string): RowStep => ({ type: 'row.insert', table, row: { id: this.#newId(), text } });
    const commands = Array.from({ length: count }, () => [insert(this.#table), ...(other ? [insert(other)] : [])]);
    await this.#ledger.batch([...(other ? [insert(other)] : []), ...commands.flat()]);
    this.#changes += count;
  }

  #newId(): string {
    this.#rows += 1;
    return `row ${this.#rows}`;
  }
}

describe.skipIf(python === undefined)('a client in Python, written from the protocol document', () => {
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

  test('logs in, and inserts a row of every type that comes back as it was written', async () => {
    const types = ['text', 'integer', 'number', 'decimal', 'boolean', 'date', 'timestamp', 'json'] as const;
    const more = [
      { name: 'large', type: 'integer' as const },
      { name: 'empty', type: 'date' as const },
    ];
    await admin.createTable({ name: 'types', columns: [...types.map((type) => ({ name: type, type })), ...more] });
    const environment = { ROWCAST_PASSWORD: administrator.password };
    const [token = ''] = await run([server.address, 'login', administrator.name], environment);
    const row = {
      text: '{"a": 1} = ü🥊',
      integer: -7,
      number: 0.1,
      decimal: '1.10',
      boolean: true,
      date: '2026-02-28',
      timestamp: '2026-02-28T12:00:00.5+01:00',
      json: { list: [1, 'zwei', null] },
      large: '9223372036854775807',
    };
    const cells = Object.entries(row).map(
      ([name, cell]) => `${name}=${typeof cell === 'string' ? cell : JSON.stringify(cell)}`,
    );
    const [printed = ''] = await run([server.address, 'insert', 'types', ...cells, 'empty=null'], {
      ROWCAST_TOKEN: token,
    });
    const reply = JSON.parse(printed) as { key: string; seq: number };
    expect(reply).toMatchObject({ ok: true, table: 'types', version: 1, changed: true });
    const { key, seq } = reply;
    expect(await admin.get('types', key)).toMatchObject({ key, seq, by: administrator.name, row });

    const refused = await new Run([server.address, 'insert', 'types', 'integer=much']).ended;
    expect(refused).toMatchObject({ code: 1, lines: [], errors: expect.stringContaining('login_required') });
  });

  test('P5 P7 watches a table whose feed is reset and cut off: its lines are the log, to the byte', async ({
    onTestFinished,
  }) => {
    for (const name of ['watched', 'beside']) {
      const columns = [
        { name: 'id', type: 'text' as const },
        { name: 'n', type: 'integer' as const },
        { name: 'text', type: 'text' as const },
      ];
      await admin.createTable({ name, key: 'id', columns });
    }
    const { feedPort, ...direct } = parseAddress(server.address);
    const proxy = await TcpProxy.start(feedPort, new Dice(20_260_304));
    onTestFinished(() => proxy.close());
    const writer = new Writer(admin, 'watched');
    await writer.batch(5);
    await writer.singles(5);
    const { rows } = await admin.list('watched');

    const singles = 200;
    const batches = 8;
    const large = 8;
    const total = 3 * (3 * singles + batches * 25) + 2 * large;
    const follower = new Run([
      formatAddress({ ...direct, feedPort: proxy.port }),
      'watch',
      'watched',
      '--count',
      String(total),
    ]);
    onTestFinished(() => follower.stop());
    await follower.printed(1);
    const { snapshot } = JSON.parse(follower.lines[0] ?? '') as { snapshot: Snapshot };
    expect(snapshot.rows).toEqual(rows);
    const started = writer.changes;
    const someOfEach = async (): Promise<void> => {
      const inBatches = async (): Promise<void> => {
        for (let index = 0; index < batches; index += 1) {
          await writer.batch(25, index % 2 === 0 ? {} : { other: 'beside' });
        }
      };
      await Promise.all([writer.singles(singles), inBatches()]);
    };

    // Nothing disturbs; one group is too large for the feed, which leaves its entries out.
    await someOfEach();
    await writer.batch(large, { text: 'x'.repeat(400_000) });
    await follower.printed(1 + writer.changes - started);
    // Connections break at random bytes.
    proxy.weather = { resetWithinBytes: 20_000 };
    await someOfEach();
    await proxy.resetsReached(3);
    // Nothing arrives at all; what is missed is read from the log, where one group is of several pages.
    proxy.weather = { resetWithinBytes: 1 };
    await proxy.resetsReached(proxy.resets + 1);
    await writer.batch(large, { text: 'y'.repeat(400_000), other: 'beside' });
    proxy.weather = {};
    await someOfEach();

    expect(writer.changes - started).toBe(total);
    expect(await follower.ended).toMatchObject({ code: 0 });
    const log: string[] = [];
    for await (const { line } of admin.readLog({ table: 'watched', after: snapshot.seq })) log.push(line);
    const seen = follower.lines.slice(1);
    expect(seen.findIndex((line, index) => line !== log[index])).toBe(-1);
    expect([seen.length, log.length]).toEqual([total, total]);
    console.log(`Python: ${total} changes over ${proxy.resets} resets, as the log has them`);
  });

  test('asks every query through a plain REQ socket', async () => {
    const columns = [
      { name: 'id', type: 'integer' as const },
      { name: 'name', type: 'text' as const },
    ];
    await admin.createTable({ name: 'asked', key: 'id', columns });
    for (const [index, name] of ['Ada', 'Grace', 'Barbara', 'Frances'].entries()) {
      await admin.insert('asked', { id: index, name });
    }
    await admin.update('asked', '1', { name: 'Grace\u2028Hopper' });
    const ask = async (request: object): Promise<{ reply: Record<string, unknown>; lines: string[] }> => {
      const [reply = '', ...lines] = await run([server.address, 'request', JSON.stringify(request)]);
      return { reply: JSON.parse(reply) as Record<string, unknown>, lines };
    };
    const sort = [{ column: 'name', descending: true }];
    const page = { type: 'row.list', table: 'asked', sort, limit: 3 } as const;
    const filter = [{ column: 'name', is: 'ge', value: 'B' }];
    const log = { type: 'log.read', table: 'asked' } as const;
    const history = { type: 'row.history', table: 'asked', key: '1' } as const;

    const { reply: first } = await ask(page);
    const expected = await admin.request(page);
    const { epoch, seq } = expected;
    expect(first).toMatchObject({ ok: true, ...expected });
    const [status, tables, row, second, found, entries, changes, missing] = await Promise.all([
      ask({ type: 'server.status' }),
      ask({ type: 'table.list' }),
      ask({ type: 'row.get', table: 'asked', key: '1' }),
      ask({ ...page, after: first.next }),
      ask({ ...page, filter, search: 'R' }),
      ask(log),
      ask(history),
      new Run([server.address, 'request', '{"type":"row.get","table":"asked","key":"9"}']).ended,
    ]);
    expect(status.reply).toMatchObject({ ok: true, epoch, seq, server: 'rowcast' });
    expect(tables.reply).toMatchObject({ ok: true, ...(await admin.request({ type: 'table.list' })) });
    expect(row.reply).toMatchObject({ ok: true, row: await admin.get('asked', '1') });
    expect(second.reply).toMatchObject({ ok: true, seq, rows: [{ key: '0', row: { name: 'Ada' } }] });
    expect(second.reply).not.toHaveProperty('next');
    expect(found.reply).toMatchObject({ ok: true, rows: [{ key: '1' }, { key: '3' }, { key: '2' }] });
    const lines: string[] = [];
    for await (const { line } of admin.readLog({ table: 'asked' })) lines.push(line);
    const ofOne = lines.filter((line) => line.includes('"key":"1"'));
    expect([lines.length, ofOne.length]).toEqual([6, 2]);
    expect(entries).toMatchObject({ reply: { ok: true, head: seq, count: 6, more: false }, lines });
    expect(changes).toMatchObject({ reply: { ok: true, head: seq, count: 2, more: false }, lines: ofOne });
    expect(missing).toMatchObject({ code: 1, errors: expect.stringContaining('row_not_found') });
    expect(missing.lines).toEqual([expect.stringContaining('"ok": false')]);
  });
});

interface Snapshot {
  readonly seq: number;
  readonly epoch: string;
  readonly rows: readonly unknown[];
}
