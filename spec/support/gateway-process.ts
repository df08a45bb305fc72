import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.ts';

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));
/** An address that lets a browser in, as the gateway prints them. */
const passAddress = /https?:\/\/\S+\?pass=\S+/g;

export interface GatewayProcessOptions {
  /** Of the server. */
  readonly server: string;
  /** Where it keeps what it knows: the same folder for the next one in its place. */
  readonly folder: string;
  /** Without it one that is free. */
  readonly port?: number;
  /** More of the command line. */
  readonly words?: readonly string[];
}

/** `rowcast web` in a process of its own, which can be killed. */
export class GatewayProcess {
  readonly process: ChildProcess;
  readonly #options: GatewayProcessOptions;
  readonly #exited: Promise<number | null>;
  #printed = '';

  private constructor(options: GatewayProcessOptions, port: number) {
    const { server, folder, words = [] } = options;
    this.#options = { ...options, port };
    this.process = spawn(process.execPath, [launcher, 'web', '--listen', `127.0.0.1:${port}`, ...words], {
      cwd: folder,
      env: { ...process.env, XDG_STATE_HOME: folder, ROWCAST_SERVER: server, ROWCAST_TOKEN: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = new Promise((resolve) => this.process.once('exit', resolve));
  }

  /** Starts it; returns when it says where it is. */
  static async start(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const [port = 0] = options.port === undefined ? await freePorts(1) : [options.port];
    const gateway = new GatewayProcess(options, port);
    await new Promise<void>((resolve, reject) => {
      const read = (data: Buffer): void => {
        gateway.#printed += data.toString();
        if (/https?:\/\/\S+\n/.test(gateway.#printed)) resolve();
      };
      gateway.process.stdout?.on('data', read);
      gateway.process.stderr?.on('data', read);
      void gateway.#exited.then((code) => reject(new Error(`rowcast web ended with ${code}:\n${gateway.#printed}`)));
    });
    return gateway;
  }

  /** The address that lets the next browser in. */
  get address(): string {
    const [newest] = [...this.#printed.matchAll(passAddress)].slice(-1);
    if (newest === undefined) throw new Error(`rowcast web printed no address:\n${this.#printed}`);
    return newest[0];
  }

  /** Another one in its place, once it has ended: at the same port, with the same folder. */
  startAgain(): Promise<GatewayProcess> {
    return GatewayProcess.start(this.#options);
  }

  /** kill -9; returns when it is gone. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#exited;
  }

  async close(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.#exited;
  }
}
