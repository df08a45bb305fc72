import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what outlives a program is kept, of the user who runs it: `rowcast` in `$XDG_STATE_HOME`, or in `~/.local/state`. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_STATE_HOME;
  return join(base === undefined || base === '' ? join(homedir(), '.local', 'state') : base, 'rowcast');
}
