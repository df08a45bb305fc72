import { Command } from 'commander';
import type pino from 'pino';
import { loadSettings, type Settings } from '../../settings/load.ts';
import { firstAdministratorName } from '../auth/first-administrator.ts';
import { type RunningServer, startServer } from '../main.ts';
import { explain } from './explain.ts';
import { makeLog } from './log.ts';

/** `rowcast server`: runs the server until it is told to stop. */
export function serverCommand(): Command {
  const description = 'run the server: on the embedded PostgreSQL in ./data, or as setting.ini says';
  return withServerOptions(new Command('server').description(description)).action(async (options: ServerCliOptions) => {
    process.exitCode = await serve({ ...options, verb: 'server', running: async ({ server }) => greet(server) });
  });
}

export interface ServerCliOptions {
  /** Path of the settings file. */
  readonly settings?: string;
  readonly beginEpoch?: true;
}

/** The options of the verbs that run a server. */
export function withServerOptions(command: Command): Command {
  return command
    .option('-s, --settings <file>', 'settings file (default: setting.ini, if there is one)')
    .option('--begin-epoch', 'begin a new life of the ledger: an older state of the database was put back on purpose');
}

/** A second signal while stopping ends the process at once. */
const signals = ['SIGINT', 'SIGTERM'] as const;

export interface Running {
  readonly server: RunningServer;
  readonly settings: Settings;
}

interface ServeOptions extends ServerCliOptions {
  readonly verb: string;
  /** Greets, and begins what runs beside the server; answers what stops that, which is done before the server stops. */
  readonly running: (running: Running) => Promise<(() => Promise<void>) | void>;
}

/** Runs a server until a signal, and answers the exit code. */
export async function serve({ settings: path, beginEpoch, verb, running }: ServeOptions): Promise<number> {
  // Whoever read what the server prints may be gone: that is no reason to stop.
  process.stdout.on('error', () => undefined);
  try {
    const settings = await loadSettings(path === undefined ? {} : { path });
    const log = makeLog(settings.server.logLevel);
    warnOfOldNode(log);
    const stopped = nextSignal();
    const server = await startServer({ settings, beginEpoch, log });
    try {
      const stopBeside = await running({ server, settings });
      await stopped;
      await stopBeside?.();
    } finally {
      await server.stop();
    }
    process.stdout.write('Stopped. Nothing acknowledged is lost.\n');
    return 0;
  } catch (error) {
    process.stderr.write(`rowcast ${verb}: ${explain(error)}\n`);
    return 1;
  }
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      process.once(signal, () => {
        resolve();
        process.once(signal, () => process.exit(130));
      });
    }
  });
}

function greet(server: RunningServer): void {
  const { connection, database } = server;
  const lines = ['', `Rowcast is running on ${connection.here ?? 'its ipc sockets'}`];
  if (connection.elsewhere !== undefined) {
    lines.push('It listens on every address of this machine; from others, by this name or another that they know:');
    lines.push(`  ${connection.elsewhere}`);
  }
  lines.push(`  ${database}`, '');
  lines.push(
    ...administratorLines(server),
    'In a second terminal       npx rowcast login',
    '                           npx rowcast sample employees',
    'and in a third             npx rowcast watch employees',
    '',
    'Ctrl-C stops the server.',
    '',
  );
  process.stdout.write(lines.join('\n'));
}

/** Who may change things, where that is news. */
export function administratorLines({ firstPassword, administrators }: RunningServer): string[] {
  const lines: string[] = [];
  if (firstPassword !== undefined) {
    lines.push(
      'This is the first start. The administrator is',
      `  name      ${firstAdministratorName}`,
      `  password  ${firstPassword}`,
      'The password is shown this once; `npx rowcast passwd --embedded` makes another.',
      '',
    );
  }
  if (administrators === 0) {
    lines.push('Nobody may change anything: setting.ini names no administrators. `npx rowcast passwd NAME` helps.', '');
  }
  return lines;
}

function warnOfOldNode(log: pino.Logger): void {
  if (Number(process.versions.node.split('.')[0]) >= 22) return;
  log.warn(`Node ${process.versions.node} is past its end of life; Node 24 also writes faster`);
}
