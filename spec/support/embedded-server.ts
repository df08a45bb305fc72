import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backendsOf } from '../../server/database/embedded/orphan.ts';
import { type KnownProcess, knownProcess, waitForEnd } from '../../server/database/embedded/process.ts';
import { connectionFile } from '../../settings/connection-file.ts';
import { freePorts } from './free-ports.ts';

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

/** How long a process may take to end, in milliseconds. */
const endedMsMax = 15_000;

/** A folder of an operator who has just installed Rowcast: nothing in it but ports. */
export class OperatorFolder {
  readonly folder: string;
  readonly commandsPort: number;
  readonly feedPort: number;

  private constructor(folder: string, [commandsPort = 0, feedPort = 0]: readonly number[]) {
    this.folder = folder;
    this.commandsPort = commandsPort;
    this.feedPort = feedPort;
  }

  /** @param data the folder of the data, when it is another's */
  static async make({ data }: { readonly data?: string } = {}): Promise<OperatorFolder> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'rc-op-')));
    const made = new OperatorFolder(folder, await freePorts(2));
    const embedded = data === undefined ? '' : `\n[embedded]\nfolder = ${data}\n`;
    const ports = `commands = tcp://127.0.0.1:${made.commandsPort}\nfeed = tcp://127.0.0.1:${made.feedPort}`;
    await writeFile(join(folder, 'setting.ini'), `[server]\n${ports}\n${embedded}`, { mode: 0o600 });
    return made;
  }

  /** What its server, once it has run, has left for clients. */
  get address(): string {
    return readFileSync(connectionFile(join(this.data, 'keys')), 'utf8').trim();
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** Runs the terminal program in the folder, as in a second terminal, to its end. */
  async rowcast(words: readonly string[], input: string): Promise<{ code: number | null; printed: string }> {
    const env = { ...process.env, XDG_STATE_HOME: this.folder, ROWCAST_SERVER: '' };
    const child = spawn(process.execPath, [launcher, ...words], { cwd: this.folder, env });
    let printed = '';
    for (const output of [child.stdout, child.stderr])
      output.on('data', (data: Buffer) => (printed += data.toString()));
    child.stdin.end(input);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, printed };
  }

  /** The processes of its PostgreSQL. */
  async postgres(): Promise<KnownProcess[]> {
    const pids = await backendsOf(join(this.data, 'postgres'));
    return await Promise.all(pids.map((pid) => knownProcess(pid)));
  }

  /** Ends what is left, and removes everything. */
  async remove(): Promise<void> {
    const left = await this.postgres();
    for (const { pid } of left) endHard(pid);
    await Promise.all(left.map((one) => waitForEnd(one, endedMsMax)));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** `rowcast server`, or another verb that runs one, started in a folder as by hand. */
export class OperatorServer {
  readonly process: ChildProcess;
  /** Its exit code, when it has ended; null after a signal. */
  readonly ended: Promise<number | null>;
  #printed = '';

  constructor(folder: string, words: readonly string[] = ['server']) {
    this.process = spawn(process.execPath, [launcher, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const read = (data: Buffer): void => {
      this.#printed += data.toString();
    };
    this.process.stdout?.on('data', read);
    this.process.stderr?.on('data', read);
    this.ended = new Promise((resolve) => this.process.once('close', (code) => resolve(code)));
  }

  get printed(): string {
    return this.#printed;
  }

  /** The one-time password that it printed. */
  get password(): string | undefined {
    return /^ *password +(\S+)$/m.exec(this.#printed)?.[1];
  }

  /** Resolves when it says that it runs. @throws Error when it ends instead */
  async running(): Promise<this> {
    // The greeting ends with this line, so that all of it has been read.
    while (!/Ctrl-C stops (?:the server|everything)\./.test(this.#printed)) {
      const code = await Promise.race([this.ended, this.#more()]);
      if (code !== undefined) throw new Error(`the server ended with ${code}:\n${this.#printed}`);
    }
    return this;
  }

  #more(): Promise<undefined> {
    return new Promise((resolve) => {
      const done = (): void => resolve(undefined);
      this.process.stdout?.once('data', done);
      this.process.stderr?.once('data', done);
    });
  }

  async end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.process.kill(signal);
    return await this.ended;
  }
}

function endHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
