import { Command } from 'commander';
import type pino from 'pino';
import { loadSettings } from '../../settings/load.ts';
import { firstAdministratorName } from '../auth/first-administrator.ts';
import { type RunningServer, startServer } from '../main.ts';
import { explain } from './explain.ts';
import { makeLog } from './log.ts';

/** `rowcast server`: runs the server until it is told to stop. */
export function serverCommand(): Command {
  return new Command('server')
    .description('run the server: on the embedded PostgreSQL in ./data, or as setting.ini says')
    .option('-s, --settings <file>', 'settings file (default: setting.ini, if there is one)')
    .option('--begin-epoch', 'begin a new life of the ledger: an older state of the database was put back on purpose')
    .action(async ({ settings: path, beginEpoch }: { settings?: string; beginEpoch?: true }) => {
      process.exitCode = await serve(path, beginEpoch);
    });
}

/** A second signal while stopping ends the process at once. */
const signals = ['SIGINT', 'SIGTERM'] as const;

async function serve(path: string | undefined, beginEpoch: true | undefined): Promise<number> {
  // Whoever read what the server prints may be gone: that is no reason to stop.
  process.stdout.on('error', () => undefined);
  try {
    const settings = await loadSettings(path === undefined ? {} : { path });
    const log = makeLog(settings.server.logLevel);
    warnOfOldNode(log);
    const stopped = nextSignal();
    const server = await startServer({ settings, beginEpoch, log });
    greet(server);
    await stopped;
    await server.stop();
    process.stdout.write('Stopped. Nothing acknowledged is lost.\n');
    return 0;
  } catch (error) {
    process.stderr.write(`rowcast server: ${explain(error)}\n`);
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

function greet({ connection, database, firstPassword, administrators }: RunningServer): void {
  const lines = ['', `Rowcast is running on ${connection.here ?? 'its ipc sockets'}`];
  if (connection.elsewhere !== undefined) {
    lines.push('It listens on every address of this machine; from others, by this name or another that they know:');
    lines.push(`  ${connection.elsewhere}`);
  }
  lines.push(`  ${database}`, '');
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
  lines.push(
    'In a second terminal       npx rowcast login',
    '                           npx rowcast sample employees',
    'and in a third             npx rowcast watch employees',
    '',
    'Ctrl-C stops the server.',
    '',
  );
  process.stdout.write(lines.join('\n'));
}

function warnOfOldNode(log: pino.Logger): void {
  if (Number(process.versions.node.split('.')[0]) >= 22) return;
  log.warn(`Node ${process.versions.node} is past its end of life; Node 24 also writes faster`);
}
