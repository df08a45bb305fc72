import type { Command } from 'commander';
import { loadSettings, SettingsError, type WebSettings } from '../../../settings/load.ts';
import { stateFolder } from '../../state-folder.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { describedCommand } from '../verb.ts';
import { chooseWeb, type WebOptions, withWebOptions } from '../web-options.ts';

/** `rowcast web`: the page, served on this machine, or to everybody. */
export function webCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'web',
    summary: 'the page: tables, their past and the feed in a browser',
    notes: [
      'It is for you alone: the address that it prints lets one browser in, once, and another one takes its place.',
      'With --public it is a door for everybody who reaches it, to read only. [web] of the settings says the same for good.',
    ],
    examples: [
      'web',
      'web --listen 127.0.0.1:9000',
      'web --public --listen 0.0.0.0:8080 --name https://tables.example.org',
    ],
  });
  return withWebOptions(command).action((options: WebOptions) => serveWeb(context(), options));
}

async function serveWeb(context: Context, options: WebOptions): Promise<void> {
  const chosen = chooseWeb(await readSettings(context), options);
  const { startGateway } = await import('../../web/gateway/gateway.ts');
  const gateway = await startGateway({
    ...chosen,
    servers: context.connection.addresses,
    checkpoints: stateFolder(),
    visitors: stateFolder(),
    onAddress: (address) => void context.print(`For another browser   ${address}`),
    onTrouble: (error) => void context.err.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  }).catch((error: unknown) => {
    throw told(error);
  });
  await context.print(`Rowcast is at   ${gateway.address}`);
  if (gateway.problem !== undefined) await context.note(gateway.problem);
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await gateway.close();
}

/** Those of the file that the server was found by; who has named a server may have none that can be read. */
async function readSettings(context: Context): Promise<WebSettings> {
  const { settings: path, server } = context.options;
  try {
    return (await loadSettings(path === undefined ? {} : { path })).web;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const isNamed = path === undefined && (server ?? process.env.ROWCAST_SERVER ?? '') !== '';
    if (!isNamed) throw new CliError(error.message, { code: 'settings', exit: exitCodes.usage });
    await context.note(`setting.ini is left aside: ${error.message}`);
    return await defaults();
  }
}

async function defaults(): Promise<WebSettings> {
  const { webSection } = await import('../../../settings/schema.ts');
  return webSection.parse({});
}

/** What of the gateway's refusals a person can mend. */
function told(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'GatewayError') return error;
  const next =
    'code' in error && error.code === 'address_taken' ? 'npx rowcast web --listen 127.0.0.1:PORT' : undefined;
  return new CliError(error.message, { code: 'gateway', exit: exitCodes.failed, next, cause: error });
}
