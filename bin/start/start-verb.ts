import type { Command } from 'commander';
import { CliError } from '../../client/cli/cli-error.ts';
import type { GlobalOptions } from '../../client/cli/options.ts';
import { describedCommand, type Verb } from '../../client/cli/verb.ts';
import { chooseWeb, type WebOptions, withWebOptions } from '../../client/cli/web-options.ts';
import { stateFolder } from '../../client/state-folder.ts';
import { PlainError } from '../../server/cli/plain-error.ts';
import { type Running, type ServerCliOptions, serve, withServerOptions } from '../../server/cli/server.ts';
import { GatewayProcess } from './gateway-process.ts';
import { Greeting } from './greeting.ts';
import type { GatewayTask } from './messages.ts';

/** `rowcast start`, which is `npm start`: the server, and the page beside it. */
export const startVerb: Verb = {
  name: 'start',
  group: 'Server:',
  isLocal: true,
  summary: 'run the server and its page, and print the address to open',
  load: async () => (_context, options) => startCommand(options),
};

type StartOptions = ServerCliOptions & WebOptions;

function startCommand(globals: () => GlobalOptions): Command {
  const command = describedCommand({
    name: 'start',
    summary: 'run the server and its page, and print the address to open',
    notes: [
      'On the embedded PostgreSQL in ./data, or as setting.ini says, whose section [web] is about the page. For the server',
      'alone: rowcast server.',
    ],
    examples: ['start', 'start --listen 127.0.0.1:9000', 'start --public --name https://tables.example.org'],
  });
  return withWebOptions(withServerOptions(command)).action(async (options: StartOptions) => {
    const settings = options.settings ?? globals().settings;
    process.exitCode = await serve({
      ...options,
      ...(settings !== undefined && { settings }),
      verb: 'start',
      running: (running) => runPage(running, options),
    });
  });
}

/** Begins the page's gateway, greets, and answers what stops it. @throws PlainError when it cannot listen where it is to */
async function runPage({ server, settings }: Running, options: StartOptions): Promise<() => Promise<void>> {
  const greeting = new Greeting(server);
  const gateway = new GatewayProcess({
    task: taskOf({ server, settings }, options),
    onListening: (listening) => greeting.page(listening),
    onAddress: (address) => greeting.next(address),
    onEnd: (how, againMs) => greeting.ended(how, againMs),
  });
  const refusal = await gateway.start();
  // The server goes on without its page, but not where it was told to be and cannot.
  if (refusal !== undefined) greeting.noPage(refusal.message);
  if (refusal?.code.startsWith('address_')) throw new PlainError(`the page: ${refusal.message}`);
  return () => gateway.stop();
}

function taskOf({ server, settings }: Running, options: StartOptions): GatewayTask {
  const { here } = server.connection;
  if (here === undefined)
    throw new PlainError('the page needs a server on tcp; rowcast server runs one on ipc sockets');
  try {
    return {
      ...chooseWeb(settings.web, options),
      servers: [here],
      timeoutMs: settings.client.timeoutMs,
      checkpoints: stateFolder(),
      visitors: settings.server.keys,
    };
  } catch (error) {
    throw error instanceof CliError ? new PlainError(error.message) : error;
  }
}
