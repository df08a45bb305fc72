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
  EIO: 'the disk cannot be read or written there',
  ELOOP: 'it is a link that leads back to itself',
  ENXIO: 'nobody reads or writes at the other end of it',
};

/** What the system says of a file, for people; other errors, and those of sockets, are as they were. */
export function fileError(error: unknown, path = pathOf(error)): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error) || error.syscall === 'connect') {
    return error;
  }
  const reason = reasons[String(error.code)];
  if (reason === undefined) return error;
  return new CliError(`${path}: ${reason}`, { code: 'file', exit: exitCodes.failed, cause: error });
}

/** An error that comes while a file is read or written has forgotten which. */
function pathOf(error: unknown): string {
  return error instanceof Error && 'path' in error ? String(error.path) : 'a file';
}
