import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it may not be touched',
  EPERM: 'it may not be touched',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EROFS: 'the disk may only be read',
  EFBIG: 'it would be larger than a file may be here',
};

/** What the system says of a file, for people; other errors are as they were. */
export function fileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const reason = reasons[String(error.code)] ?? error.message;
  return new CliError(`${path}: ${reason}`, { code: 'file', exit: exitCodes.failed, cause: error });
}
