import { join } from 'node:path';

/** Where things stand in the data folder. */
export type Layout = {
  readonly folder: string;
  /** PostgreSQL's data directory. */
  readonly cluster: string;
  readonly socket: string;
  /** What the PostgreSQL server writes. */
  readonly log: string;
  /** Held by the Rowcast server that uses the folder. */
  readonly lock: string;
  /** Passwords of the roles, only where the server listens on TCP. */
  readonly passwords: string;
};

export function layoutOf(folder: string): Layout {
  return {
    folder,
    cluster: join(folder, 'postgres'),
    socket: join(folder, 'socket'),
    log: join(folder, 'postgres.log'),
    lock: join(folder, 'rowcast.lock'),
    passwords: join(folder, 'postgres.passwords'),
  };
}
