import { CliError, interrupted } from '../client/cli/cli-error.ts';
import { exitCodes } from '../client/cli/exit-codes.ts';
import { DamagedError } from '../server/backup/format.ts';
import { plainMessage } from '../server/cli/explain.ts';
import { SettingsError } from '../settings/load.ts';

/** Work of the server's code within the terminal program: its errors are told as those of the program are. */
export async function told<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw interrupted();
    if (error instanceof CliError) throw error;
    if (error instanceof DamagedError) {
      throw new CliError(error.message, { code: 'tampered', exit: exitCodes.tampered, cause: error });
    }
    const message = fileProblem(error) ?? plainMessage(error);
    if (message === undefined) throw error;
    const isUsage = error instanceof SettingsError;
    throw new CliError(message, {
      code: isUsage ? 'settings' : 'database',
      exit: isUsage ? exitCodes.usage : exitCodes.failed,
      cause: error,
    });
  }
}

const fileCodes = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EIO',
]);

/** A file that cannot be read or written; not a socket, whose errors speak of PostgreSQL. */
function fileProblem(error: unknown): string | undefined {
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  if (!fileCodes.has(code) || syscall === undefined || syscall === 'connect') return undefined;
  return `the file cannot be ${syscall === 'read' ? 'read' : 'opened or written'}: ${message}`;
}
