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
    await bindOrAgain(socket, address);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE'
        ? 'it is in use by another program, perhaps another Rowcast server; stop that, or choose another'
        : `${message}; choose another`;
    throw new ListenError(`cannot listen on ${address}: ${why} in setting.ini, [server] ${setting}`, { cause });
  }
}

/** A bind waits for nothing, so EAGAIN is not its own error but one that came over it; asked again it tells the right one. */
async function bindOrAgain(socket: Bindable, address: string): Promise<void> {
  try {
    await socket.bind(address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    await socket.bind(address);
  }
}
