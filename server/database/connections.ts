import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import type { Settings } from '../../settings/load.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { joinEmbedded } from './embedded/join.ts';
import type { Log } from './embedded/log.ts';
import { startEmbedded } from './embedded/start.ts';

/** The PostgreSQL that a server works on: the user's own, or the embedded one that was started for it. */
export interface Connections {
  /** Applies schema.sql. */
  readonly owner: ConnectionSettings;
  /** What the server works as. */
  readonly server: ConnectionSettings;
  readonly schema: string;
  readonly poolConnections: number;
  readonly statementTimeoutMs: number;
  readonly namedStatements: boolean;
  /** Stops what was started; nothing for the user's own. */
  readonly stop: () => Promise<void>;
}

const embeddedDefaults = { schema: 'rowcast', poolConnections: 8, statementTimeoutMs: 30_000, namedStatements: true };

/** Finds the PostgreSQL that the settings name, or starts the embedded one. */
export async function openConnections(settings: Settings, log: Log): Promise<Connections> {
  if (settings.database !== undefined) return await ownConnections(settings.database);
  const { folder, binFolder } = settings.embedded;
  const embedded = await startEmbedded({ folder, binFolder, log });
  const { owner, server } = embedded;
  return { owner, server, ...embeddedDefaults, stop: () => embedded.stop() };
}

/**
 * The same for a program beside the server, which may be running: its PostgreSQL is joined and left running.
 * @throws EmbeddedPostgresError when there is no ledger
 */
export async function joinConnections(settings: Settings, log: Log): Promise<Connections> {
  if (settings.database !== undefined) return await ownConnections(settings.database);
  const { owner, server, stop } = await joinEmbedded({ ...settings.embedded, log });
  return { owner, server, ...embeddedDefaults, stop };
}

async function ownConnections(database: NonNullable<Settings['database']>): Promise<Connections> {
  const { host, port, name, schema, poolConnections, statementTimeoutMs, namedStatements } = database;
  const ssl = await tlsOptions(database);
  const common = { host, port, database: name, ...(ssl === undefined ? {} : { ssl }) };
  return {
    owner: { ...common, user: database.owner, ...withPassword(database.ownerPassword) },
    server: { ...common, user: database.user, ...withPassword(database.password) },
    schema,
    poolConnections,
    statementTimeoutMs,
    namedStatements,
    stop: () => Promise.resolve(),
  };
}

function withPassword(password: string | undefined): { password?: string } {
  return password === undefined ? {} : { password };
}

async function tlsOptions({ tls, tlsCa }: NonNullable<Settings['database']>): Promise<ConnectionOptions | undefined> {
  if (tls === 'off') return undefined;
  if (tls === 'require') return { rejectUnauthorized: false };
  return tlsCa === undefined
    ? { rejectUnauthorized: true }
    : { rejectUnauthorized: true, ca: await readFile(tlsCa, 'utf8') };
}
