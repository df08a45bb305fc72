import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below those that systems give to connections: such a port could be a browser's before its server listens. */
const firstPort = 20_000;
/** Of each process of a test run, so that none is given a port which another is about to listen on, or to again. */
const portsEach = 3_000;

const processFirst = firstPort + (Number(process.env.VITEST_POOL_ID ?? 1) - 1) * portsEach;
/** Anywhere, for the sake of runs beside this one. */
let given = randomInt(portsEach);

/** Ports that nobody has, all different, and none of them is given again. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    given += 1;
    const port = processFirst + (given % portsEach);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** Whether nobody listens there now. */
export async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
