import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { CheckpointSigner, originOf } from '../proof/checkpoint.ts';
import { Hmac } from '../proof/hmac.ts';
import type { Settings } from '../settings/load.ts';
import { packageRoot } from '../settings/package-root.ts';
import { type Auth, openAuth } from './auth/auth.ts';
import { type FirstAdministrator, firstAdministrator } from './auth/first-administrator.ts';
import { applyAdministrators, countAdministrators } from './auth/settings-administrators.ts';
import { Committer } from './commands/committer.ts';
import { Staging } from './commands/large/staging.ts';
import { RecentRows } from './commands/recent-rows.ts';
import { type ConnectionStrings, connectionStrings, leaveConnection } from './connection-strings.ts';
import { type Connections, openConnections } from './database/connections.ts';
import { type Database, openDatabase } from './database/database.ts';
import { checkSafety } from './database/safety.ts';
import { applySchema } from './database/schema.ts';
import { Writer } from './database/writer.ts';
import { Dispatch } from './dispatch.ts';
import { Publisher } from './feed/publisher.ts';
import { curveKeys } from './keys/curve-key.ts';
import { derivedKey } from './keys/derived-key.ts';
import { buildTree } from './log/build-tree.ts';
import { Checkpoints } from './log/checkpoints.ts';
import { Doorbell } from './log/doorbell.ts';
import { beginNewEpoch } from './log/head.ts';
import { KeptCheckpoint } from './log/kept-checkpoint.ts';
import { readTailStart } from './log/read.ts';
import { checkEnd } from './log/self-check.ts';
import { setTag } from './log/set-tag.ts';
import { signingKey } from './log/signing-key.ts';
import { LogTail } from './log/tail.ts';
import { type Fault, refusalOf, TamperedLogError } from './log/tampered.ts';
import { OpenTile } from './log/tree.ts';
import { Watchdog } from './log/watchdog.ts';
import { TableCache } from './projections/table-cache.ts';
import { Queries } from './queries/answer-query.ts';
import { CommandSocket } from './transport/command-socket.ts';
import type { ConnectionCounters } from './transport/connection-count.ts';
import { FeedSocket } from './transport/feed-socket.ts';
import { connectionsWithin, descriptorsFor, fileDescriptorsMax } from './transport/file-descriptors.ts';
import { Gate } from './transport/gate.ts';

export interface ServerOptions {
  readonly settings: Settings;
  /** Begins a new life of the ledger: an older state of the database was put back on purpose. */
  readonly beginEpoch?: boolean | undefined;
  readonly log: Logger;
}

/** A server that answers. */
export interface RunningServer {
  /** What clients connect with. */
  readonly connection: ConnectionStrings;
  /** Which PostgreSQL it works on, for people. */
  readonly database: string;
  /** The password of the administrator `admin`, when it was made at this start. */
  readonly firstPassword: string | undefined;
  /** Accounts that may change things. */
  readonly administrators: number;
  /** Answers what was taken, closes the sockets, and stops the embedded PostgreSQL. */
  readonly stop: () => Promise<void>;
}

/** Bytes of entries or rows in one reply: a page that a client parses in a few milliseconds. */
const pageBytesMax = 2_097_152;
/** Of those to the database, what queries leave: sessions are looked up over them, and the log is followed. */
const otherConnections = 2;

/**
 * Builds a server from its parts and starts it; this is the one place that knows all of them.
 * @throws SettingsError, EmbeddedPostgresError, UnsafeDatabaseError or pg's errors, each of which says what to do
 */
export async function startServer({ settings, beginEpoch, log }: ServerOptions): Promise<RunningServer> {
  const connections = await openConnections(settings, log);
  const stops: (() => Promise<void>)[] = [connections.stop];
  const stop = (): Promise<void> => stopAll(stops);
  try {
    return await startOn(connections, { settings, beginEpoch, log, stops, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Starting extends ServerOptions {
  /** What to stop, in order of starting; they are stopped from the last to the first. */
  readonly stops: (() => Promise<void>)[];
  readonly stop: () => Promise<void>;
}

async function startOn(
  connections: Connections,
  { settings, beginEpoch, log, stops, stop }: Starting,
): Promise<RunningServer> {
  const { schema } = connections;
  await applySchema(connections.owner, { schema, serverRole: connections.server.user });
  const databaseOptions = { ...connections, connection: connections.server, log };
  const reading = openDatabase(databaseOptions);
  stops.push(() => reading.destroy());
  // A connection of its own: queries, however many, never stand between a command and its commit.
  const writer = new Writer(databaseOptions);
  stops.push(() => writer.stop());
  await checkSafety(reading);
  const { administrators, password } = await knownAdministrators(settings, reading);

  if (beginEpoch) log.warn(`the ledger begins a new life: epoch ${await beginNewEpoch(reading)}`);
  const built = await buildTree(reading);
  if (built > 0) log.info(`built the tree over a log of ${built} changes from before there was one`);
  // First of all: a head that does not fit its log cannot be worked on.
  await refuseTampered(checkEnd(reading));
  const start = await readTailStart(reading);
  const key = await signingKey(settings.server.keys);
  const signer = new CheckpointSigner(key, originOf(start.epoch));
  const checkpoints = new Checkpoints(signer, start.frontier);
  const applied = await applyAdministrators(reading, administrators);
  if (applied.length > 0) log.info(`administrators of the settings that are new or changed: ${applied.join(', ')}`);
  const auth = openAuth({
    database: reading,
    signingKey: key,
    settings: settings.server,
    onSessionEnded: () => void feedSocket.look(),
    log,
  });
  stops.push(() => auth.stop());
  const keys = settings.server.encryption === 'curve' ? await curveKeys(settings.server.keys) : undefined;
  const gate = new Gate(keys, (error) => log.warn({ err: error }, 'nobody could say who may come in'));
  const limits = {
    connectionsMax: await possibleConnections(settings, log),
    handshakeMs: settings.server.handshakeMs,
    warn: (message: string) => log.warn(message),
  };
  const feedSocket: FeedSocket = new FeedSocket({
    ...limits,
    address: settings.server.feed,
    gate,
    admission: settings.server.viewers === 'anyone' ? undefined : auth.feedKeys,
    highWaterMark: settings.server.feedHighWaterMarkMessages,
    topicBytesMax: settings.server.feedTopicBytesMax,
    onJoin: () => publisher.join(),
  });
  // Also sockets that were never opened have to be closed, or the process does not end.
  stops.push(() => gate.stop());
  stops.push(() => feedSocket.stop());
  const publisher: Publisher = new Publisher({
    ...start,
    outlet: feedSocket,
    checkpoints,
    messageBytesMax: settings.server.feedMessageBytesMax,
  });
  const tail = new LogTail({
    database: reading,
    position: start.seq,
    onChanges: (changes) => publisher.publish(changes),
    onPart: (changes) => publisher.publishPart(changes),
    groupBytesMax: settings.server.feedMessageBytesMax,
    log,
  });
  const doorbell = new Doorbell({ schema, connection: connections.server, log });
  const committer = new Committer({
    writer,
    tables: new TableCache(),
    recentRows: new RecentRows(),
    openTile: new OpenTile(),
    doorbell,
    queueCommandsMax: settings.server.queueCommandsMax,
    groupCommandsMax: settings.server.groupCommandsMax,
    pageBytesMax,
    onCommitted: (changes) => tail.offer(changes),
    onAppended: () => tail.wake(),
    log,
  });

  const watchdog = new Watchdog({
    database: reading,
    checkpoints,
    kept: new KeptCheckpoint(settings.server.keys),
    isNewLife: beginEpoch === true,
    startChangesMax: settings.server.selfCheckStartChangesMax,
    changesPerSecond: settings.server.selfCheckChangesPerSecond,
    onFault: (fault) => {
      log.fatal(fault, 'the log is not what it was: nothing is written any more');
      committer.halt(refusalOf(fault));
      publisher.declare(fault);
    },
    log,
  });
  await refuseTampered(watchdog.checkAtStart());

  const queries: Queries = new Queries({
    database: reading,
    checkpoints,
    pageRowsMax: settings.server.pageRowsMax,
    pageBytesMax,
    inFlightMax: settings.server.queriesInFlightMax,
    atOnce: Math.max(1, connections.poolConnections - otherConnections),
    isBehind: (peer) => commandSocket.isBehind(peer),
    status: {
      server: 'rowcast',
      version: await packageVersion(),
      started: new Date(),
      feed: settings.server.feed,
      limits: {
        requestBytesMax: settings.server.requestBytesMax,
        changesPerCommandMax: settings.server.changesPerCommandMax,
        stagedBytesPerUserMax: settings.server.stagedBytesPerUserMax,
        pageRowsMax: settings.server.pageRowsMax,
        pageBytesMax,
        feedMessageBytesMax: settings.server.feedMessageBytesMax,
      },
      counters: () => counters({ auth, committer, queries, publisher, feedSocket, commandSocket, dispatch }),
    },
  });
  const staging = new Staging({ database: reading, bytesPerUserMax: settings.server.stagedBytesPerUserMax, log });
  const dispatch: Dispatch = new Dispatch({
    handlers: {
      command: (submitted) => committer.submit(submitted),
      query: (query, { peer }) => queries.answer(query, peer),
      staging: async (request, caller) => {
        committer.refuseHalted();
        return await staging.answer(request, caller);
      },
      tag: async (request, tagging) => {
        committer.refuseHalted();
        return await setTag(reading, request, tagging);
      },
      ...auth.handlers,
    },
    ...auth.identification,
    viewers: settings.server.viewers,
    requestsPerSessionMax: settings.server.requestsPerSessionMax,
    commandKey: new Hmac(derivedKey(key, 'command')),
    changesPerCommandMax: settings.server.changesPerCommandMax,
    requestBytesMax: settings.server.requestBytesMax,
    log,
  });
  const commandSocket: CommandSocket = new CommandSocket({
    ...limits,
    address: settings.server.commands,
    gate,
    requestBytesMax: settings.server.requestBytesMax,
    requestsPerPeerMax: settings.server.requestsPerPeerMax,
    unreadBytesPerPeerMax: settings.server.unreadBytesPerPeerMax,
    // A reply has a page at most, and more than its bytes for what is around it.
    repliesInWorkBytesMax: 2 * connections.poolConnections * pageBytesMax,
    handler: dispatch,
  });

  stops.push(() => commandSocket.stop());
  await gate.run();
  await feedSocket.run(() => publisher.welcome);
  publisher.run();
  stops.push(async () => publisher.stop());
  tail.run();
  stops.push(() => tail.stop());
  await doorbell.run(() => tail.wake());
  stops.push(() => doorbell.stop());
  staging.run();
  stops.push(() => staging.stop());
  watchdog.run();
  stops.push(() => watchdog.stop());
  // Stopped in the other order: commands that were taken are answered, then the socket goes.
  stops.push(() => commandSocket.stop());
  stops.push(() => committer.drain());
  await commandSocket.run();
  const connection = connectionStrings(settings.server, keys?.publicKey);
  await leaveConnection(settings.server.keys, connection.here);
  return {
    connection,
    database: describeDatabase(connections, settings),
    firstPassword: password,
    administrators: await countAdministrators(reading),
    stop,
  };
}

async function refuseTampered(checking: Promise<Fault | undefined>): Promise<void> {
  const fault = await checking;
  if (fault !== undefined) throw new TamperedLogError(fault);
}

async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
}

/** Those of the settings; an embedded ledger without any makes its first. */
async function knownAdministrators(
  { administrators, database, embedded }: Settings,
  reading: Database,
): Promise<FirstAdministrator> {
  if (administrators.size > 0 || database !== undefined) return { administrators };
  return await firstAdministrator(embedded.folder, reading);
}

interface Counted {
  readonly auth: Auth;
  readonly committer: Committer;
  readonly queries: Queries;
  readonly publisher: Publisher;
  readonly feedSocket: FeedSocket;
  readonly commandSocket: CommandSocket;
  readonly dispatch: Dispatch;
}

/** What server.status counts, since the start. */
function counters({
  auth,
  committer,
  queries,
  publisher,
  feedSocket,
  commandSocket,
  dispatch,
}: Counted): Record<string, number> {
  return {
    requests: commandSocket.counters.requests,
    malformed: commandSocket.counters.malformed,
    requestsPeerBusy: commandSocket.counters.peerBusy,
    requestsPeerBehind: commandSocket.counters.peerBehind,
    ...named('command', commandSocket.connections),
    ...named('feed', feedSocket.connections),
    feedReopened: feedSocket.counters.reopened,
    feedFlooded: feedSocket.counters.flooded,
    feedTopicBytes: feedSocket.counters.topicBytes,
    repliesDropped: commandSocket.repliesDropped,
    repliesUnreadBytes: commandSocket.unreadBytes,
    ...dispatch.counters,
    ...auth.counters(),
    ...committer.counters,
    queries: queries.counters.queries,
    queriesBusy: queries.counters.busy,
    feedMessages: publisher.counters.messages,
    feedChanges: publisher.counters.changes,
    feedDropped: feedSocket.counters.dropped,
    memoryBytes: process.memoryUsage.rss(),
  };
}

/** `connections` of the feed's socket to `feedConnections`. */
function named(socket: string, counts: ConnectionCounters): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [`${socket}${name.charAt(0).toUpperCase()}${name.slice(1)}`, count]),
  );
}

/** The connections of the settings, or as many as this process can have. */
async function possibleConnections({ server }: Settings, log: Logger): Promise<number> {
  const descriptors = await fileDescriptorsMax();
  const possible = connectionsWithin(server.connectionsMax, descriptors);
  if (possible < server.connectionsMax) {
    log.warn(
      `each socket takes ${possible} connections instead of ${server.connectionsMax} (connections_max), as this process ` +
        `may open only ${descriptors} files; ulimit -n ${descriptorsFor(server.connectionsMax)} ahead of the start raises that`,
    );
  }
  return possible;
}

function describeDatabase({ server, schema }: Connections, { database, embedded }: Settings): string {
  if (database === undefined) return `embedded PostgreSQL in ${embedded.folder}`;
  return `PostgreSQL at ${server.host}:${server.port}, database ${server.database}, schema ${schema}`;
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('package.json', packageRoot), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
