import { sql } from 'kysely';
import type { QueryAnswer, QueryContext } from './context.ts';

/** What the server knows of itself. */
export interface StatusSource {
  /** Name of the server's kind and its version. */
  readonly server: string;
  readonly version: string;
  readonly started: Date;
  /** Where the feed is bound. */
  readonly feed: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly counters: () => Readonly<Record<string, number>>;
}

/** The server and the ledger in one look. */
export async function serverStatus({ database }: QueryContext, source: StatusSource): Promise<QueryAnswer> {
  const { rows } = await sql<{ epoch: string; seq: number; tables: number; database: string }>`
    SELECT epoch, seq, (SELECT count(*) FROM table_projection WHERE dropped IS NULL) AS tables,
           'PostgreSQL ' || current_setting('server_version') AS database
    FROM head`.execute(database);
  const { counters, started, ...known } = source;
  return { body: { ...rows[0], ...known, started: started.toISOString(), counters: counters() } };
}
