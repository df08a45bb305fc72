import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTarget } from '../../../client/cli/connection.ts';
import { connect } from '../../../client/index.ts';

const key = 'vUfYGIF1d2mGsbnrlbk_6fh31H9BV5vKzdqEGZ0wSEo';
const left = `rowcast://127.0.0.1:7000?feed=7001&key=${key}`;
const named = `rowcast://db.example.org:5555?feed=5556&key=${key}`;

let folder: string;
let settings: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rc-target-'));
  settings = join(folder, 'setting.ini');
  await mkdir(join(folder, 'data', 'keys'), { recursive: true });
  await writeFile(settings, '');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const leave = (text: string): Promise<void> => writeFile(join(folder, 'data', 'keys', 'connection'), `${text}\n`);

describe('which server is meant', () => {
  it('is the one that has left its address among the keys of the same settings', async () => {
    await leave(left);
    expect((await findTarget({ settings }, {})).addresses).toEqual([left]);
  });

  it('is the one of [client], of the environment or of --server, each before the ones ahead', async () => {
    await leave(left);
    await writeFile(settings, `[client]\nserver = ${named}\n`);
    expect((await findTarget({ settings }, {})).addresses).toEqual([named]);
    const environment = { ROWCAST_SERVER: left };
    expect((await findTarget({ settings }, environment)).addresses).toEqual([left]);
    expect((await findTarget({ settings, server: named }, environment)).addresses).toEqual([named]);
  });

  it('P11 says what to do when there is none', async () => {
    await expect(findTarget({ settings }, {})).rejects.toMatchObject({
      message: expect.stringMatching(/no server is named.*keys\/connection is not there/),
      next: expect.stringMatching(/npm start.*--server/),
    });
  });

  it.each(['rowcast://db.example.org:5555?feed=5556', '10.0.0.7', 'rowcast://[::2]:5555'])(
    'P9 P11 is not taken without its key where others could listen: %s',
    async (server) => {
      await expect(findTarget({ server }, {})).rejects.toThrow(/has no key, so nothing would be encrypted/);
      expect(() => connect(server)).toThrow(/has no key/);
    },
  );

  it.each(['rowcast://127.0.0.1:5555', 'localhost:7000', 'rowcast://[::1]:5555?feed=7'])(
    'is taken without a key on this machine: %s',
    async (server) => {
      expect((await findTarget({ server }, {})).addresses).toEqual([server]);
    },
  );
});
