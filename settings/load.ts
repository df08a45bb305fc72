import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { checkSettings } from './check.ts';
import { type Parsed, parseSettings } from './parse.ts';
import { type Problem, SettingsError } from './problem.ts';
import type { Settings } from './schema.ts';

export { SettingsError } from './problem.ts';
export type {
  ClientSettings,
  DatabaseSettings,
  EmbeddedSettings,
  ServerSettings,
  Settings,
  WebSettings,
} from './schema.ts';

/** The file that is read when none is named. */
export const SETTINGS_FILE_NAME = 'setting.ini';

const FILE_BYTES_MAX = 1_048_576;

/**
 * Reads the settings: the named file, or `setting.ini` in `cwd`, or the defaults when that file is not there.
 *
 * @param options.path a file that must exist
 * @param options.cwd folder that relative paths start from; the process's own by default
 * @throws SettingsError that lists every problem with file and line
 * @example const settings = await loadSettings({ path: '/etc/rowcast/setting.ini' });
 */
export async function loadSettings(options: { path?: string; cwd?: string } = {}): Promise<Settings> {
  const cwd = options.cwd ?? process.cwd();
  const path = resolve(cwd, options.path ?? SETTINGS_FILE_NAME);
  const shown = options.path ?? SETTINGS_FILE_NAME;
  const file = await read({ path, shown, mayBeMissing: options.path === undefined });
  const parsed = parseSettings(file.text);
  const { settings, problems } = checkSettings(parsed);
  const all = [...problems, ...openSecrets(shown, file.mode, parsed)];
  if (settings === undefined || all.length > 0) throw new SettingsError(shown, all);
  return withAbsolutePaths(settings, dirname(path));
}

type File = { readonly text: string; readonly mode: number };

async function read(options: { path: string; shown: string; mayBeMissing: boolean }): Promise<File> {
  const { path, shown, mayBeMissing } = options;
  try {
    const { size, mode } = await stat(path);
    if (size > FILE_BYTES_MAX) throw new SettingsError(shown, [{ message: `is larger than ${FILE_BYTES_MAX} bytes` }]);
    return { text: decode(await readFile(path), shown), mode };
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    if (mayBeMissing && isMissing(error)) return { text: '', mode: 0o600 };
    throw new SettingsError(shown, [{ message: whyUnreadable(error) }]);
  }
}

function decode(bytes: Uint8Array, shown: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SettingsError(shown, [{ message: 'is not UTF-8 text; save the file as UTF-8' }]);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function whyUnreadable(error: unknown): string {
  if (isMissing(error)) return 'there is no such file; write it after setting.ini.example, or name another one';
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

const SECRET_KEYS = ['password', 'owner_password'];

/** Secrets belong into a file that only its owner can read. Windows has no such bits. */
function openSecrets(shown: string, mode: number, { sections }: Parsed): Problem[] {
  const entries = sections.get('database')?.entries;
  const key = SECRET_KEYS.find((name) => entries?.has(name));
  if (key === undefined || (mode & 0o077) === 0 || process.platform === 'win32') return [];
  const bits = (mode & 0o777).toString(8).padStart(4, '0');
  const message = `other users of this machine can read this file (mode ${bits}); run: chmod 600 ${basename(shown)}`;
  return [{ line: entries?.get(key)?.line, section: 'database', key, message }];
}

function withAbsolutePaths(settings: Settings, folder: string): Settings {
  const { server, database, embedded } = settings;
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path));
  return {
    ...settings,
    server: { ...server, keys: resolve(folder, server.keys) },
    database: database && { ...database, tlsCa: absolute(database.tlsCa) },
    embedded: { folder: resolve(folder, embedded.folder), binFolder: absolute(embedded.binFolder) },
  };
}
