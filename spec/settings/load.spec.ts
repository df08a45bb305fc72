import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSettings, SettingsError } from '../../settings/load.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowcast-settings-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function load(text: string | Uint8Array, mode = 0o600) {
  await writeFile(join(folder, 'setting.ini'), text);
  await chmod(join(folder, 'setting.ini'), mode);
  return loadSettings({ cwd: folder });
}

async function refusal(text: string | Uint8Array, mode?: number): Promise<string> {
  const error: unknown = await load(text, mode).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SettingsError)) throw new Error(`the file was not refused: ${String(error)}`);
  return error.message;
}

const HASH = `scrypt$131072$8$1$${'s'.repeat(22)}$${'h'.repeat(43)}`;
const DATABASE = '[database]\nhost = db.example.org\nname = rowcast\nuser = rowcast\n';

describe('loadSettings', () => {
  test('gives the defaults when there is no file', async () => {
    const settings = await loadSettings({ cwd: folder });
    expect(settings.server.commands).toBe('tcp://127.0.0.1:5555');
    expect(settings.server.queueCommandsMax).toBe(10_000);
    expect(settings.database).toBeUndefined();
    expect(settings.administrators.size).toBe(0);
    expect(settings.client.servers).toBeUndefined();
    expect(settings.embedded).toEqual({ folder: join(folder, 'data'), binFolder: undefined });
  });

  test('takes relative folders from the folder of the file, not from the working folder', async () => {
    await writeFile(join(folder, 'other.ini'), '[embedded]\nfolder = rows\nbin_folder = pg/bin');
    const settings = await loadSettings({ path: join(folder, 'other.ini'), cwd: tmpdir() });
    expect(settings.embedded).toEqual({ folder: join(folder, 'rows'), binFolder: join(folder, 'pg/bin') });
  });

  test('a database with a host is the own PostgreSQL; its owner is the user unless it is named', async () => {
    const { database } = await load(`${DATABASE}password = "a;b#c"`);
    expect(database).toEqual({
      host: 'db.example.org',
      port: 5432,
      name: 'rowcast',
      user: 'rowcast',
      password: 'a;b#c',
      owner: 'rowcast',
      ownerPassword: 'a;b#c',
      schema: 'rowcast',
      tls: 'off',
      tlsCa: undefined,
      poolConnections: 8,
      statementTimeoutMs: 30_000,
      namedStatements: true,
    });
    expect((await load(`${DATABASE}password = x\nowner = boss`)).database).toMatchObject({
      owner: 'boss',
      ownerPassword: undefined,
    });
  });

  test('a public door may be open to the network; names are taken as browsers write them', async () => {
    const { web } = await load(
      '[web]\nlisten = 0.0.0.0:8080\ndoor = public\nnames = https://Tables.example.org:443/, http://box:8080',
    );
    expect(web).toEqual({
      listen: { host: '0.0.0.0', port: 8080 },
      door: 'public',
      names: ['https://tables.example.org', 'http://box:8080'],
      viewersMax: 1_000,
      idleMinutes: 30,
    });
    expect((await load('[web]\nlisten = localhost:81')).web.listen).toEqual({ host: '127.0.0.1', port: 81 });
    expect((await load('[web]\nlisten = [::1]:81')).web.listen).toEqual({ host: '::1', port: 81 });
  });

  test('keeps every administrator with the hash', async () => {
    const { administrators } = await load(`[administrators]\nada = ${HASH}\nbob@example.org = ${HASH}`);
    expect([...administrators]).toEqual([
      ['ada', HASH],
      ['bob@example.org', HASH],
    ]);
  });

  test('takes loopback and ipc addresses; localhost becomes the number that ZeroMQ can bind', async () => {
    const { server } = await load('[server]\ncommands = tcp://localhost:7001\nfeed = ipc:///run/rowcast/feed');
    expect(server).toMatchObject({ commands: 'tcp://127.0.0.1:7001', feed: 'ipc:///run/rowcast/feed' });
    expect((await load('[server]\nfeed = tcp://[::1]:7002')).server.feed).toBe('tcp://[::1]:7002');
    expect((await load('[server]\nfeed = tcp://127.8.0.1:7002')).server.feed).toBe('tcp://127.8.0.1:7002');
  });

  test('takes addresses of the network where all is encrypted', async () => {
    const { server } = await load('[server]\ncommands = tcp://0.0.0.0:7001\nfeed = tcp://[::]:7002');
    expect(server).toMatchObject({ commands: 'tcp://0.0.0.0:7001', feed: 'tcp://[::]:7002' });
  });

  test('takes several servers for a client', async () => {
    const { client } = await load('[client]\nserver = rowcast://a:1?feed=2, rowcast://[::1]:3?feed=4');
    expect(client.servers).toEqual(['rowcast://a:1?feed=2', 'rowcast://[::1]:3?feed=4']);
  });

  test('reads a file with a byte order mark and CRLF', async () => {
    const { server } = await load('\uFEFF[server]\r\nlog_level = debug\r\n');
    expect(server.logLevel).toBe('debug');
  });

  test('an empty [database], as in the example, is the embedded PostgreSQL', async () => {
    expect((await load('[database]\n')).database).toBeUndefined();
  });
});

describe('a bad file is refused with file, line, what is wrong and what to write (fault 77)', () => {
  test.each([
    [
      'key before any section',
      'log_level = info',
      'setting.ini:1: log_level: this line stands before any section; write a line like "[server]" above it',
    ],
    [
      'unknown section',
      '[sever]',
      'setting.ini:1: section [sever] is unknown (did you mean "server"?); the sections are [server] [database] [administrators] [client] [web] [embedded]',
    ],
    [
      'unknown key',
      '[server]\nlog_levl = info',
      'setting.ini:2: [server] log_levl: is unknown here (did you mean "log_level"?); write a known key or remove the line',
    ],
    [
      'key of another section',
      '[server]\npassword = x',
      'setting.ini:2: [server] password: is unknown here; it belongs to [database]: move the line there',
    ],
    [
      'duplicate key',
      '[server]\nlog_level = info\nlog_level = warn',
      'setting.ini:3: [server] log_level: stands twice in this section (first on line 2); write it once',
    ],
    [
      'duplicate section',
      '[server]\n[server]',
      'setting.ini:2: section [server] stands twice (first on line 1); write it once',
    ],
    ['nested section', '[server.tls]', 'setting.ini:1: sections do not nest; write "[server]" without a dot'],
    [
      '; in a password',
      `${DATABASE}password = se;cret`,
      'setting.ini:5: [database] password: has ";" or "#", where an unquoted value would be cut off; write it in double quotes (comments stand on a line of their own)',
    ],
    [
      '# in a password',
      `${DATABASE}password = se#cret`,
      'setting.ini:5: [database] password: has ";" or "#", where an unquoted value would be cut off; write it in double quotes (comments stand on a line of their own)',
    ],
    [
      'wrong port',
      '[server]\ncommands = tcp://127.0.0.1:99999',
      'setting.ini:2: [server] commands: "99999" is not a port; write a number from 1 to 65535, as in tcp://127.0.0.1:5555',
    ],
    [
      'port 0',
      `${DATABASE}port = 0`,
      'setting.ini:5: [database] port: "0" is not a whole number from 1 to 65535; write digits only',
    ],
    [
      'no address',
      '[server]\nfeed = 5556',
      'setting.ini:2: [server] feed: "5556" is not an address; write something like tcp://127.0.0.1:5556',
    ],
    [
      'P9 P11 plain sockets on the network',
      '[server]\nencryption = off\ncommands = tcp://0.0.0.0:5555',
      'setting.ini:3: [server] commands: "tcp://0.0.0.0:5555" is reached from the network, and with encryption = off everyone there could read and change what is sent; write "encryption = curve", or an address of this machine alone like tcp://127.0.0.1:5555',
    ],
    [
      'P9 P11 a feed for those with an account whose readers nobody knows',
      '[server]\nviewers = login\nencryption = off',
      'setting.ini:2: [server] viewers: with encryption = off nobody can tell who reads the feed, so it would be open to anyone; write "encryption = curve", or "viewers = anyone"',
    ],
    ['the same by IPv6', '[server]\nencryption = off\nfeed = tcp://[::]:5556', /is reached from the network/],
    ['every interface', '[server]\ncommands = tcp://*:5555', /"\*" is not a numeric address/],
    ['a name of 127', '[server]\ncommands = tcp://127.0.0.1.example.org:5555', /is not a numeric address/],
    [
      'one address twice',
      '[server]\nfeed = tcp://127.0.0.1:5555',
      'setting.ini:2: [server] feed: "tcp://127.0.0.1:5555" is the address of commands too; write another port',
    ],
    [
      'separators in a number',
      '[server]\nqueue_commands_max = 10_000',
      'setting.ini:2: [server] queue_commands_max: "10_000" is not a whole number from 1 to 1000000; write digits only',
    ],
    [
      'unit in a number',
      '[client]\ntimeout_ms = 10s',
      'setting.ini:2: [client] timeout_ms: "10s" is not a whole number from 10 to 3600000; write digits only, in milliseconds',
    ],
    [
      'unknown word',
      '[server]\nlog_level = verbose',
      'setting.ini:2: [server] log_level: "verbose" is not one of fatal, error, warn, info, debug, trace, silent; write one of these words',
    ],
    [
      'unknown flag',
      `${DATABASE}named_statements = 1`,
      'setting.ini:5: [database] named_statements: "1" is not a yes or no; write true or false',
    ],
    [
      'missing host',
      '[database]\nname = a\nuser = b',
      'setting.ini:1: [database] host: is missing; write "host = …" in this section',
    ],
    ['upper case schema', `${DATABASE}schema = Rowcast`, /schema: "Rowcast" is not a lowercase name/],
    ['schema of PostgreSQL', `${DATABASE}schema = pg_catalog`, /schema: "pg_catalog" is not free/],
    [
      'owner_password alone',
      `${DATABASE}owner_password = x`,
      'setting.ini:5: [database] owner_password: has no owner; write "owner = ROLE" too, or remove this line',
    ],
    ['tls_ca alone', `${DATABASE}tls_ca = x`, /tls_ca: has no effect here; write "tls = verify" too/],
    [
      'tls on a socket',
      DATABASE.replace('db.example.org', '/run/postgresql').concat('tls = require'),
      /tls: a socket of this machine has no TLS/,
    ],
    [
      'password in clear',
      '[administrators]\nada = hunter2',
      'setting.ini:2: [administrators] ada: is not a password hash; write the line that `rowcast passwd NAME` prints',
    ],
    ['__proto__ as administrator', `[administrators]\n__proto__ = ${HASH}`, /is not allowed as a name/],
    ['long name', `[administrators]\n${'a'.repeat(65)} = ${HASH}`, /write 1 to 64 letters/],
    [
      'server of a client',
      '[client]\nserver = 127.0.0.1:5555',
      /"127.0.0.1:5555" is not a server's address; write something like rowcast:/,
    ],
    [
      'private door to the network',
      '[web]\nlisten = 0.0.0.0:8080',
      /^setting.ini:2: \[web\] listen: 0.0.0.0 is reached from the network, .*names = https:.*door = public/,
    ],
    ['private door on an IPv6 network', '[web]\nlisten = [2001:db8::1]:8080', /listen: 2001:db8::1 is reached from/],
    [
      'address of the page',
      '[web]\nlisten = tcp://127.0.0.1:80',
      /write a numeric one and a port, like 127.0.0.1:8080/,
    ],
    ['name of the page', '[web]\nnames = tables.example.org', /write something like https:\/\/tables.example.org/],
    ['name with a path', '[web]\nnames = https://a.example/x', /is not what a browser's address begins with/],
    ['empty folder', '[embedded]\nfolder =', 'setting.ini:2: [embedded] folder: is empty; write something like ./data'],
  ])('%s', async (_title, text, message) => {
    const seen = await refusal(text);
    if (typeof message === 'string') expect(seen).toBe(message);
    else expect(seen).toMatch(message);
  });

  test('lists every problem at once, in the order of the lines', async () => {
    const message = await refusal('[server]\nfeed = x\nlog_level = loud\nnope = 1\n[database]\nport = 5432');
    expect(message.split('\n').map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'setting.ini:2: [server] feed:',
      'setting.ini:3: [server] log_level:',
      'setting.ini:4: [server] nope:',
      'setting.ini:5: [database] host:',
      'setting.ini:5: [database] name:',
      'setting.ini:5: [database] user:',
    ]);
  });

  test('a line that could not be read is not called missing as well', async () => {
    expect(await refusal('[database]\nhost = a;b\nname = a\nuser = b')).not.toContain('missing');
  });

  test('never shows a password', async () => {
    expect(await refusal(`${DATABASE}password = hunter2\nport = x`)).not.toContain('hunter2');
    expect(await refusal('[administrators]\nada = hunter2')).not.toContain('hunter2');
  });

  test.skipIf(process.platform === 'win32')('mode 0644 with a password: says chmod 600', async () => {
    expect(await refusal(`${DATABASE}password = x`, 0o644)).toBe(
      'setting.ini:5: [database] password: other users of this machine can read this file (mode 0644); run: chmod 600 setting.ini',
    );
    expect(await refusal(`${DATABASE}owner = o\nowner_password = x`, 0o640)).toContain('chmod 600');
    expect((await load(DATABASE, 0o644)).database?.password).toBeUndefined();
  });

  test('a file that was named must be there', async () => {
    await expect(loadSettings({ path: 'gone.ini', cwd: folder })).rejects.toThrow(
      'gone.ini: there is no such file; write it after setting.ini.example, or name another one',
    );
  });

  test('UTF-16, as Windows editors save it', async () => {
    expect(await refusal(Buffer.from('\uFEFF[server]\n', 'utf16le'))).toBe(
      'setting.ini: is not UTF-8 text; save the file as UTF-8',
    );
  });

  test('a folder in place of the file', async () => {
    await expect(loadSettings({ path: folder })).rejects.toThrow(SettingsError);
  });
});
