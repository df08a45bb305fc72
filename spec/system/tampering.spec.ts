import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nextTick } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import {
  connect,
  type ErrorCode,
  type Ledger,
  type RowcastError,
  type RowcastErrorCode,
  TamperedError,
  type WatchOptions,
} from '../../client/index.ts';
import { startServer } from '../../server/main.ts';
import { loadSettings } from '../../settings/load.ts';
import { createLedger, silentLog, type TestLedger } from '../support/ledger.ts';
import { figure } from '../support/scale.ts';
import { administrator, type TestSettings, writeSettings } from '../support/server.ts';

/** The server looks away, so that it is the client who finds it: nothing is checked at the start or in the background. */
const blind = { self_check_start_changes_max: '0', self_check_changes_per_second: '0' };

/** Tables whose older state a backup has. */
const kept = ['head', 'change', 'tile', 'command', 'table_projection', 'row_projection', 'unique_projection'] as const;

interface Tampering {
  readonly name: string;
  readonly statements: readonly string[];
  /** While the server runs, as it would not start on what is left. */
  readonly running?: true;
  /** What the running server answers to who asks for its checkpoint, once it has read on to what it finds now. */
  readonly answers?: ErrorCode;
  /** The first bad seq that a client who was there before names. */
  readonly first: number;
  /** The same of a newcomer; undefined when a newcomer cannot know. */
  readonly newcomer: number | undefined;
  /**
   * Whether the server signs the same log as before, so that only who reads the entries themselves finds that they are
   * others, or another one, which every contact finds.
   */
  readonly sign: 'the same' | 'another';
}

const shifted = 1_000_000;
const rehash = ['DELETE FROM tile', 'UPDATE head SET peaks = NULL'];
const tamperings: readonly Tampering[] = [
  {
    name: 'edit an entry',
    statements: [`UPDATE change SET entry = replace(entry, '"1000"', '"9000"') WHERE seq = 300`],
    first: 300,
    newcomer: 300,
    sign: 'the same',
  },
  {
    name: 'delete an entry',
    statements: ['DELETE FROM change WHERE seq = 300'],
    first: 300,
    newcomer: 300,
    sign: 'the same',
  },
  {
    name: 'insert an entry',
    statements: [
      `UPDATE change SET seq = seq + ${shifted}, group_last = group_last + ${shifted} WHERE seq >= 300`,
      `UPDATE change SET seq = seq - ${shifted - 1}, group_last = group_last - ${shifted - 1} WHERE seq > ${shifted}`,
      `INSERT INTO change SELECT 300, table_id, key, 300, replace(entry, '"seq":299,', '"seq":300,') FROM change WHERE seq = 299`,
    ],
    running: true,
    answers: 'ahead_of_server',
    // The tree behind the entry is another everywhere: all that is known is that it is not the one that was signed.
    first: 1,
    newcomer: 1,
    sign: 'another',
  },
  {
    name: 'swap two entries',
    statements: [
      `UPDATE change a SET entry = b.entry FROM change b
       WHERE (a.seq = 300 AND b.seq = 301) OR (a.seq = 301 AND b.seq = 300)`,
    ],
    first: 300,
    newcomer: 300,
    sign: 'the same',
  },
  {
    name: 'cut the tail',
    statements: ['DELETE FROM change WHERE seq > 690'],
    running: true,
    first: 691,
    newcomer: 691,
    sign: 'the same',
  },
  {
    name: 're-hash everything',
    statements: [
      `UPDATE change SET entry = replace(entry, '"1000"', '"9000"') WHERE seq = 300`,
      `UPDATE row_projection SET cells = replace(cells::text, '"1000"', '"9000"')::json WHERE seq = 300`,
      ...rehash,
    ],
    // What was kept of the tree tells which of its largest subtrees is another: here the one over the first 512.
    first: 1,
    newcomer: undefined,
    sign: 'another',
  },
  {
    name: 'restore an older backup',
    statements: kept.flatMap((table) => [`DELETE FROM ${table}`, `INSERT INTO ${table} SELECT * FROM backup.${table}`]),
    first: 602,
    newcomer: undefined,
    sign: 'another',
  },
];

const results: string[] = [];
afterAll(() => {
  figure(
    ['tampering | client who was there | in which ways | newcomer | the server at its start', ...results].join('\n'),
  );
});

class Stage {
  readonly #ledger: TestLedger;
  readonly #settings: TestSettings;
  #stop: () => Promise<void> = () => Promise.resolve();

  private constructor(ledger: TestLedger, settings: TestSettings) {
    this.#ledger = ledger;
    this.#settings = settings;
  }

  static async open(): Promise<Stage> {
    const ledger = await createLedger();
    return new Stage(ledger, await writeSettings(ledger, blind));
  }

  get address(): string {
    return this.#settings.address;
  }

  /** A table with 600 rows, a backup of it, and a hundred more. */
  async fill(): Promise<void> {
    const admin = connect(this.address);
    await admin.login(administrator.name, administrator.password);
    await admin.createTable({
      name: 'pay',
      key: 'id',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'salary', type: 'decimal' },
      ],
    });
    const insert = async (from: number, to: number): Promise<void> => {
      const ids = Array.from({ length: to - from }, (_, index) => from + index);
      await Promise.all(ids.map((id) => admin.insert('pay', { id, salary: '1000' })));
    };
    await insert(0, 600);
    const copies = kept.map((table) => `CREATE TABLE backup.${table} AS TABLE ${table}`);
    await this.#ledger.query(['CREATE SCHEMA backup', ...copies].join('; '));
    await insert(600, 700);
    await admin.close();
  }

  async start(): Promise<void> {
    const settings = await loadSettings({ path: this.#settings.file });
    ({ stop: this.#stop } = await startServer({ settings, log: silentLog }));
  }

  /** Stops it; what it had signed is gone, as if its machine were new. */
  async stop(): Promise<void> {
    await this.#stop();
    this.#stop = () => Promise.resolve();
    await rm(join(this.#settings.folder, 'data', 'keys', 'checkpoint'), { force: true });
  }

  /** As a superuser, whom no trigger stops. */
  async tamper(statements: readonly string[]): Promise<void> {
    const all = ['SET session_replication_role = replica', ...statements, 'RESET session_replication_role'];
    await this.#ledger.query(all.join('; '));
  }

  /** Returns when the server refuses to show its checkpoint, by that code. */
  async until(code: ErrorCode): Promise<void> {
    await using looking = connect(this.address, { checkpoints: false });
    for (let met: RowcastErrorCode | undefined; met !== code; ) {
      met = await looking.request({ type: 'log.proof' }).then(
        () => undefined,
        (error: RowcastError) => error.code,
      );
    }
  }

  /** What a server finds that checks as it does unless told otherwise. */
  async serverFinds(): Promise<string> {
    const ordinary = await writeSettings(this.#ledger);
    try {
      const settings = await loadSettings({ path: ordinary.file });
      const { stop } = await startServer({ settings, log: silentLog });
      await stop();
      return 'nothing';
    } catch (error) {
      return /the log is not what it was: ([^.]*)/.exec(String(error))?.[1] ?? String(error);
    } finally {
      await ordinary.remove();
    }
  }

  async remove(): Promise<void> {
    await this.#stop();
    await this.#settings.remove();
    await this.#ledger.drop();
  }
}

/** The ways in which somebody comes to look at a ledger. Each ends when all that it shows was verified. */
const ways = {
  verify: async (ledger: Ledger) => {
    await ledger.verify();
  },
  contact: async (ledger: Ledger) => {
    await ledger.checkpoint();
  },
  'watch a table': (ledger: Ledger) => watchAll(ledger, { table: 'pay' }),
  'watch the log from its first change': async (ledger: Ledger) => {
    const { epoch } = await ledger.status();
    await watchAll(ledger, { from: { seq: 0, epoch } });
  },
} as const;
type Way = keyof typeof ways;

/** Watches until it is live and everything that it has delivered was verified. */
async function watchAll(ledger: Ledger, options: WatchOptions): Promise<void> {
  const watch = ledger.watch(options);
  const ended = (async () => {
    for await (const _ of watch);
  })();
  const verified = async (): Promise<void> => {
    while (watch.state !== 'live' || watch.verified < (watch.cursor?.seq ?? 1)) await nextTick(50);
  };
  await Promise.race([ended, verified()]);
}

async function finding(ledger: Ledger, way: Way): Promise<TamperedError | undefined> {
  try {
    await ways[way](ledger);
    return undefined;
  } catch (error) {
    if (error instanceof TamperedError) return error;
    throw error;
  } finally {
    await ledger.close();
  }
}

test.each(tamperings)('P10 P11 $name', { timeout: 60_000 }, async (tampering) => {
  const { name, statements, running, answers, first, newcomer, sign } = tampering;
  const stage = await Stage.open();
  const checkpoints = await mkdtemp(join(tmpdir(), 'rowcast-checkpoints-'));
  try {
    await stage.start();
    await stage.fill();
    expect(await finding(connect(stage.address, { checkpoints }), 'verify')).toBeUndefined();
    if (running !== true) await stage.stop();
    await stage.tamper(statements);
    if (answers !== undefined) await stage.until(answers);
    if (running !== true) await stage.start();
    const here = await finding(connect(stage.address, { checkpoints }), 'verify');
    const again = await finding(connect(stage.address, { checkpoints }), 'verify');
    const firsts = await Promise.all(
      (Object.keys(ways) as Way[]).map(async (way) => {
        const found = await finding(connect(stage.address, { checkpoints }), way);
        return [way, found?.fault.first] as const;
      }),
    );
    const anew = await finding(connect(stage.address, { checkpoints: 'memory' }), 'verify');
    await stage.stop();
    const found = await stage.serverFinds();
    const others = firsts.flatMap(([way, at]) => (at === undefined ? [] : [way])).join(', ');
    results.push([name, here?.fault.what ?? 'NOTHING', others, anew?.fault.what ?? 'nothing', found].join(' | '));
    expect(here?.fault.first).toBe(first);
    expect(Object.fromEntries(firsts)).toEqual({
      verify: first,
      contact: sign === 'another' ? first : undefined,
      'watch a table': sign === 'another' ? first : undefined,
      'watch the log from its first change': first,
    });
    // What it had kept is not overwritten: the next run says the same.
    expect(again?.fault).toEqual(here?.fault);
    expect(anew?.fault.first).toBe(newcomer);
  } finally {
    await stage.remove();
    await rm(checkpoints, { recursive: true, force: true });
  }
});
