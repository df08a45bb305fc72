import { isCurveKey, isTestKey } from './curve.ts';

/**
 * Where a server is, and which one: `rowcast://HOST[:PORT][?feed=PORT][&key=KEY]`. The port of commands is 5555 and that
 * of the feed 5556 unless they are given. One text holds all that a viewer needs; `HOST[:PORT]` alone is taken too.
 */
export interface ServerAddress {
  readonly host: string;
  readonly commandsPort: number;
  readonly feedPort: number;
  /** The server's public key (CURVE), 32 bytes in base64url; without it the sockets are plain. */
  readonly key?: string | undefined;
}

const defaultPorts = { commands: 5555, feed: 5556 } as const;
const parts = ['feed', 'key'];
const form = 'write rowcast://HOST:PORT?feed=PORT&key=KEY';

/** Reads a connection string. @throws Error that says what to write, when the text is none. */
export function parseAddress(text: string): ServerAddress {
  const shown = JSON.stringify(text);
  const url = toUrl(text);
  if (url === undefined || url.hostname === '' || (url.pathname !== '' && url.pathname !== '/')) {
    throw new Error(`${shown} is no server's address; ${form}`);
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new Error(`${shown}: an address has no user, password or #; ${form}`);
  }
  for (const name of url.searchParams.keys()) {
    if (!parts.includes(name)) {
      throw new Error(`${shown}: unknown part ${JSON.stringify(name)}; known: ${parts.join(', ')}`);
    }
    if (url.searchParams.getAll(name).length > 1) throw new Error(`${shown}: ${name} stands twice`);
  }
  const key = url.searchParams.get('key');
  return {
    host: url.hostname,
    commandsPort: readPort(text, url.port === '' ? String(defaultPorts.commands) : url.port),
    feedPort: readPort(text, url.searchParams.get('feed') ?? String(defaultPorts.feed)),
    ...(key === null ? {} : { key: readKey(text, key) }),
  };
}

export function formatAddress({ host, commandsPort, feedPort, key }: ServerAddress): string {
  return `rowcast://${host}:${commandsPort}?feed=${feedPort}${key === undefined ? '' : `&key=${key}`}`;
}

/** Whether a host, as an address has it, is this machine: what is sent to it stays there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function toUrl(text: string): URL | undefined {
  const full = text.includes('://') ? text : `rowcast://${text}`;
  return full.startsWith('rowcast://') && URL.canParse(full) ? new URL(full) : undefined;
}

function readPort(text: string, port: string): number {
  const number = Number(port);
  if (!/^\d+$/.test(port) || number < 1 || number > 65_535) {
    throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(port)} is no port; write a number from 1 to 65535`);
  }
  return number;
}

function readKey(text: string, key: string): string {
  if (!isCurveKey(key)) {
    throw new Error(`${JSON.stringify(text)}: the key is none; write the address as the server prints it`);
  }
  if (isTestKey(key)) {
    throw new Error(
      `${JSON.stringify(text)}: this key is printed in ZeroMQ's manual, and everybody has its secret half`,
    );
  }
  return key;
}
