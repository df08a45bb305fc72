/**
 * Where a server is: `rowcast://HOST[:PORT][?feed=PORT]`. The port of commands is 5555 and that of the feed 5556 unless
 * they are given. One text holds all that a viewer needs; `HOST[:PORT]` alone is taken too.
 */
export interface ServerAddress {
  readonly host: string;
  readonly commandsPort: number;
  readonly feedPort: number;
}

const defaultPorts = { commands: 5555, feed: 5556 } as const;

/** Reads a connection string. @throws Error that says what to write, when the text is none. */
export function parseAddress(text: string): ServerAddress {
  const url = toUrl(text);
  if (url === undefined || url.hostname === '' || (url.pathname !== '' && url.pathname !== '/')) {
    throw new Error(`${JSON.stringify(text)} is no server's address; write rowcast://HOST:PORT?feed=PORT`);
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new Error(
      `${JSON.stringify(text)}: an address has no user, password or #; write rowcast://HOST:PORT?feed=PORT`,
    );
  }
  if (url.searchParams.getAll('feed').length > 1) throw new Error(`${JSON.stringify(text)}: feed stands twice`);
  for (const name of url.searchParams.keys()) {
    if (name !== 'feed') throw new Error(`${JSON.stringify(text)}: unknown part ${JSON.stringify(name)}; known: feed`);
  }
  const feed = url.searchParams.get('feed');
  return {
    host: url.hostname,
    commandsPort: readPort(text, url.port === '' ? String(defaultPorts.commands) : url.port),
    feedPort: readPort(text, feed ?? String(defaultPorts.feed)),
  };
}

export function formatAddress({ host, commandsPort, feedPort }: ServerAddress): string {
  return `rowcast://${host}:${commandsPort}?feed=${feedPort}`;
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
