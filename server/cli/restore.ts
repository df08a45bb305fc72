import pg from 'pg';
import pino from 'pino';
import { CheckpointSigner, originOf } from '../../proof/checkpoint.ts';
import { loadSettings } from '../../settings/load.ts';
import { BackupError, DamagedError } from '../backup/format.ts';
import { readBackup } from '../backup/read-backup.ts';
import { type Restored, type RestoreOptions, restore } from '../backup/restore.ts';
import { type Connections, openConnections } from '../database/connections.ts';
import { openDatabase } from '../database/database.ts';
import { applySchema } from '../database/schema.ts';
import { Doorbell } from '../log/doorbell.ts';
import { KeptCheckpoint } from '../log/kept-checkpoint.ts';
import { existingSigningKey } from '../log/signing-key.ts';

export interface RestoreRequest extends Pick<RestoreOptions, 'to' | 'signal' | 'onProgress'> {
  /** The settings file; undefined for `setting.ini`, if there is one. */
  readonly settings: string | undefined;
  readonly path: string;
}

const statementTimeoutMs = 600_000;

/**
 * `rowcast restore`: builds a ledger from a backup in the empty database of the settings, on which no server may run.
 * @throws DamagedError, BackupError, SettingsError, EmbeddedPostgresError or errors of the file system and pg's
 */
export async function restoreBackup({ settings: path, path: source, ...options }: RestoreRequest): Promise<Restored> {
  const settings = await loadSettings(path === undefined ? {} : { path });
  const reading = await readBackup(source, options.signal);
  if (reading === undefined) throw new BackupError(`${source} is no backup: it was not made by rowcast backup`);
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const connections = await openConnections(settings, log);
  try {
    const { schema, owner, server } = connections;
    await demandAlone(connections);
    await applySchema(owner, { schema, serverRole: server.user });
    const doorbell = new Doorbell({ schema, connection: server, log });
    const parts = { ...connections, connection: server, poolConnections: 1, statementTimeoutMs, log };
    const database = openDatabase(parts);
    try {
      const restored = await restore({ ...options, database, doorbell, reading });
      await replaceCheckpoint(settings.server.keys, restored);
      return restored;
    } finally {
      await database.destroy();
    }
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    throw new DamagedError(`the backup ${source} is not what it was, and nothing was restored: ${error.message}`);
  } finally {
    await reading.lines.return(undefined);
    await connections.stop();
  }
}

/** What was signed of a former life is no measure of the new one: its first checkpoint takes the place. */
async function replaceCheckpoint(keys: string, { epoch, seq, root }: Restored): Promise<void> {
  const kept = new KeptCheckpoint(keys);
  const key = await existingSigningKey(keys);
  if (key === undefined) await kept.remove();
  else await kept.keep(new CheckpointSigner(key, originOf(epoch)).sign({ size: seq, root }));
}

/** A server that runs would go on in the life of the ledger that it has started with. */
async function demandAlone({ owner }: Connections): Promise<void> {
  const client = new pg.Client({ ssl: false, ...owner, application_name: 'rowcast restore' });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT application_name AS name FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name IN ('rowcast', 'rowcast doorbell')`,
    );
    if (rows.length === 0) return;
  } finally {
    await client.end();
  }
  throw new BackupError('a server is running on this database: stop it, then restore');
}
