import { sql } from 'kysely';
import pino from 'pino';
import { CheckpointSigner, originOf } from '../../proof/checkpoint.ts';
import { loadSettings } from '../../settings/load.ts';
import { BackupError, DamagedError } from '../backup/format.ts';
import { readBackup } from '../backup/read-backup.ts';
import { type Restored, type RestoreOptions, restore } from '../backup/restore.ts';
import { taggedSeq } from '../backup/tagged-seq.ts';
import { openConnections } from '../database/connections.ts';
import { openDatabase } from '../database/database.ts';
import { applySchema } from '../database/schema.ts';
import type { Executor } from '../database/writer.ts';
import { Doorbell } from '../log/doorbell.ts';
import { KeptCheckpoint } from '../log/kept-checkpoint.ts';
import { existingSigningKey } from '../log/signing-key.ts';

export interface RestoreRequest extends Pick<RestoreOptions, 'signal' | 'onProgress'> {
  /** The last change that is wanted, by its seq or by a tag of the backup; undefined for all of them. */
  readonly to: number | string | undefined;
  /** The settings file; undefined for `setting.ini`, if there is one. */
  readonly settings: string | undefined;
  readonly path: string;
}

const statementTimeoutMs = 600_000;

/**
 * `rowcast restore`: builds a ledger from a backup in the empty database of the settings, on which no server may run.
 * @throws DamagedError, BackupError, SettingsError, EmbeddedPostgresError or errors of the file system and pg's
 */
export async function restoreBackup({ settings: path, path: source, ...request }: RestoreRequest): Promise<Restored> {
  const settings = await loadSettings(path === undefined ? {} : { path });
  const reading = await readBackup(source, request.signal);
  if (reading === undefined) throw new BackupError(`${source} is no backup: it was not made by rowcast backup`);
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const connections = await openConnections(settings, log);
  try {
    const { schema, owner, server } = connections;
    const doorbell = new Doorbell({ schema, connection: server, log });
    const parts = { ...connections, connection: server, poolConnections: 1, statementTimeoutMs, log };
    const database = openDatabase(parts);
    const beforeCommit = (executor: Executor): Promise<void> => demandAlone(executor, { schema, doorbell });
    try {
      const to = typeof request.to === 'string' ? await taggedSeq(source, request.to, request.signal) : request.to;
      await beforeCommit(database);
      await applySchema(owner, { schema, serverRole: server.user });
      const restored = await restore({ ...request, to, database, doorbell, reading, beforeCommit });
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

/**
 * A server that runs on this ledger would go on in the life that it has started with. It is known by its doorbell, or by
 * what it has locked while it starts. What listens is told to who has the same role, and is taken for this ledger's
 * otherwise.
 * @throws BackupError
 */
async function demandAlone(
  executor: Executor,
  { schema, doorbell }: { readonly schema: string; readonly doorbell: Doorbell },
): Promise<void> {
  const { rows } = await sql<{ isThere: boolean }>`
    SELECT EXISTS (
      SELECT FROM pg_stat_activity AS other
      WHERE other.datname = current_database() AND other.pid <> pg_backend_pid() AND (
        (other.application_name = 'rowcast doorbell'
          AND (other.query NOT LIKE 'LISTEN %' OR other.query = ${doorbell.listening}))
        OR (other.application_name = 'rowcast' AND EXISTS (
          SELECT FROM pg_locks
          JOIN pg_database ON pg_database.oid = pg_locks.database AND pg_database.datname = current_database()
          JOIN pg_class ON pg_class.oid = pg_locks.relation
          JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
          WHERE pg_locks.pid = other.pid AND pg_namespace.nspname = ${schema}
        ))
      )
    ) AS "isThere"`.execute(executor);
  if (rows[0]?.isThere === true) {
    throw new BackupError('a server is running on this database: stop it, then restore');
  }
}
