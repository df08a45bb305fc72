import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatAddress } from '../../client/index.ts';
import { curveKeys } from '../../server/keys/curve-key.ts';
import { startServer } from '../../server/main.ts';
import { loadSettings } from '../../settings/load.ts';
import { freePorts } from './free-ports.ts';
import { silentLog, type TestLedger } from './ledger.ts';

/** The administrator of every test server. */
export const administrator = { name: 'ada', password: 'correct horse battery' } as const;
/** Hash of that password, by parameters that take a millisecond. */
const administratorHash = 'scrypt$1024$8$1$AAAAAAAAAAAAAAAAAAAAAA$AsWvwMY_76m6UtetkFvlJIEPTCAm8Pu2vkYrRktx10s';

/** All servers of a ledger sign with one key, so those of a test do. */
const signingKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

/** A folder with the settings of one server on a test's ledger. */
export interface TestSettings {
  readonly folder: string;
  readonly file: string;
  readonly address: string;
  /** The server's public key; undefined without encryption. */
  readonly key: string | undefined;
  readonly commandsPort: number;
  readonly feedPort: number;
  remove(): Promise<void>;
}

export async function writeSettings(
  ledger: TestLedger,
  server: Readonly<Record<string, string>> = {},
  database: Readonly<Record<string, string>> = {},
): Promise<TestSettings> {
  const folder = await mkdtemp(join(tmpdir(), 'rowcast-server-'));
  const [commandsPort = 0, feedPort = 0] = await freePorts(2);
  // Made ahead of the server's start, which takes the keys that it finds: so the address is known.
  const keys = server.keys ?? join(folder, 'data', 'keys');
  const key = server.encryption === 'off' ? undefined : (await curveKeys(keys)).publicKey;
  const address = formatAddress({ host: '127.0.0.1', commandsPort, feedPort, key });
  const sections = {
    server: {
      commands: `tcp://127.0.0.1:${commandsPort}`,
      feed: `tcp://127.0.0.1:${feedPort}`,
      log_level: 'warn',
      ...server,
    },
    database: {
      host: ledger.server.host,
      port: String(ledger.server.port),
      name: ledger.server.database,
      user: ledger.server.user,
      owner: ledger.owner.user,
      ...database,
    },
    administrators: { [administrator.name]: administratorHash },
    client: { server: address },
  };
  const file = join(folder, 'setting.ini');
  await writeFile(file, iniText(sections), { mode: 0o600 });
  await mkdir(keys, { recursive: true, mode: 0o700 });
  await writeFile(join(keys, 'signing.key'), signingKey, { mode: 0o600 });
  return {
    folder,
    file,
    address,
    key,
    commandsPort,
    feedPort,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function iniText(sections: Record<string, Record<string, string>>): string {
  return Object.entries(sections)
    .map(
      ([name, keys]) =>
        `[${name}]\n${Object.entries(keys)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join('')}`,
    )
    .join('\n');
}

export interface TestServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** A server in this process: the composition root itself, on real sockets and a real PostgreSQL. */
export async function startTestServer(
  ledger: TestLedger,
  server: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const settings = await writeSettings(ledger, server);
  const running = await startServer({ settings: await loadSettings({ path: settings.file }), log: silentLog });
  return {
    address: settings.address,
    async stop(): Promise<void> {
      await running.stop();
      await settings.remove();
    },
  };
}

/** A server in a process of its own, which can be killed. */
export interface ServerProcess {
  readonly settings: TestSettings;
  readonly process: ChildProcess;
  /** All that it has printed. */
  output(): string;
  /** kill -9; returns when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; returns its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `rowcast server` as an operator does, with more words where there are any; returns when it says that it runs. */
export async function spawnServer(settings: TestSettings, words: readonly string[] = []): Promise<ServerProcess> {
  const child = spawn(process.execPath, [launcher, 'server', '--settings', settings.file, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    const read = (data: Buffer): void => {
      printed += data.toString();
      if (printed.includes('Rowcast is running')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${printed}`)));
  });
  return {
    settings,
    process: child,
    output: () => printed,
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await exited;
    },
    async stop(): Promise<number | null> {
      child.kill('SIGTERM');
      return await exited;
    },
  };
}
