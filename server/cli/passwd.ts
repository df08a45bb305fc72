import { chmod, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { loadSettings, SETTINGS_FILE_NAME, SettingsError } from '../../settings/load.ts';
import { firstAdministratorName } from '../auth/first-administrator.ts';
import { hashPassword } from '../auth/password.ts';

const passwordCharactersMin = 8;
const namePattern = /^[A-Za-z0-9._@-]{1,64}$/;

interface PasswdOptions {
  readonly settings?: string;
  readonly passwordStdin?: true;
  readonly write?: true;
  readonly embedded?: true;
}

/** Said to whoever called, without a stack. */
class PasswdError extends Error {
  override readonly name = 'PasswdError';
  readonly exit: number;

  constructor(message: string, exit: number) {
    super(message);
    this.exit = exit;
  }
}
const usage = 2;
const interrupted = 130;

/** `rowcast passwd NAME`: makes the line that names an administrator. */
export function passwdCommand(): Command {
  return new Command('passwd')
    .description("make the line of an administrator's password for setting.ini")
    .argument('[name]', 'the administrator', firstAdministratorName)
    .option('-s, --settings <file>', 'settings file (default: setting.ini)')
    .option('--password-stdin', 'read the password from standard input, for scripts')
    .option('--write', 'put the line into the settings file; all else in it stays as it is')
    .option(
      '--embedded',
      'put it into administrators.ini of the embedded ledger, which a setting.ini without names uses',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  npx rowcast passwd ada --write\n  npx rowcast passwd --embedded      (a new password for admin)',
    )
    .action(async (name: string, options: PasswdOptions) => {
      process.exitCode = await passwd(name, options);
    });
}

async function passwd(name: string, options: PasswdOptions): Promise<number> {
  try {
    if (!namePattern.test(name))
      throw new PasswdError(`"${name}" is no name; write 1 to 64 letters, digits and . _ - @`, usage);
    const path = await findFile(options);
    const password = options.passwordStdin === true ? await readPassword() : await askTwice(name);
    checkPassword(password);
    const hash = await hashPassword(password);
    if (path === undefined) process.stdout.write(`${name} = ${hash}\n`);
    else await write(path, name, hash);
    return 0;
  } catch (error) {
    const isOurs = error instanceof PasswdError || error instanceof SettingsError;
    const message = isOurs ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`rowcast passwd: ${message}\n`);
    return error instanceof PasswdError ? error.exit : isOurs ? usage : 1;
  }
}

/** Where the line goes; undefined when it is printed. Looked for first, so that nobody types a password in vain. */
async function findFile({ settings, write: isWritten, embedded }: PasswdOptions): Promise<string | undefined> {
  if (isWritten !== true && embedded !== true) return undefined;
  if (isWritten === true && embedded === true) throw new PasswdError('write --write or --embedded, not both', usage);
  const { embedded: ledger } = await loadForWriting(settings);
  const path = embedded === true ? join(ledger.folder, 'administrators.ini') : resolve(settings ?? SETTINGS_FILE_NAME);
  if (embedded === true && !(await exists(ledger.folder))) {
    throw new PasswdError(
      `there is no ${ledger.folder}: the server makes it at its first start, or setting.ini names administrators`,
      1,
    );
  }
  // A ledger that was restored has none yet.
  if (embedded === true && (await exists(path))) await loadSettings({ path });
  return path;
}

/** A file that cannot be read as settings is not written to either. */
async function loadForWriting(path: string | undefined) {
  if (path !== undefined && !(await exists(path))) return loadSettings({});
  return await loadSettings(path === undefined ? {} : { path });
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function write(path: string, name: string, hash: string): Promise<void> {
  const before = (await exists(path)) ? await readFile(path, 'utf8') : '';
  const half = `${path}.${process.pid}`;
  await writeFile(half, putAdministrator(before, name, hash), { mode: 0o600 });
  await chmod(half, 0o600);
  await rename(half, path);
  process.stdout.write(`${path} names ${name} now; a running server learns it at its next start\n`);
}

function checkPassword(password: string): void {
  const problem = passwordProblem(password);
  if (problem !== undefined) throw new PasswdError(problem, usage);
}

function passwordProblem(password: string | undefined): string | undefined {
  const letters = [...(password ?? '')].length;
  return letters < passwordCharactersMin
    ? `a password has at least ${passwordCharactersMin} characters; this has ${letters}`
    : undefined;
}

async function readPassword(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line;
  return '';
}

async function askTwice(name: string): Promise<string> {
  if (!process.stdin.isTTY) throw new PasswdError('there is no terminal to ask on; use --password-stdin', usage);
  const prompts = await import('@clack/prompts');
  const output = process.stderr;
  const first = await prompts.password({ message: `New password of ${name}`, output, validate: passwordProblem });
  if (typeof first === 'symbol') throw new PasswdError('nothing was changed', interrupted);
  const again = await prompts.password({ message: 'The same again', output });
  if (typeof again === 'symbol') throw new PasswdError('nothing was changed', interrupted);
  if (first !== again) throw new PasswdError('the two were not the same; nothing was changed', 1);
  return first;
}

/** Puts an administrator's line into the text of a settings file. Every other line stays as it is, byte for byte. */
export function putAdministrator(text: string, name: string, hash: string): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const line = `${name} = ${hash}${lineBreak}`;
  const lines = text.split(/(?<=\n)|(?<=\r)(?!\n)/);
  const head = lines.findIndex((one) => /^\[administrators\]\s*$/.test(one));
  if (head < 0)
    return `${endedLine(text, lineBreak)}${text === '' ? '' : lineBreak}[administrators]${lineBreak}${line}`;
  const end = sectionEnd(lines, head);
  const old = lines.findIndex((one, index) => index > head && index < end && keyOf(one) === name);
  if (old >= 0) return [...lines.slice(0, old), line, ...lines.slice(old + 1)].join('');
  const at = insertionPoint(lines, head, end);
  return [endedLine(lines.slice(0, at).join(''), lineBreak), line, ...lines.slice(at)].join('');
}

function endedLine(text: string, lineBreak: string): string {
  return text === '' || /[\r\n]$/.test(text) ? text : `${text}${lineBreak}`;
}

function sectionEnd(lines: readonly string[], head: number): number {
  const next = lines.findIndex((line, index) => index > head && line.startsWith('['));
  return next < 0 ? lines.length : next;
}

function keyOf(line: string): string | undefined {
  const text = line.trim();
  return text === '' || text.startsWith(';') || text.startsWith('#') ? undefined : text.split('=')[0]?.trim();
}

/** Behind the section's last name; without one behind the comments at its head, as later ones belong to what follows. */
function insertionPoint(lines: readonly string[], head: number, end: number): number {
  for (let index = end - 1; index > head; index -= 1) if (keyOf(lines[index] ?? '') !== undefined) return index + 1;
  let at = head + 1;
  while (at < end && lines[at]?.trim() !== '') at += 1;
  return at;
}
