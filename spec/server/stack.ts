import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { nanoid } from 'nanoid';
import { expect } from 'vitest';
import { ClientSession } from '../../client/session.ts';
import { CheckpointSigner, originOf } from '../../proof/checkpoint.ts';
import { Frontier } from '../../proof/frontier.ts';
import { Hmac } from '../../proof/hmac.ts';
import type { Command } from '../../protocol/commands.ts';
import type { Entry } from '../../protocol/entry.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { Query } from '../../protocol/queries.ts';
import { openAuth } from '../../server/auth/auth.ts';
import type { Proofs } from '../../server/auth/proofs.ts';
import type { Viewers } from '../../server/auth/rights.ts';
import type { Sessions } from '../../server/auth/sessions.ts';
import { applyAdministrators } from '../../server/auth/settings-administrators.ts';
import { Committer, type CommitterOptions } from '../../server/commands/committer.ts';
import { Staging } from '../../server/commands/large/staging.ts';
import { RecentRows } from '../../server/commands/recent-rows.ts';
import { type Answer, submission } from '../../server/commands/submission.ts';
import type { Database } from '../../server/database/database.ts';
import { Writer } from '../../server/database/writer.ts';
import { Dispatch } from '../../server/dispatch.ts';
import { Checkpoints } from '../../server/log/checkpoints.ts';
import { Doorbell } from '../../server/log/doorbell.ts';
import type { Change } from '../../server/log/record.ts';
import { setTag } from '../../server/log/set-tag.ts';
import { OpenTile } from '../../server/log/tree.ts';
import { TableCache } from '../../server/projections/table-cache.ts';
import { Queries } from '../../server/queries/answer-query.ts';
import { silentLog, type TestLedger } from '../support/ledger.ts';
import { administrator } from '../support/server.ts';

/** The parts of a server between its sockets and a real ledger, put together as server/main.ts does. */
export interface Stack {
  readonly committer: Committer;
  readonly queries: Queries;
  readonly staging: Staging;
  readonly sessions: Sessions;
  readonly proofs: Proofs;
  readonly dispatch: Dispatch;
  readonly doorbell: Doorbell;
  /** What was handed to the tail, in order. */
  readonly committed: Change[];
  readonly writer: Writer;
  readonly reading: Database;
  /** Logs in, as `ada` unless another name with her password is given. */
  login(user?: string): Promise<ClientSession>;
  /** Submits a command as `ada`, under an id of its own unless one is given. */
  submit(command: Command, id?: string): Promise<Answer>;
  /** The same, of a command that must be granted: its reply. */
  done(command: Command, id?: string): Promise<Reply>;
  /** The same, of a command that must be refused: why. */
  refused(command: Command, id?: string): Promise<ErrorBody>;
  ask<Body>(query: Query): Promise<Body>;
  lines(query: Query): Promise<readonly string[]>;
  /** The whole log behind a seq, as `log.read` gives it. */
  log(after?: number): Promise<Entry[]>;
  /** Answers what was taken and closes the writing connection; the pools go with the ledger. */
  stop(): Promise<void>;
}

export interface Reply {
  readonly epoch: string;
  readonly seq: number;
  readonly key?: string;
  readonly version?: number;
  readonly changed: boolean;
  readonly changes?: number;
  readonly results?: readonly { readonly key?: string; readonly seq: number }[];
}

export interface StackOptions
  extends Partial<Pick<CommitterOptions, 'queueCommandsMax' | 'groupCommandsMax' | 'onCommitted' | 'onAppended'>> {
  readonly pageRowsMax?: number;
  readonly pageBytesMax?: number;
  readonly viewers?: Viewers;
  readonly sessionIdleMinutes?: number;
  readonly requestsPerSessionMax?: number;
  readonly stagedBytesPerUserMax?: number;
  readonly statementTimeoutMs?: number;
}

export function createStack(ledger: TestLedger, options: StackOptions = {}): Stack {
  const writer = openWriter(ledger, options.statementTimeoutMs);
  const reading = ledger.open(4);
  const committed: Change[] = [];
  const doorbell = new Doorbell({ schema: 'rowcast', connection: ledger.server, log: silentLog });
  const committer = new Committer({
    writer,
    tables: new TableCache(),
    recentRows: new RecentRows(),
    openTile: new OpenTile(),
    doorbell,
    queueCommandsMax: options.queueCommandsMax ?? 10_000,
    groupCommandsMax: options.groupCommandsMax ?? 500,
    pageBytesMax: options.pageBytesMax ?? 2_097_152,
    onCommitted: (changes) => {
      committed.push(...changes);
      options.onCommitted?.(changes);
    },
    onAppended: () => options.onAppended?.(),
    log: silentLog,
  });
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const checkpoints = new Checkpoints(new CheckpointSigner(signingKey, originOf('a-stack')), new Frontier());
  const queries = new Queries({
    database: reading,
    checkpoints,
    pageRowsMax: options.pageRowsMax ?? 1_000,
    pageBytesMax: options.pageBytesMax ?? 2_097_152,
    inFlightMax: 64,
    atOnce: 8,
    isBehind: () => false,
    status: {
      server: 'rowcast',
      version: packageVersion,
      started: new Date(0),
      feed: 'tcp://127.0.0.1:5556',
      limits: statusLimits,
      counters: () => ({ ...committer.counters }),
    },
  });
  const administrators = new Map([[administrator.name, cheapHash]]);
  const auth = openAuth({
    database: reading,
    signingKey,
    settings: { sessionHours: 1, sessionIdleMinutes: options.sessionIdleMinutes ?? 60 },
    log: silentLog,
  });
  const { sessions, proofs } = auth.identification;
  const bytesPerUserMax = options.stagedBytesPerUserMax ?? 100_000_000;
  const staging = new Staging({ database: reading, bytesPerUserMax, log: silentLog });
  const dispatch = new Dispatch({
    handlers: {
      command: (submitted) => committer.submit(submitted),
      query: (query, { peer }) => queries.answer(query, peer),
      staging: async (request, caller) => {
        committer.refuseHalted();
        return await staging.answer(request, caller);
      },
      tag: async (request, caller) => {
        committer.refuseHalted();
        return await setTag(reading, request, caller);
      },
      ...auth.handlers,
    },
    ...auth.identification,
    viewers: options.viewers ?? 'anyone',
    requestsPerSessionMax: options.requestsPerSessionMax ?? 10_000,
    commandKey,
    changesPerCommandMax: statusLimits.changesPerCommandMax,
    requestBytesMax: statusLimits.requestBytesMax,
    log: silentLog,
  });
  const lines = async (query: Query): Promise<readonly string[]> =>
    (await queries.answer(query)).lines?.split('\n') ?? [];
  const submit = (command: Command, id = nanoid()): Promise<Answer> =>
    committer.submit(submission(id, administrator.name, command, commandKey));
  return {
    ...{ committer, queries, staging, sessions, proofs, dispatch, doorbell, committed, writer, reading, submit },
    async login(user = administrator.name): Promise<ClientSession> {
      await applyAdministrators(reading, administrators);
      const request = { v: 1, id: nanoid(), type: 'session.login', user, password: administrator.password };
      const [frame = ''] = await dispatch.handle(Buffer.from(JSON.stringify(request)), nanoid());
      const reply = JSON.parse(frame) as { ok: boolean; session: string; secret: string; nonce: string };
      if (!reply.ok) expect.fail(frame);
      return new ClientSession(reply);
    },
    async done(command, id): Promise<Reply> {
      return granted(await submit(command, id));
    },
    async refused(command, id): Promise<ErrorBody> {
      return refusalOf(await submit(command, id));
    },
    async ask<Body>(query: Query): Promise<Body> {
      const { body } = await queries.answer(query);
      return (typeof body === 'string' ? JSON.parse(body) : body) as Body;
    },
    lines,
    async log(after = 0): Promise<Entry[]> {
      const entries: Entry[] = [];
      for (;;) {
        const page = await lines({ type: 'log.read', after: after + entries.length });
        if (page.length === 1) return entries;
        for (const line of page.slice(0, -1)) entries.push(JSON.parse(line) as Entry);
      }
    },
    async stop(): Promise<void> {
      await auth.stop();
      await committer.drain();
      await writer.stop();
    },
  };
}

export const commandKey = new Hmac(Buffer.alloc(32, 7));

/** The writing connection of a server. */
export function openWriter(ledger: TestLedger, statementTimeoutMs = 30_000): Writer {
  return new Writer({
    connection: ledger.server,
    schema: 'rowcast',
    poolConnections: 1,
    statementTimeoutMs,
    namedStatements: true,
    log: silentLog,
  });
}

export function granted(answer: Answer | undefined): Reply {
  if (answer === undefined || 'error' in answer) expect.fail(`refused: ${JSON.stringify(answer?.error, null, 1)}`);
  return JSON.parse(answer.body) as Reply;
}

export function refusalOf(answer: Answer | undefined): ErrorBody {
  if (answer === undefined || !('error' in answer)) expect.fail(`granted: ${answer?.body}`);
  return answer.error;
}

const statusLimits = {
  requestBytesMax: 1_048_576,
  changesPerCommandMax: 100,
  pageRowsMax: 1_000,
  pageBytesMax: 2_097_152,
  feedMessageBytesMax: 1_048_576,
};

/** Hash of the test administrator's password by parameters that take a millisecond. */
export const cheapHash = 'scrypt$1024$8$1$AAAAAAAAAAAAAAAAAAAAAA$AsWvwMY_76m6UtetkFvlJIEPTCAm8Pu2vkYrRktx10s';

const packageVersion = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** P3: seq is 1, 2, 3 …, the head stands on the last, and every group is whole and of one command. */
export async function expectWholeLog(ledger: TestLedger): Promise<void> {
  const [found] = await ledger.query<Record<string, string>>(`
    SELECT h.seq AS head, count(c.seq) AS count, coalesce(min(c.seq), 1) AS first, coalesce(max(c.seq), 0) AS last,
           count(*) FILTER (WHERE (c.entry::json ->> 'seq')::bigint <> c.seq) AS misnumbered,
           count(DISTINCT c.entry::json ->> 'command') AS commands, count(DISTINCT c.group_last) AS groups
    FROM head h LEFT JOIN change c ON true GROUP BY h.seq`);
  expect(found).toMatchObject({ head: found?.count, first: '1', last: found?.count, misnumbered: '0' });
  expect(found?.commands).toBe(found?.groups);
}

/** Makes the table `t`: a key, a rule, a unique and a sealed column. */
export async function createRuledTable(stack: Stack): Promise<void> {
  await stack.done({
    type: 'table.create',
    name: 't',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'integer', min: 0 },
      { name: 'badge', type: 'integer', unique: true },
      { name: 'secret', type: 'text', sealed: true },
    ],
  });
}
