import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionStore } from '../../../client/cli/session-store.ts';
import { stateFolder } from '../../../client/state-folder.ts';

const later = new Date(Date.now() + 3_600_000).toISOString();
const session = { user: 'ada', role: 'administrator', session: 's', secret: 't' };
let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'rowcast-')), 'rowcast');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('sessions that are kept', () => {
  it('are readable by their owner only', async () => {
    await new SessionStore(folder).keep(['a:1'], { ...session, expires: later });
    const [name = ''] = await readdir(folder);
    expect(name).toBe('session-a_1-5556.json');
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('are found under every address that was named, however it is written', async () => {
    const store = new SessionStore(folder);
    await store.keep(['rowcast://a:1?feed=5556', 'b'], { ...session, expires: later });
    expect(await store.find(['a:1'])).toMatchObject({ user: 'ada' });
    expect(await store.find(['c', 'b'])).toMatchObject({ user: 'ada' });
    expect(await store.find(['c'])).toBeUndefined();
    await store.forget(['a:1']);
    expect(await store.find(['a:1'])).toBeUndefined();
  });

  it('are not used once they have ended', async () => {
    const store = new SessionStore(folder);
    await store.keep(['a'], { ...session, expires: new Date(0).toISOString() });
    expect(await store.find(['a'])).toBeUndefined();
  });

  it('lie where XDG_STATE_HOME says', () => {
    expect(stateFolder({ XDG_STATE_HOME: '/state' })).toBe('/state/rowcast');
    expect(stateFolder({})).toMatch(/\.local\/state\/rowcast$/);
  });
});
