import { z } from 'zod';
import * as value from './values.ts';
import { doorProblem } from './web.ts';

/** What `setting.ini.example` says about a key. `fallback` is the text that stands for a missing line. */
type KeyNote = { readonly meaning: string; readonly fallback?: string };

export const notes = z.registry<KeyNote>();

function noted<Schema extends z.ZodType>(schema: Schema, note: KeyNote): Schema {
  notes.add(schema, note);
  return schema;
}

/** A key with a default, given as the text that one would write. */
function withDefault<Schema extends z.ZodType<unknown, string>>(schema: Schema, fallback: string, meaning: string) {
  // zod cannot see that the input of a generic string schema is a string; `prefault` parses the default like a line.
  return noted(schema.prefault(fallback as z.input<Schema>), { meaning, fallback });
}

function withoutDefault<Schema extends z.ZodType<unknown, string>>(schema: Schema, meaning: string) {
  return noted(schema.optional(), { meaning });
}

function required<Schema extends z.ZodType<unknown, string>>(schema: Schema, meaning: string) {
  return noted(schema, { meaning });
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const serverSection = z.object({
  commands: withDefault(
    value.listenAddress('tcp://127.0.0.1:5555'),
    'tcp://127.0.0.1:5555',
    'where the server takes commands and queries: tcp and a numeric address, or ipc:// and a path',
  ),
  feed: withDefault(
    value.listenAddress('tcp://127.0.0.1:5556'),
    'tcp://127.0.0.1:5556',
    'where the server publishes changes',
  ),
  keys: withDefault(
    value.text('./data/keys'),
    './data/keys',
    "folder of the server's keys, made at its first start; relative to this file",
  ),
  encryption: withDefault(
    value.oneOf(['curve', 'off']),
    'curve',
    'curve, or off: plain sockets, which are taken on this machine only',
  ),
  viewers: withDefault(
    value.oneOf(['anyone', 'login']),
    'anyone',
    'who may read: anyone, or login: only who has an account',
  ),
  logLevel: withDefault(value.oneOf(LOG_LEVELS), 'info', `how much is logged: ${LOG_LEVELS.join(', ')}`),
  sessionHours: withDefault(
    value.integer({ min: 1, max: 8760, unit: 'hours' }),
    '12',
    'hours after which everyone logs in again',
  ),
  sessionIdleMinutes: withDefault(
    value.integer({ min: 1, max: 525_600, unit: 'minutes' }),
    '120',
    'minutes without a request after which a session ends',
  ),
  connectionsMax: withDefault(
    value.integer({ min: 1, max: 1_000_000 }),
    '5000',
    'connections of one socket; the next one is closed',
  ),
  handshakeMs: withDefault(
    value.integer({ min: 100, max: 60_000, unit: 'milliseconds' }),
    '3000',
    'milliseconds that a handshake may take before its connection is closed',
  ),
  requestsPerPeerMax: withDefault(
    value.integer({ min: 1, max: 1_000_000 }),
    '10000',
    'requests of one connection that may be in work; the next one is refused as "busy"',
  ),
  unreadBytesPerPeerMax: withDefault(
    value.integer({ min: 1_048_576, max: 1_073_741_824, unit: 'bytes' }),
    '16777216',
    'bytes of replies that wait for one connection; until it reads, what it asks is refused as "busy"',
  ),
  requestsPerSessionMax: withDefault(
    value.integer({ min: 1, max: 1_000_000 }),
    '20000',
    'requests of one session that may be in work; the next one is refused as "busy"',
  ),
  queueCommandsMax: withDefault(
    value.integer({ min: 1, max: 1_000_000 }),
    '10000',
    'commands that may wait; the next one is refused as "busy"',
  ),
  groupCommandsMax: withDefault(
    value.integer({ min: 1, max: 10_000 }),
    '256',
    'commands that are written in one transaction',
  ),
  queriesInFlightMax: withDefault(
    value.integer({ min: 1, max: 100_000 }),
    '256',
    'queries that are answered at the same time',
  ),
  requestBytesMax: withDefault(
    value.integer({ min: 1024, max: 1_073_741_824, unit: 'bytes' }),
    '16777216',
    'bytes of one request',
  ),
  changesPerCommandMax: withDefault(
    value.integer({ min: 1, max: 10_000_000 }),
    '100000',
    'changes that one command may make',
  ),
  stagedBytesPerUserMax: withDefault(
    value.integer({ min: 1024, max: 1_099_511_627_776, unit: 'bytes' }),
    '1073741824',
    'bytes of commands that one account may have laid ready for large batches',
  ),
  pageRowsMax: withDefault(value.integer({ min: 1, max: 100_000 }), '1000', 'rows or changes of one page'),
  feedHighWaterMarkMessages: withDefault(
    value.integer({ min: 1, max: 10_000_000 }),
    '1000',
    'messages kept for a slow watcher; what is dropped beyond them it fetches from the log',
  ),
  feedTopicBytesMax: withDefault(
    value.integer({ min: 65_536, max: 1_073_741_824, unit: 'bytes' }),
    '1048576',
    'bytes of topics that watchers may have subscribed to in all; beyond, all are sent away and come back',
  ),
  selfCheckStartChangesMax: withDefault(
    value.integer({ min: 0, max: 1_000_000_000 }),
    '100000',
    'newest changes whose bytes are held against the tree before the server starts',
  ),
  selfCheckChangesPerSecond: withDefault(
    value.integer({ min: 0, max: 1_000_000 }),
    '2000',
    'changes a second that are checked in the background, round after round; 0: none',
  ),
  feedMessageBytesMax: withDefault(
    value.integer({ min: 1024, max: 1_073_741_824, unit: 'bytes' }),
    '1048576',
    'bytes of entries in one feed message; a larger group is announced and fetched',
  ),
});

const databaseKeys = z.object({
  host: required(
    value.text('db.example.org'),
    'your own PostgreSQL: a name, an IP address or the absolute path of a socket folder',
  ),
  port: withDefault(value.integer({ min: 1, max: 65535 }), '5432', 'its port, also part of the socket name'),
  name: required(value.text('rowcast'), 'name of the database'),
  user: required(value.text('rowcast'), 'role that the server uses; it may only append to the log'),
  password: withoutDefault(z.string(), 'password of user; absent: none is sent'),
  owner: withoutDefault(value.text('rowcast_owner'), 'role that applies schema.sql; absent: user itself'),
  ownerPassword: withoutDefault(z.string(), 'password of owner'),
  schema: withDefault(value.identifier(), 'rowcast', 'PostgreSQL schema that holds the ledger'),
  tls: withDefault(
    value.oneOf(['off', 'require', 'verify']),
    'off',
    'off, require (encrypted, the server is not verified) or verify (certificate and host name are checked)',
  ),
  tlsCa: withoutDefault(value.text('./ca.pem'), 'file with the certificates to trust; absent: those of the system'),
  poolConnections: withDefault(value.integer({ min: 2, max: 1000 }), '8', 'connections that are kept open'),
  statementTimeoutMs: withDefault(
    value.integer({ min: 100, max: 3_600_000, unit: 'milliseconds' }),
    '30000',
    'milliseconds after which a statement is given up',
  ),
  namedStatements: withDefault(
    value.flag(),
    'true',
    'true or false: prepared statements are kept by name; false for pgbouncer before 1.21',
  ),
});

/** The owner is the user itself unless it is named. */
export const databaseSection = databaseKeys
  .superRefine((database, context) => {
    const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (database.ownerPassword !== undefined && database.owner === undefined) {
      refuse('ownerPassword', 'has no owner; write "owner = ROLE" too, or remove this line');
    }
    if (database.tlsCa !== undefined && database.tls !== 'verify') {
      refuse('tlsCa', 'has no effect here; write "tls = verify" too, or remove this line');
    }
    if (database.tls !== 'off' && database.host.startsWith('/')) {
      refuse('tls', 'a socket of this machine has no TLS; write "tls = off"');
    }
  })
  .transform(({ owner, ownerPassword, ...rest }) => ({
    ...rest,
    owner: owner ?? rest.user,
    ownerPassword: owner === undefined ? rest.password : ownerPassword,
  }));

export const administratorsSection = z.map(value.administratorName(), value.passwordHash());

export const clientSection = z.object({
  server: withoutDefault(
    value.serverAddresses(),
    'servers to try in turn, separated by commas; absent: the one that has its keys here',
  ),
  timeoutMs: withDefault(
    value.integer({ min: 10, max: 3_600_000, unit: 'milliseconds' }),
    '10000',
    'milliseconds that one attempt of a request may take',
  ),
});

const webKeys = z.object({
  listen: withoutDefault(
    value.webAddress(),
    'where the page is served; absent: on 127.0.0.1, at port 8080 or the next one that is free',
  ),
  door: withDefault(
    value.oneOf(['private', 'public']),
    'private',
    'private: for one person on this machine; or public: for everybody who reaches it, to read only',
  ),
  names: withDefault(
    value.origins(),
    '',
    'what the addresses of browsers begin with that come over a proxy or by name, separated by commas',
  ),
  viewersMax: withDefault(
    value.integer({ min: 1, max: 1_000_000 }),
    '1000',
    'pages and other readers that may follow the feed; the next one is refused',
  ),
  idleMinutes: withDefault(
    value.integer({ min: 1, max: 10_080, unit: 'minutes' }),
    '30',
    'minutes without a sign of the person after which a login on the page ends',
  ),
});

/** A door for one person is not opened to the network. */
export const webSection = webKeys.superRefine(({ listen, door }, context) => {
  const problem = listen && doorProblem(listen.host, door);
  if (problem !== undefined) context.addIssue({ code: 'custom', path: ['listen'], message: problem });
});

export const embeddedSection = z.object({
  folder: withDefault(
    value.text('./data'),
    './data',
    'folder of the data, used without a [database]; relative to this file',
  ),
  binFolder: withDefault(z.string(), '', 'folder with postgres and initdb; empty: the PostgreSQL that npm installed'),
});

/** Sections with fixed keys, in the order of `setting.ini.example`; `[administrators]` has names for keys. */
export const shapes = {
  server: serverSection.shape,
  database: databaseKeys.shape,
  client: clientSection.shape,
  web: webKeys.shape,
  embedded: embeddedSection.shape,
} as const;

export const SECTION_NAMES = ['server', 'database', 'administrators', 'client', 'web', 'embedded'] as const;

export type SectionName = (typeof SECTION_NAMES)[number];

export type ServerSettings = z.output<typeof serverSection>;
export type DatabaseSettings = z.output<typeof databaseSection>;
/** `servers` is undefined when none is named. */
export type ClientSettings = { readonly servers: readonly string[] | undefined; readonly timeoutMs: number };
export type WebSettings = z.output<typeof webSection>;
/** Absolute paths; `binFolder` is undefined for the PostgreSQL that npm installed. */
export type EmbeddedSettings = { readonly folder: string; readonly binFolder: string | undefined };

export type Settings = {
  readonly server: ServerSettings;
  /** The user's own PostgreSQL; undefined means the embedded one. */
  readonly database: DatabaseSettings | undefined;
  /** Name to password hash. */
  readonly administrators: ReadonlyMap<string, string>;
  readonly client: ClientSettings;
  readonly web: WebSettings;
  readonly embedded: EmbeddedSettings;
};
