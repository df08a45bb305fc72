import { CheckpointSigner, originOf } from '../../proof/checkpoint.ts';
import { BackupError, DamagedError } from '../backup/format.ts';
import { type WriteBackupOptions, type WrittenBackup, writeBackup } from '../backup/write-backup.ts';
import { snapshot } from '../database/snapshot.ts';
import { readHead } from '../log/head.ts';
import { KeptCheckpoint } from '../log/kept-checkpoint.ts';
import { existingSigningKey } from '../log/signing-key.ts';
import { FileExistsError, writeNewFile } from '../new-file.ts';
import { besideServer } from './beside-server.ts';

export interface Backup extends Pick<WriteBackupOptions, 'signal' | 'onProgress'> {
  /** The settings file; undefined for `setting.ini`, if there is one. */
  readonly settings: string | undefined;
  readonly path: string;
  /** Whether a file that is there already may be replaced. */
  readonly replace: boolean;
}

/**
 * `rowcast backup`: one state of the database in one file, while the server goes on.
 * @throws DamagedError, BackupError, SettingsError or errors of the file system and pg's
 */
export async function takeBackup({
  settings: path,
  path: target,
  replace,
  ...options
}: Backup): Promise<WrittenBackup> {
  return await besideServer(path, async ({ database, settings }) => {
    const key = await existingSigningKey(settings.server.keys);
    const { epoch } = await readHead(database);
    const signer = key && new CheckpointSigner(key, originOf(epoch));
    // Read first: what the server signs meanwhile may be over more than what is backed up.
    const signed = signer && (await new KeptCheckpoint(settings.server.keys).read(signer.verifierKey));
    try {
      if (signed !== undefined && 'otherLife' in signed) throw new DamagedError(signed.otherLife);
      return await writeNewFile(target, { replace }, (file) =>
        snapshot(database, (executor) => writeBackup({ executor, file, signer, signed, ...options })),
      );
    } catch (error) {
      if (error instanceof FileExistsError) {
        throw new BackupError(`${error.message}: choose another name, or write --replace`);
      }
      if (!(error instanceof DamagedError)) throw error;
      throw new DamagedError(`the log is not what it was, and is not backed up: ${error.message}`);
    }
  });
}
