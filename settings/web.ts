import { isIP } from 'node:net';
import { isLoopback } from '../protocol/address.ts';

/** Where the gateway of the page listens. */
export interface WebAddress {
  /** Numeric. */
  readonly host: string;
  readonly port: number;
}

/**
 * Who is let in.
 * - `private`: one person on this machine, who opens the address that the terminal shows; editing after a login.
 * - `public`: anyone who reaches the gateway, to read only.
 */
export type Door = 'private' | 'public';

/** `ADDRESS:PORT` with a numeric address of this machine, or `localhost`; undefined when it is none. */
export function parseWebAddress(text: string): WebAddress | undefined {
  const [, written = '', port = ''] = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/.exec(text) ?? [];
  const host = written === 'localhost' ? '127.0.0.1' : written.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0 || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

/** What stands before the path in a browser's address, as browsers write it; undefined when it is none. */
export function parseOrigin(text: string): string | undefined {
  if (!/^https?:\/\/[^/?#@\s]+\/?$/.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).origin;
}

/** Why a gateway must not listen there, and what to write instead: a private door is for this machine alone. */
export function doorProblem(host: string, door: Door): string | undefined {
  if (door === 'public' || isLoopback(host.includes(':') ? `[${host}]` : host)) return undefined;
  return (
    `${host} is reached from the network, and what goes over it is not encrypted: the password of whoever logs in, and ` +
    'what lets a browser in. Listen on 127.0.0.1, and have a proxy with TLS on this machine pass on to it, whose ' +
    'address is named (names = https://tables.example.org); or open the door to everybody, to read only (door = public)'
  );
}
