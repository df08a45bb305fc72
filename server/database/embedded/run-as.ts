import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Account } from './traversal.ts';

/**
 * How PostgreSQL's programs are run, since they refuse root.
 * - `plain`: as we are, an ordinary user.
 * - `account`: we are root and change to an ordinary account.
 * - `namespace`: we are root below a folder that no account may traverse. In a user namespace of one mapped id the
 *   program sees an ordinary uid, while the kernel still lets it pass, and files stay root's.
 */
export type RunAs =
  | { readonly kind: 'plain' }
  | ({ readonly kind: 'account' } & Account)
  | ({ readonly kind: 'namespace' } & Account);

export type Command = {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
};

/** The command line that runs `file` as asked. */
export function commandAs(runAs: RunAs, file: string, args: readonly string[]): Command {
  switch (runAs.kind) {
    case 'plain':
      return { file, args };
    case 'account':
      return { file, args, uid: runAs.uid, gid: runAs.gid };
    case 'namespace': {
      const map = ['--user', `--map-user=${runAs.uid}`, `--map-group=${runAs.gid}`];
      return { file: 'unshare', args: [...map, '--', file, ...args] };
    }
  }
}

/** The account that owns the files of a program run this way; undefined where files need no change of owner. */
export function fileOwner(runAs: RunAs): Account | undefined {
  if (runAs.kind === 'plain') return undefined;
  return runAs.kind === 'account' ? { uid: runAs.uid, gid: runAs.gid } : { uid: 0, gid: 0 };
}

/**
 * Environment for PostgreSQL's programs: ours without PG* (PGDATA, PGPORT … would be obeyed), with messages in
 * English, since one of them is recognised.
 */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', LANGUAGE: 'C' };
}

export type Outcome = { readonly code: number; readonly output: string };

const OUTPUT_CHARACTERS_MAX = 20_000;

/** Runs a command to its end. Never throws: a command that cannot be started has code -1 and says why in `output`. */
export function run({ file, args, uid, gid }: Command): Promise<Outcome> {
  const { promise, resolve } = deferred<Outcome>();
  const account = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
  const child = spawn(file, args, {
    cwd: '/', // ours may be closed to the account
    env: postgresEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  });
  let output = '';
  const collect = (chunk: unknown) => {
    output = (output + String(chunk)).slice(-OUTPUT_CHARACTERS_MAX);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.on('error', (error) => resolve({ code: -1, output: error.message }));
  child.on('close', (code) => resolve({ code: code ?? -1, output }));
  return promise;
}

function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** An account of /etc/passwd by name. */
export async function accountNamed(name: string): Promise<Account | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find((line) => line[0] === name);
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
  return uid > 0 && gid >= 0 ? { uid, gid } : undefined;
}
