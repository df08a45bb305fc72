import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from '../client/random.ts';

/** Pieces of bytes that a hostile peer sends, one after another. */
type Pieces = readonly Buffer[];

const signature = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f]);

/** A greeting of ZMTP 3. */
function greeting(mechanism: string, { minor = 0, asServer = false } = {}): Buffer {
  const bytes = Buffer.alloc(64);
  signature.copy(bytes);
  bytes.set([3, minor], 10);
  bytes.write(mechanism, 12);
  bytes[32] = asServer ? 1 : 0;
  return bytes;
}

function command(name: string, body: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), body]);
  return Buffer.concat([Buffer.from([4, content.length]), content]);
}

const ready = command('READY', Buffer.from('\u000bSocket-Type\u0000\u0000\u0000\u0006DEALER', 'latin1'));

/** A frame that says that more follow, or that none does. */
function frame(body: Buffer, more: boolean): Buffer {
  const head = Buffer.alloc(9);
  head[0] = more ? 3 : 2;
  head.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([head, body]);
}

function lengthOnly(length: bigint): Buffer {
  const head = Buffer.alloc(9);
  head[0] = 2;
  head.writeBigUInt64BE(length, 1);
  return head;
}

/** The first command of CURVE as it should be, but for its box, which nobody can open. */
function hello(size = 200): Buffer {
  const body = randomBytes(size);
  body.write('\u0005HELLO\u0001\u0000', 'latin1');
  body.fill(0, 8, 80);
  return Buffer.concat([Buffer.from([4, size]), body]);
}

/** The kinds of peers that mean no good. None has a key. */
export const hostileKinds: Readonly<Record<string, (dice: Dice) => Pieces>> = {
  nothing: () => [],
  'random bytes': (dice) => [randomBytes(1 + dice.below(4_000))],
  'a greeting and random bytes': (dice) => [greeting('CURVE', { minor: 1 }), randomBytes(1 + dice.below(4_000))],
  'half a greeting': (dice) => [greeting('CURVE').subarray(0, 1 + dice.below(63))],
  'a greeting and silence': () => [greeting('CURVE')],
  'another server': () => [greeting('CURVE', { asServer: true }), hello()],
  'half a HELLO': (dice) => [greeting('CURVE'), hello().subarray(0, 1 + dice.below(200))],
  'a HELLO with a broken box': () => [greeting('CURVE'), hello()],
  'a HELLO of another length': (dice) => [greeting('CURVE'), hello(90 + dice.below(160))],
  'an INITIATE at once': () => [greeting('CURVE'), command('INITIATE', randomBytes(200))],
  'a READY instead of a HELLO': () => [greeting('CURVE'), ready, frame(Buffer.alloc(0), true)],
  'the mechanism NULL': () => [greeting('NULL'), ready, frame(randomBytes(100), false)],
  'the mechanism PLAIN': () => [greeting('PLAIN'), command('HELLO', Buffer.from('\u0005admin\u0005admin', 'latin1'))],
  'the mechanism GSSAPI': () => [greeting('GSSAPI'), command('INITIATE', randomBytes(30))],
  'a mechanism that is none': () => [greeting('ÿÿÿÿ'), ready],
  'ZMTP 1.0': () => [Buffer.from([1, 0]), Buffer.from([2, 0, 1]), Buffer.from('\u0003\u0000{}', 'latin1')],
  'ZMTP 2.0': () => [signature, Buffer.from([1, 5]), Buffer.from([0, 0]), Buffer.from([0, 1, 1])],
  HTTP: () => [Buffer.from('GET / HTTP/1.1\r\nHost: rowcast\r\n\r\n')],
  'a TLS hello': () => [Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), randomBytes(500)])],
  'a huge length': () => [greeting('CURVE'), lengthOnly(2n ** 63n - 1n), randomBytes(100)],
  'a length of 2^64 - 1 of ZMTP 1.0': () => [Buffer.concat([Buffer.alloc(9, 0xff), randomBytes(100)])],
  'a huge HELLO': () => [greeting('CURVE'), lengthOnly(2n ** 31n), Buffer.alloc(65_536)],
  'endless parts': () => [
    greeting('NULL'),
    ready,
    ...Array.from({ length: 20 }, () => Buffer.concat(Array(50).fill(frame(Buffer.alloc(1_000), true)))),
  ],
};

/** How long the pieces of a handshake are given to be answered. */
const pieceMs = 2;

/** One hostile peer: connects, sends, and stays until it is sent away or its time is over. @returns bytes that it got */
export async function attack(port: number, pieces: Pieces, stayMs: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let received = 0;
  socket.on('data', (data) => {
    received += data.length;
  });
  // It is reset by the server, or by itself at the end: both are meant.
  socket.on('error', () => undefined);
  for (const bytes of pieces) {
    if (socket.destroyed) break;
    socket.write(bytes);
    await sleep(pieceMs);
  }
  // A reset leaves no port in TIME_WAIT, of which the machine would run out.
  const timer = setTimeout(() => socket.resetAndDestroy(), stayMs);
  await closed;
  clearTimeout(timer);
  return received;
}
