import type { ServerAddress } from '../protocol/address.ts';
import { readAddress } from './address.ts';
import { Ledger } from './client.ts';
import { ClientSession } from './session.ts';
import { stateFolder } from './state-folder.ts';
import { systemTiming } from './timing.ts';
import { type CheckpointStore, FileStore, MemoryStore } from './trust/checkpoint-store.ts';
import { zeromqTransport } from './zeromq-channel.ts';

export interface ConnectOptions {
  /** Milliseconds until a request is given up, all tries together; 10,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** A session that was begun before: its {@link Ledger.token}. */
  readonly token?: string | undefined;
  /**
   * Folder in which the last verified checkpoint of each log is kept, so that a log that was changed while nobody watched is
   * found. Unless given it is that of the user's state, which the terminal program has too: `rowcast` in `$XDG_STATE_HOME`, or
   * in `~/.local/state`. `'memory'`: kept for as long as the ledger is open, and nothing is written. `false`: nothing is
   * verified.
   */
  readonly checkpoints?: string | false | undefined;
}

/**
 * Opens a ledger. Returns at once: sockets are opened when they are first needed.
 *
 * @param address `rowcast://HOST:PORT?feed=PORT&key=KEY`, as the server prints it, or several of one ledger, of which the
 * next is taken when one is silent. Without a key only this machine is spoken to, as plain sockets can be read by others
 * @throws Error that says what to write, when an address is none
 * @example
 * const ledger = connect('rowcast://db.example.org:5555?feed=5556&key=…');
 * await ledger.login('ada', password);
 * await ledger.insert('rate', { currency: 'EUR', value: '1.10' }, { why: 'first day' });
 * await ledger.close();
 */
export function connect(address: string | readonly string[], options: ConnectOptions = {}): Ledger {
  const addresses = (typeof address === 'string' ? [address] : address).map(readAddress);
  if (addresses.length === 0) throw new Error('no address was given; write rowcast://HOST:PORT?feed=PORT&key=KEY');
  return new Ledger({
    transport: zeromqTransport({ encrypted: addresses.some(({ key }) => key !== undefined) }),
    addresses,
    timing: systemTiming,
    timeoutMs: options.timeoutMs ?? 10_000,
    session: options.token === undefined ? undefined : ClientSession.parse(options.token),
    checkpoints: checkpointStore(options.checkpoints, addresses),
  });
}

function checkpointStore(
  folder: ConnectOptions['checkpoints'],
  addresses: readonly ServerAddress[],
): CheckpointStore | undefined {
  if (folder === false) return undefined;
  return folder === 'memory' ? new MemoryStore() : new FileStore(folder ?? stateFolder(), addresses);
}
