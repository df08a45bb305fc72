import { connect, type Socket } from 'node:net';

/** So many connections that send nothing: each that is sent away comes again at once, until they are disposed of. */
export function silentPeers(port: number, count: number): AsyncDisposable {
  const sockets = new Set<Socket>();
  let isOver = false;
  const open = (): void => {
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket);
    // The greeting has to be read, or the end behind it is not seen.
    socket.resume();
    // It is reset by the server: that is meant.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
      if (!isOver) open();
    });
  };
  for (let n = 0; n < count; n += 1) open();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      isOver = true;
      const closed = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}
