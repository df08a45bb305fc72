import { CliError, interrupted } from '../client/cli/cli-error.ts';
import { exitCodes } from '../client/cli/exit-codes.ts';
import { fileError } from '../client/cli/file-error.ts';
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
    const ofFile = fileError(error);
    if (ofFile instanceof CliError) throw ofFile;
    const message = plainMessage(error);
    if (message === undefined) throw error;
    const isUsage = error instanceof SettingsError;
    throw new CliError(message, {
      code: isUsage ? 'settings' : 'database',
      exit: isUsage ? exitCodes.usage : exitCodes.failed,
      cause: error,
    });
  }
}
