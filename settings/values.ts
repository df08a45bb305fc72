import { isIP } from 'node:net';
import { z } from 'zod';
import { isLoopback, parseAddress } from '../protocol/address.ts';
import { parseOrigin, parseWebAddress } from './web.ts';

/** What is wrong with a value, as zod's error text; `show` quotes the value in it and stays off for secrets. */
function refuse(what: string): z.core.$ZodErrorMap {
  return (issue) => `"${String(issue.input)}" is not ${what}`;
}

/** A whole number in decimal digits, written without unit, sign or separators. */
export function integer(limits: { min: number; max: number; unit?: string }) {
  const { min, max, unit = '' } = limits;
  const error = refuse(`a whole number from ${min} to ${max}; write digits only${unit && `, in ${unit}`}`);
  const isInside = (text: string) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max;
  return z.string().refine(isInside, { error }).transform(Number);
}

/** `true`/`on` or `false`/`off`. */
export function flag() {
  const words = ['true', 'false', 'on', 'off'] as const;
  const error = refuse('a yes or no; write true or false');
  return z.enum(words, { error }).transform((word) => word === 'true' || word === 'on');
}

/** One of the given words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: refuse(`one of ${words.join(', ')}; write one of these words`) });
}

/** Text that is not empty. */
export function text(example: string) {
  return z.string().min(1, { error: `is empty; write something like ${example}` });
}

/** A lowercase SQL identifier that needs no quoting. */
export function identifier() {
  const error = refuse('a lowercase name; write letters a-z, digits and _, at most 63, starting with a letter');
  const reserved = (name: string) => !name.startsWith('pg_') && name !== 'information_schema';
  const isReserved = refuse('free: PostgreSQL keeps it for itself; write another name');
  return z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, { error })
    .refine(reserved, { error: isReserved });
}

/**
 * An address that the server listens on: `tcp://ADDRESS:PORT`, or `ipc://` and an absolute path.
 * `localhost` becomes `127.0.0.1`, since a ZeroMQ socket is bound to numeric addresses only.
 */
export function listenAddress(example: string) {
  return z.string().transform((address, context) => {
    const problem = refuseListenAddress(address, example);
    if (problem === undefined) return address.replace('tcp://localhost:', 'tcp://127.0.0.1:');
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

function refuseListenAddress(address: string, example: string): string | undefined {
  if (/^ipc:\/\/\/[^\0]+$/.test(address)) return refuseSocketPath(address.slice('ipc://'.length), example);
  const [, host, port] = /^tcp:\/\/(\[[^\]]+\]|[^:[\]/]+):([^:/]+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined)
    return `"${address}" is not an address; write something like ${example}`;
  if (!isPort(port)) return `"${port}" is not a port; write a number from 1 to 65535, as in ${example}`;
  if (host !== 'localhost' && isIP(host.replace(/^\[|\]$/g, '')) === 0) {
    return `"${host}" is not a numeric address; write one of this machine, or 0.0.0.0 for all of them, or ${example}`;
  }
  return undefined;
}

/** Whether others than this machine reach an address that is listened on. */
export function isOpenToNetwork(address: string): boolean {
  return address.startsWith('tcp:') && !isLoopback(new URL(address).hostname);
}

// sun_path holds 107 bytes and a final zero.
const SOCKET_PATH_BYTES_MAX = 107;

function refuseSocketPath(path: string, example: string): string | undefined {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return undefined;
  return `this path is longer than the ${SOCKET_PATH_BYTES_MAX} bytes of a socket; write a shorter one or ${example}`;
}

function isPort(written: string): boolean {
  return /^\d{1,5}$/.test(written) && Number(written) >= 1 && Number(written) <= 65535;
}

/** Server addresses of a client, `rowcast://HOST:PORT?feed=PORT`, separated by commas. */
export function serverAddresses() {
  return z.string().transform((written, context) => {
    const addresses = written.split(',').map((address) => address.trim());
    for (const address of addresses.filter((address) => !isServerAddress(address))) {
      const message = `"${address}" is not a server's address; write something like rowcast://127.0.0.1:5555?feed=5556`;
      context.addIssue({ code: 'custom', message });
    }
    return addresses;
  });
}

function isServerAddress(address: string): boolean {
  const [, port] = /^rowcast:\/\/(?:\[[^\]]*\]|[^:[\]/?]+):(\d+)(?:\?|$)/.exec(address) ?? [];
  if (port === undefined) return false;
  try {
    parseAddress(address);
    return true;
  } catch {
    return false;
  }
}

/** Where the gateway listens: a numeric address of this machine and a port. */
export function webAddress() {
  return z.string().transform((written, context) => {
    const address = parseWebAddress(written);
    if (address !== undefined && address.port > 0) return address;
    const message = `"${written}" is not an address; write a numeric one and a port, like 127.0.0.1:8080`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** What browsers have before the path, separated by commas; empty: none. */
export function origins() {
  return z.string().transform((written, context) => {
    const names = written === '' ? [] : written.split(',').map((name) => name.trim());
    return names.map((name) => {
      const origin = parseOrigin(name);
      if (origin !== undefined) return origin;
      const message = `"${name}" is not what a browser's address begins with; write something like https://tables.example.org`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
  });
}

/** Name of an administrator: 1 to 64 letters, digits and `. _ - @`. */
export function administratorName() {
  const error = refuse('a name; write 1 to 64 letters, digits and . _ - @');
  return z.string().regex(/^[A-Za-z0-9._@-]{1,64}$/, { error });
}

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url. The value is never shown: it may be a password in clear. */
export function passwordHash() {
  const error = 'is not a password hash; write the line that `rowcast passwd NAME` prints';
  return z.string().regex(/^scrypt\$\d{1,8}\$\d{1,4}\$\d{1,4}\$[A-Za-z0-9_-]{16,}\$[A-Za-z0-9_-]{32,}$/, { error });
}
