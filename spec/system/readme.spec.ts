import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitWords } from '../../client/cli/syntax/words.ts';
import { clientVerbs } from '../../client/cli/verbs.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { administrator, type ServerProcess, spawnServer, writeSettings } from '../support/server.ts';

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

let ledger: TestLedger;
let server: ServerProcess;

beforeAll(async () => {
  ledger = await createLedger();
  server = await spawnServer(await writeSettings(ledger));
});
afterAll(async () => {
  await server.stop();
  await server.settings.remove();
  await ledger.drop();
});

/** The commands of the README's tour, in order. */
async function tour(): Promise<string[]> {
  const text = await readFile(readme, 'utf8');
  const [, section = ''] = /## Two minutes in the terminal\n([\s\S]*?)\n## /.exec(text) ?? [];
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
}

/** Runs a line as a shell would, in the folder of the server's settings. */
function run(line: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const command = line.replace(/^npx rowcast /, `"${process.execPath}" "${launcher}" `);
  const { folder } = server.settings;
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: folder, NO_COLOR: '1', COLUMNS: '160', ...env },
    detached: true,
  });
  return child;
}

async function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

/** Resolves when the process has printed what matches. */
function printed(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (data: Buffer) => {
      output += data.toString();
      if (pattern.test(output)) resolve(output);
    });
    child.once('close', () => reject(new Error(`it ended before it printed ${pattern}:\n${output}`)));
  });
}

/** Ends what runs on. It is waited for: at its end it still writes what it has verified into its person's folder. */
async function interrupt(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined) throw new Error('the tour has no line that runs on');
  const closed = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid, 'SIGINT');
  await closed;
}

/**
 * Runs a line in this process, where it is one of the client's alone: the start of a program for each takes the better
 * part of a second. What a shell has to read, or the server's code has to do, is run as it stands.
 */
async function finishLine(line: string, ada: Person): Promise<{ code: number | null; output: string }> {
  const isPlain = line.startsWith('npx rowcast ') && !/[|<>&]/.test(line.replaceAll(/"[^"]*"|'[^']*'/g, ''));
  const [, , ...words] = isPlain ? splitWords(line) : [];
  if (!clientVerbs.some(({ name }) => name === words[0])) return await finished(run(line, ada.env));
  const isLogin = words[0] === 'login';
  const { exit, out, err } = isLogin
    ? await ada.run(['login', administrator.name, '--password-stdin'], [administrator.password])
    : await ada.run(words);
  return { code: exit, output: out + err };
}

test('P5: the tour of the README, line by line, works as printed', { timeout: 180_000 }, async ({ onTestFinished }) => {
  const lines = await tour();
  expect(lines.length).toBeGreaterThan(10);
  const ada = await Person.at(server.settings.address);
  const before = process.cwd();
  process.chdir(server.settings.folder);
  onTestFinished(async () => {
    process.chdir(before);
    await ada.remove();
  });
  let watcher: ChildProcess | undefined;
  let seenUpdate: Promise<string> | undefined;
  for (const line of lines) {
    if (line.startsWith('npx rowcast watch')) {
      watcher = run(line, ada.env);
      seenUpdate = printed(watcher, /annual review[\s\S]*only a test/);
      await printed(watcher, /E07/);
      continue;
    }
    const { code, output } = await finishLine(line, ada);
    expect(code, `${line}\n${output}`).toBe(0);
  }
  expect(await seenUpdate).toMatch(/E07.*salary.*→ 98000\.00/);
  await interrupt(watcher);
});
