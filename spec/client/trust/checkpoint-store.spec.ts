import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileStore } from '../../../client/trust/checkpoint-store.ts';
import { findKeptKey, type KeptCheckpoint, openKept } from '../../../client/trust/kept-checkpoint.ts';
import type { ServerAddress } from '../../../protocol/address.ts';
import { keptOf, LyingLog } from './lying-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowcast-kept-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const key = 'k'.repeat(43);
const secured: ServerAddress = { host: 'db.example.org', commandsPort: 5555, feedPort: 5556, key };
const plain: ServerAddress = { host: '127.0.0.1', commandsPort: 5555, feedPort: 5556 };

function storeAt(...addresses: readonly ServerAddress[]): FileStore {
  return new FileStore(folder, addresses);
}

function kept(epoch: string, size = 10): KeptCheckpoint {
  const log = new LyingLog(size);
  log.epoch = epoch;
  return keptOf(log);
}

describe('P10 a checkpoint that is kept on disk', () => {
  test('is that of its log, by whatever address its server is met', async () => {
    const one = kept('one');
    await storeAt(secured).write(one);
    for (const address of [secured, { ...secured, host: 'localhost', commandsPort: 7_000 }, plain]) {
      expect(await storeAt(address).read('rowcast/one')).toMatchObject(one);
      expect(await storeAt(address).read('rowcast/two')).toBeUndefined();
    }
    expect(await findKeptKey(folder, 'rowcast/one')).toBe(one.verifier);
  });

  test('of one life does not take the place of that of another one', async () => {
    const [one, two, longer] = [kept('one'), kept('two', 3), kept('two', 30)];
    for (const each of [one, two, longer]) await storeAt(secured).write(each);
    expect(await storeAt(secured).read('rowcast/one')).toMatchObject(one);
    expect((await storeAt(secured).met()).map((each) => openKept(each).size).sort()).toEqual([10, 30]);
  });

  test('of an epoch whose name differs in nothing but what a file system does not tell apart is another file', async () => {
    await storeAt(secured).write(kept('AbC'));
    await storeAt(secured).write(kept('aBc'));
    const names = (await readdir(folder)).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(2);
  });

  test('tells which logs were met at a server: by its key, or where it is plain by host and port', async () => {
    await storeAt(secured).write(kept('one'));
    await storeAt(plain).write(kept('two'));
    const origins = async (...addresses: readonly ServerAddress[]): Promise<string[]> =>
      (await storeAt(...addresses).met()).map((each) => openKept(each).origin).sort();
    expect(await origins({ ...secured, host: 'elsewhere', commandsPort: 1 })).toEqual(['rowcast/one']);
    expect(await origins(plain)).toEqual(['rowcast/two']);
    expect(await origins({ ...plain, commandsPort: 5_557 })).toEqual([]);
    expect(await origins({ ...secured, key: 'x'.repeat(43) })).toEqual([]);
    expect(await origins(plain, secured)).toEqual(['rowcast/one', 'rowcast/two']);
    // Met at another server too, it is known at both.
    await storeAt(plain).write(kept('one', 12));
    expect(await origins(plain)).toEqual(['rowcast/one', 'rowcast/two']);
    expect(await origins(secured)).toEqual(['rowcast/one']);
  });

  test('by 0.3.0, in a file named after the server, is still known', async () => {
    const { verifier, note, peaks } = kept('one');
    await writeFile(join(folder, 'checkpoint-db.example.org-5555.json'), JSON.stringify({ verifier, note, peaks }));
    expect(await storeAt(secured).read('rowcast/one')).toMatchObject({ note });
    expect(await storeAt(secured).met()).toHaveLength(1);
    expect(await storeAt(plain).met()).toEqual([]);
  });

  test.each(['', '{', '{"verifier":"x"}', 'a note that another key has signed'])(
    'and is damaged is not passed over: %j',
    async (text) => {
      const store = storeAt(secured);
      const { verifier } = kept('one');
      await store.write(kept('one'));
      const [name = ''] = await readdir(folder);
      const whole = JSON.parse(await readFile(join(folder, name), 'utf8')) as KeptCheckpoint;
      await writeFile(join(folder, name), text.startsWith('a note') ? JSON.stringify({ ...whole, verifier }) : text);
      const refused = { code: 'checkpoints', message: expect.stringContaining('is no checkpoint') };
      await expect(store.read('rowcast/one')).rejects.toMatchObject(refused);
      await expect(store.met()).rejects.toMatchObject(refused);
    },
  );

  test('where nothing can be written is an error that says what to give instead', async () => {
    await symlink(join(folder, 'nowhere', 'inside'), join(folder, 'link'));
    const store = new FileStore(join(folder, 'link'), [plain]);
    await expect(store.write(kept('one'))).rejects.toMatchObject({
      code: 'checkpoints',
      message: expect.stringContaining("another folder as checkpoints, or 'memory'"),
    });
  });
});
