import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import type { WebSettings } from '../../settings/load.ts';
import { packageRoot } from '../../settings/package-root.ts';
import { doorProblem, parseOrigin, parseWebAddress, type WebAddress } from '../../settings/web.ts';
import type { GatewayOptions } from '../web/gateway/options.ts';
import { usageError } from './cli-error.ts';

/** The options of the verbs that serve the page; each goes before what [web] of the settings says. */
export interface WebOptions {
  readonly listen?: WebAddress;
  readonly public?: true;
  readonly private?: true;
  readonly name?: readonly string[];
  readonly viewersMax?: number;
  readonly idleMinutes?: number;
}

/** Where the page is served when nobody says where: the first of these ports that is free. */
const usual: WebAddress = { host: '127.0.0.1', port: 8080 };
const usualPortsMore = 19;

export function withWebOptions(command: Command): Command {
  return command
    .option(
      '--listen <address>',
      'where the page is served, ADDRESS:PORT (default: 127.0.0.1:8080, or the next)',
      listen,
    )
    .option('--public', 'for everybody, to read only')
    .option('--private', 'for one person on this machine')
    .option('--name <origin>', 'what browsers have before the path behind a proxy, once for each', collect)
    .option('--viewers-max <number>', 'feeds that may be open (default: 1000)', wholeNumber(1_000_000))
    .option('--idle-minutes <minutes>', 'without a deed, after which a login ends (default: 30)', wholeNumber(10_080));
}

type Chosen = Pick<
  GatewayOptions,
  'door' | 'host' | 'port' | 'portsMore' | 'names' | 'viewersMax' | 'idleMinutes' | 'page'
>;

/** What of the gateway the settings and these options say. @throws CliError when the door would not be a door */
export function chooseWeb(settings: WebSettings, options: WebOptions): Chosen {
  const named = options.listen ?? settings.listen;
  const { host, port } = named ?? usual;
  const door = options.public === true ? 'public' : options.private === true ? 'private' : settings.door;
  const problem = doorProblem(host, door);
  if (problem !== undefined) throw usageError(problem);
  return {
    door,
    host,
    port,
    portsMore: named === undefined ? usualPortsMore : 0,
    names: options.name ?? settings.names,
    viewersMax: options.viewersMax ?? settings.viewersMax,
    idleMinutes: options.idleMinutes ?? settings.idleMinutes,
    page: fileURLToPath(new URL('client/web/page/dist', packageRoot)),
  };
}

function listen(text: string): WebAddress {
  const address = parseWebAddress(text);
  if (address === undefined) throw new InvalidArgumentError('Write a numeric address and a port: 127.0.0.1:8080.');
  return address;
}

/** From 1 to what [web] of the settings takes. */
function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,7}$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= max) return number;
    throw new InvalidArgumentError(`Write a whole number from 1 to ${max}.`);
  };
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  const origin = parseOrigin(text);
  if (origin === undefined)
    throw new InvalidArgumentError('Write what the address begins with: https://tables.example.org.');
  return [...before, origin];
}
