import { readFile } from 'node:fs/promises';
import type { ReplyOf } from '../../protocol/replies.ts';
import { connectionFile } from '../../settings/connection-file.ts';
import { type ClientSettings, loadSettings, SettingsError } from '../../settings/load.ts';
import { readAddress } from '../address.ts';
import type { Ledger } from '../client.ts';
import { CliError, usageError } from './cli-error.ts';
import type { DeviceStore } from './device-store.ts';
import { exitCodes } from './exit-codes.ts';
import type { GlobalOptions } from './options.ts';
import type { SessionStore } from './session-store.ts';

export interface Target {
  readonly addresses: readonly string[];
  readonly timeoutMs: number | undefined;
}

/**
 * Which servers are meant: --server, else the environment's ROWCAST_SERVER, else [client] of the settings, else the
 * server of the same settings, which has left its address among its keys. Who names a server needs no settings file, so
 * a broken or unreadable one in the folder does not stop them.
 *
 * @throws CliError
 */
export async function findTarget(options: GlobalOptions, env: NodeJS.ProcessEnv = process.env): Promise<Target> {
  const named = options.server ?? (env.ROWCAST_SERVER === '' ? undefined : env.ROWCAST_SERVER);
  const settings =
    named === undefined || options.settings !== undefined ? await readClientSettings(options.settings) : undefined;
  const addresses = named?.split(',').map((address) => address.trim()) ?? settings?.servers ?? [];
  for (const address of addresses) checkAddress(address);
  return { addresses, timeoutMs: settings?.timeoutMs };
}

function checkAddress(address: string): void {
  try {
    readAddress(address);
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

async function readClientSettings(path: string | undefined): Promise<Required<ClientSettings>> {
  try {
    const { client, server } = await loadSettings(path === undefined ? {} : { path });
    return { ...client, servers: client.servers ?? [await readConnection(server.keys)] };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const next = 'mend the file, or name a server: --server rowcast://HOST:PORT?feed=PORT&key=KEY';
    throw new CliError(error.message, { code: 'settings', exit: exitCodes.usage, next });
  }
}

/** The address that a server of this machine wrote for its clients. */
async function readConnection(keys: string): Promise<string> {
  const path = connectionFile(keys);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'is not there' : String(error);
    throw new CliError(`no server is named, and none of this folder has left its address: ${path} ${reason}`, {
      code: 'usage',
      exit: exitCodes.usage,
      next: 'start the server here (npm start), or name one: --server with the address that it prints',
    });
  }
}

export interface ConnectionOptions {
  readonly target: Target;
  readonly sessions: SessionStore;
  readonly devices: DeviceStore;
  /** ROWCAST_TOKEN, a session: used as it is and never kept. */
  readonly givenToken: string | undefined;
}

/** The ledger that the verbs speak to, opened when it is first needed, and the session that goes with it. */
export class Connection {
  readonly #target: Target;
  readonly #sessions: SessionStore;
  readonly #devices: DeviceStore;
  readonly #givenToken: string | undefined;
  #ledger: Promise<Ledger> | undefined;
  #user: string | undefined;

  constructor({ target, sessions, devices, givenToken }: ConnectionOptions) {
    this.#target = target;
    this.#sessions = sessions;
    this.#devices = devices;
    this.#givenToken = givenToken;
  }

  get addresses(): readonly string[] {
    return this.#target.addresses;
  }

  /** Who is logged in, as far as is known here; undefined for a viewer, and with ROWCAST_TOKEN. */
  get user(): string | undefined {
    return this.#user;
  }

  /** Whether a session goes with the requests. */
  async hasSession(): Promise<boolean> {
    return (await this.ledger()).token !== undefined;
  }

  ledger(): Promise<Ledger> {
    this.#ledger ??= this.#open();
    return this.#ledger;
  }

  /** Logs in and keeps the session for later runs, and what shows that it was from here. @throws RowcastError */
  async login(user: string, password: string, signal: AbortSignal): Promise<ReplyOf<'session.login'>> {
    const ledger = await this.ledger();
    const known = await this.#devices.find(this.addresses, user);
    const session = await ledger.login(user, password, { signal, device: known });
    const { role, secret, expires, device } = session;
    if (device !== undefined) await this.#devices.keep(this.addresses, session.user, device);
    await this.#sessions.keep(this.addresses, { user: session.user, role, session: session.session, secret, expires });
    this.#user = session.user;
    return session;
  }

  /** Drops the session without asking the server: it has ended there. */
  async forget(): Promise<void> {
    await this.#sessions.forget(this.addresses);
    await this.close();
  }

  async close(): Promise<void> {
    const opened = this.#ledger;
    this.#ledger = undefined;
    this.#user = undefined;
    await (await opened)?.close();
  }

  async #open(): Promise<Ledger> {
    const { addresses, timeoutMs } = this.#target;
    const stored = this.#givenToken === undefined ? await this.#sessions.find(addresses) : undefined;
    this.#user = stored?.user;
    // Not before it is needed: it loads the sockets' native library, which help and wrong usage do without.
    const { connect } = await import('../connect.ts');
    const token = this.#givenToken ?? (stored === undefined ? undefined : `${stored.session}.${stored.secret}`);
    try {
      return connect(addresses, { token, timeoutMs });
    } catch (error) {
      throw usageError(`ROWCAST_TOKEN: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
