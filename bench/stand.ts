import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type Ledger } from '../client/index.ts';
import { connectionFile } from '../settings/connection-file.ts';

const launcher = fileURLToPath(new URL('../bin/rowcast.js', import.meta.url));

/** A real server in a process of its own, on a real PostgreSQL of its own, in a folder that goes at the end. */
export interface Stand {
  readonly address: string;
  /** The folder of PostgreSQL's socket and its port, for the program written by hand. */
  readonly socketFolder: string;
  readonly admin: Ledger;
  /** Of the server. */
  readonly pid: number;
  stop(): Promise<void>;
}

export async function openStand(encryption = 'curve'): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'rowcast-bench-'));
  // Not in the home of who measures.
  process.env.XDG_STATE_HOME = join(folder, 'state');
  const [commands, feed] = [await freePort(), await freePort()];
  const file = join(folder, 'setting.ini');
  const text = `[server]\ncommands = tcp://127.0.0.1:${commands}\nfeed = tcp://127.0.0.1:${feed}\nlog_level = warn\nencryption = ${encryption}\n`;
  await writeFile(file, text, { mode: 0o600 });
  const child = spawn(process.execPath, [launcher, 'server', '--settings', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const password = await firstPassword(child);
  const address = (await readFile(connectionFile(join(folder, 'data', 'keys')), 'utf8')).trim();
  const admin = connect(address, { timeoutMs: 60_000 });
  await admin.login('admin', password);
  return {
    address,
    socketFolder: join(folder, 'data', 'socket'),
    admin,
    pid: child.pid ?? 0,
    async stop(): Promise<void> {
      await admin.close();
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Reads what the server prints until it says its password; goes on reading, so that the pipe stays open. */
async function firstPassword(child: ChildProcess): Promise<string> {
  let printed = '';
  return await new Promise((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => {
      printed += data.toString();
      const [, password] = /password\s+(\S+)\n[\s\S]*Ctrl-C/.exec(printed) ?? [];
      if (password !== undefined) resolve(password);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it ran:\n${printed}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
