import type { Socket } from 'node:net';

/**
 * Under which names the gateway is reached, and what the origin of its page is there. Beside those of the settings it is
 * the very number that a browser has connected to: no name that was bound to this machine anew by somebody else (W6).
 */
export class Names {
  readonly #origins = new Map<string, string>();

  /** @param origins like `https://tables.example.org`; one that is named later wins over one with the same host */
  constructor(origins: readonly string[]) {
    for (const origin of origins) this.#origins.set(new URL(origin).host, origin);
  }

  /** The origin of the page for who asks under this host, exactly as a browser sends it; undefined where nothing is served. */
  originOf(host: string, socket: Pick<Socket, 'localAddress' | 'localPort'>): string | undefined {
    const named = this.#origins.get(host);
    if (named !== undefined) return named;
    return localHosts(socket).includes(host) ? `http://${host}` : undefined;
  }
}

function localHosts({ localAddress = '', localPort = 0 }: Pick<Socket, 'localAddress' | 'localPort'>): string[] {
  // So a socket that listens for IPv6 tells of IPv4.
  const address = localAddress.replace(/^::ffff:/, '');
  const isHere = address === '::1' || address.startsWith('127.');
  const hosts = [address.includes(':') ? `[${address}]` : address, ...(isHere ? ['localhost'] : [])];
  // Without the port where it is the usual one. Of a socket that is gone, or with a zone, there is no such address.
  return hosts
    .map((host) => `http://${host}:${localPort}`)
    .filter((origin) => URL.canParse(origin))
    .map((origin) => new URL(origin).host);
}
