import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceStore } from '../../../client/cli/device-store.ts';

let folder: string;
let store: DeviceStore;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'rowcast-')), 'rowcast');
  store = new DeviceStore(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('devices that are kept', () => {
  it('are readable by their owner only', async () => {
    await store.keep(['a:1'], 'ada', 'd1');
    const [name = ''] = await readdir(folder);
    expect(name).toBe('devices-a_1-5556.json');
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('are one of each user, the last one, under every address that was named', async () => {
    await store.keep(['a:1', 'b'], 'ada', 'd1');
    await store.keep(['a:1'], 'bob', 'd2');
    await store.keep(['a:1'], 'ada', 'd3');
    expect(await store.find(['a:1'], 'ada')).toBe('d3');
    expect(await store.find(['a:1'], 'bob')).toBe('d2');
    expect(await store.find(['c', 'b'], 'ada')).toBe('d1');
    expect(await store.find(['b'], 'bob')).toBeUndefined();
  });

  it('are few: of 21 users the one who has not logged in for longest goes', async () => {
    for (let n = 0; n < 20; n += 1) await store.keep(['a'], `user ${n}`, `d${n}`);
    await store.keep(['a'], 'user 0', 'again');
    await store.keep(['a'], 'one more', 'd');
    expect(await store.find(['a'], 'user 0')).toBe('again');
    expect(await store.find(['a'], 'user 1')).toBeUndefined();
    expect(await store.find(['a'], 'user 2')).toBe('d2');
  });

  it.each(['', '{', '{}', '[{"user":1}]'])('are none in a file that holds %j, and are written anew', async (text) => {
    await store.keep(['a:1'], 'ada', 'd1');
    await writeFile(join(folder, 'devices-a_1-5556.json'), text);
    expect(await store.find(['a:1'], 'ada')).toBeUndefined();
    await store.keep(['a:1'], 'ada', 'd2');
    expect(await store.find(['a:1'], 'ada')).toBe('d2');
  });
});
