import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStand } from './stand.ts';
import { webViewers } from './web-viewers.ts';

/**
 * `npm run bench:web [-- --quick]`: 500 readers of one gateway's feed at 100 changes a second. Server, gateway and readers
 * are a process each, on one machine.
 */
const quick = process.argv.includes('--quick');
const launcher = fileURLToPath(new URL('../bin/rowcast.js', import.meta.url));

const stand = await openStand();
const folder = await mkdtemp(join(tmpdir(), 'rowcast-bench-web-'));
const words = ['web', '--public', '--listen', '127.0.0.1:0', '--viewers-max', '1000', '--server', stand.address];
const gateway = spawn(process.execPath, [launcher, ...words], {
  cwd: folder,
  env: { ...process.env, XDG_STATE_HOME: folder },
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** Of the address that it prints. */
async function portOf(): Promise<number> {
  let printed = '';
  for await (const text of gateway.stdout) {
    printed += String(text);
    const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(printed) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`the gateway ended before it listened: ${printed}`);
}

/** Of Linux; 0 elsewhere. */
async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

try {
  const port = await portOf();
  const table = 'watched';
  const columns = [
    { name: 'id', type: 'text' as const },
    { name: 'n', type: 'integer' as const },
  ];
  await stand.admin.createTable({ name: table, key: 'id', columns });
  for (const viewers of quick ? [50] : [1, 100, 500]) {
    const load = { viewers, changes: quick ? 100 : 2_000, perSecond: 100 };
    const before = await cpuSeconds(gateway.pid ?? 0);
    const seen = await webViewers({ port, admin: stand.admin, table, ...load });
    const cpu = ((await cpuSeconds(gateway.pid ?? 0)) - before) / (load.changes / load.perSecond);
    const of = (value: number): string => value.toFixed(1);
    process.stdout.write(
      `${viewers} viewers, ${load.perSecond} changes/s: acknowledgement to viewer median ${of(seen.medianMs)} ms, ` +
        `p99 ${of(seen.p99Ms)} ms, the slowest viewer's median ${of(seen.worstMedianMs)} ms; ` +
        `${Math.round(seen.deliveredPerSecond)} delivered/s; ${seen.exact} of ${viewers} exact; ` +
        `the gateway used ${Math.round(cpu * 100)} % of a processor\n`,
    );
  }
} finally {
  gateway.kill('SIGTERM');
  await stand.stop();
  await rm(folder, { recursive: true, force: true });
}
