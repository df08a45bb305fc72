import { BackupSteps } from './backup-steps.ts';
import { type BackupCounts, type BackupHeader, DamagedError } from './format.ts';
import { readBackup } from './read-backup.ts';

/** What was verified of a backup. */
export interface BackupReport {
  readonly header: BackupHeader;
  readonly counts: BackupCounts;
  readonly tookMs: number;
}

export interface VerifyBackupOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (seq: number, of: number) => void;
}

/**
 * Verifies a backup by itself, without a server or a database. Undefined when the file is something else.
 * @throws DamagedError
 */
export async function verifyBackup(
  path: string,
  { signal, onProgress }: VerifyBackupOptions,
): Promise<BackupReport | undefined> {
  const startMs = performance.now();
  try {
    const reading = await readBackup(path, signal);
    if (reading === undefined) return undefined;
    const steps = new BackupSteps(reading);
    const { seq: of } = steps.header;
    for await (const step of steps.all()) {
      if (step.kind === 'entry' && step.entry.seq % 1_000 === 0) onProgress(step.entry.seq, of);
    }
    return { header: steps.header, counts: steps.counts, tookMs: Math.round(performance.now() - startMs) };
  } catch (error) {
    if (error instanceof DamagedError)
      throw new DamagedError(`the backup ${path} is not what it was: ${error.message}`);
    throw error;
  }
}
