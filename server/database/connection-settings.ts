/** How to reach one database as one role; plain `pg` configuration. `host` may be the folder of a unix socket. */
export type ConnectionSettings = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
};
