import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import type { Context } from '../context.ts';
import { stateFolder } from '../session-store.ts';
import { describedCommand } from '../verb.ts';

interface Options {
  readonly listen: Listen;
  readonly public?: true;
  readonly name: readonly string[];
  readonly viewersMax: number;
  readonly idleMinutes: number;
}

interface Listen {
  readonly host: string;
  readonly port: number;
}

/** `rowcast web`: the page, served on this machine, or to everybody. */
export function webCommand(context: () => Context): Command {
  return describedCommand({
    name: 'web',
    summary: 'the page: tables, their past and the feed in a browser',
    notes: [
      'It is for you alone: the address that it prints lets one browser in, once, and another one takes its place.',
      'With --public it is a door for everybody who reaches it, to read only.',
    ],
    examples: ['web', 'web --listen 127.0.0.1:9000', 'web --public --listen 0.0.0.0:8080 --name tables.example.org'],
  })
    .option('--listen <address>', 'where it listens, HOST:PORT', readListen, { host: '127.0.0.1', port: 8080 })
    .option('--public', 'for everybody, to read only')
    .option('--name <host>', 'under which others reach it, once for each name', collect, [])
    .option('--viewers-max <number>', 'feeds that may be open', readNumber, 1_000)
    .option('--idle-minutes <minutes>', 'without a deed, after which a login ends', readNumber, 30)
    .action((options: Options) => serveWeb(context(), options));
}

async function serveWeb(context: Context, { listen, name, ...options }: Options): Promise<void> {
  const { startGateway } = await import('../../web/gateway/gateway.ts');
  const gateway = await startGateway({
    servers: context.connection.addresses,
    checkpoints: stateFolder(),
    timeoutMs: undefined,
    door: options.public === true ? 'public' : 'private',
    host: listen.host,
    port: listen.port,
    names: name,
    viewersMax: options.viewersMax,
    idleMinutes: options.idleMinutes,
    page: fileURLToPath(new URL('../../web/page/dist', import.meta.url)),
    onAddress: (address) => void context.print(`For another browser   ${address}`),
  });
  await context.print(`Rowcast is at   ${gateway.address}`);
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await gateway.close();
}

function readListen(text: string): Listen {
  const [, host, port] = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new InvalidArgumentError('Write 127.0.0.1:8080.');
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function readNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1 on.');
  return Number(text);
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
