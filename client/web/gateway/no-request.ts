import type { Socket } from 'node:net';
import { streamHeaders } from './headers.ts';

/* What never becomes a request is answered like the rest. */

/** Bytes of the lines above a request's body. */
export const headerBytesMax = 16 * 1024;

const bad = problem('bad_request', 'this is no request of HTTP/1.1 with an address and a name that are right');
const tooLarge = problem('too_large', `the address and the headers have at most ${headerBytesMax} bytes`);
const tooSlow = problem('timeout', 'the request did not come to its end in time');

/** Of an address, or a name, that is none. */
export function badRequest(): Response {
  return new Response(bad, { status: 400, headers: { ...streamHeaders, 'content-type': 'application/json' } });
}

/** Of bytes that are no HTTP, too many, or too slow. An answer that has begun cannot be gone on with. */
export function answerFault(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [status, body] = faultOf(error);
  const headers = {
    ...streamHeaders,
    connection: 'close',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

function faultOf({ code }: NodeJS.ErrnoException): readonly [status: string, body: string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['431 Request Header Fields Too Large', tooLarge];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['408 Request Timeout', tooSlow];
  return ['400 Bad Request', bad];
}

function problem(code: string, message: string): string {
  return JSON.stringify({ error: { code, message } });
}
