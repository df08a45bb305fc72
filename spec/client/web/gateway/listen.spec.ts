import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { listen } from '../../../../client/web/gateway/listen.ts';

/** Of this machine, as others see it. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A request that is never finished. */
async function begin(port: number, host: string): Promise<Socket> {
  const socket = connect(port, host);
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('POST /api/row.list HTTP/1.1\r\ncontent-length: 1000\r\n');
  return socket;
}

test.skipIf(outside === undefined)('P8 one address does not have all connections, and others are served', async () => {
  const server = await listen(() => new Response('served'), { host: '0.0.0.0', port: 0, viewersMax: 4 });
  const { port } = server.address() as AddressInfo;
  const refused = 3;
  const held = await Promise.all(Array.from({ length: 1 + 128 }, () => begin(port, outside ?? '')));
  const more = await Promise.all(Array.from({ length: refused }, () => begin(port, outside ?? '')));
  await Promise.all(more.map(closed));
  expect(held.filter((socket) => socket.destroyed)).toEqual([]);
  const answered = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
  expect(await answered.text()).toBe('served');
  // What is given back may be taken again.
  const [first] = held;
  first?.destroy();
  while ((await connections(server)) >= held.length) await new Promise(setImmediate);
  const again = await begin(port, outside ?? '');
  again.write('\r\n');
  expect(String(await once(again, 'data'))).toContain('HTTP/1.1');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Reset or ended. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

async function connections(server: Awaited<ReturnType<typeof listen>>): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
