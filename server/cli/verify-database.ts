import { CheckpointSigner, originOf } from '../../proof/checkpoint.ts';
import { ProofError } from '../../proof/hash.ts';
import { snapshot } from '../database/snapshot.ts';
import { readHead } from '../log/head.ts';
import { KeptCheckpoint } from '../log/kept-checkpoint.ts';
import { existingSigningKey } from '../log/signing-key.ts';
import {
  type DatabaseReport,
  type Signed,
  type VerifyDatabaseOptions,
  verifyDatabase,
} from '../verification/verify-database.ts';
import { besideServer } from './beside-server.ts';

export interface DatabaseCheck extends Pick<VerifyDatabaseOptions, 'signal' | 'onProgress'> {
  /** The settings file; undefined for `setting.ini`, if there is one. */
  readonly settings: string | undefined;
}

/** `rowcast verify --database`: checks the database of the settings, one state of it, while the server may go on. */
export async function checkDatabase({ settings: path, signal, onProgress }: DatabaseCheck): Promise<DatabaseReport> {
  return await besideServer(path, async ({ database, settings }) => {
    // Read first: what the server signs meanwhile may be over more than what is looked at.
    const signed = await findSigned(settings.server.keys, (await readHead(database)).epoch);
    return await snapshot(database, (executor) => verifyDatabase({ executor, signed, signal, onProgress }));
  });
}

/** What the server of these keys has signed last, as it stands beside them. */
async function findSigned(keys: string, epoch: string): Promise<Signed> {
  const key = await existingSigningKey(keys);
  if (key === undefined) return { none: `not compared: there is no signing.key in ${keys}` };
  const { verifierKey } = new CheckpointSigner(key, originOf(epoch));
  try {
    const kept = await new KeptCheckpoint(keys).read(verifierKey);
    if (kept === undefined)
      return { none: `not compared: none is kept yet in ${keys}; the server writes it when it has run` };
    return 'otherLife' in kept ? { forged: `the log is not the one that was signed: ${kept.otherLife}` } : kept;
  } catch (error) {
    if (error instanceof ProofError) return { forged: error.message };
    throw error;
  }
}
