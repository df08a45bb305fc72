import type { Socket } from 'zeromq';

/** An address of the settings cannot be listened on. The message says which, and what to do. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** What of `bind` the sockets of both kinds have. */
interface Bindable extends Socket {
  bind(address: string): Promise<void>;
}

/** Binds a socket; libzmq's own error does not name the address. @throws ListenError */
export async function bind(socket: Bindable, address: string, setting: string): Promise<void> {
  try {
    await socket.bind(address);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE'
        ? 'it is in use by another program, perhaps another Rowcast server; stop that, or choose another'
        : `${message}; choose another`;
    throw new ListenError(`cannot listen on ${address}: ${why} in setting.ini, [server] ${setting}`, { cause });
  }
}
