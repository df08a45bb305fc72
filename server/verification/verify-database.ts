import { sql } from 'kysely';
import type { Checkpoint } from '../../proof/checkpoint.ts';
import { toBase64 } from '../../proof/hash.ts';
import type { TableEntry } from '../../protocol/entry.ts';
import { FoldError } from '../../protocol/fold.ts';
import { utcText } from '../database/utc-text.ts';
import type { Executor } from '../database/writer.ts';
import { TableLives } from '../log/table-lives.ts';
import { checkAccounts } from './account-check.ts';
import { counted, Findings, type PartReport } from './findings.ts';
import { LogCheck, type LogRead } from './log-check.ts';
import { checkRows } from './row-check.ts';
import { SealedCheck } from './sealed-check.ts';
import { checkTables } from './table-check.ts';
import { checkTriggers } from './trigger-check.ts';
import { checkUnique } from './unique-check.ts';

/** What a server has signed and kept outside the database; or why there is nothing to hold the log against. */
export type Signed = Checkpoint | { readonly none: string } | { readonly forged: string };

export interface VerifyDatabaseOptions {
  /** One state of the database for all queries. */
  readonly executor: Executor;
  readonly signed: Signed;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly what: string; readonly done: number; readonly of?: number }) => void;
}

export interface DatabaseReport {
  readonly epoch: string;
  readonly head: number;
  /** Root of the tree over the entries, in base64; absent when they could not all be read. */
  readonly root?: string | undefined;
  /** Nothing is bad. What could not be checked at all, as nothing was signed yet, its part says. */
  readonly verified: boolean;
  readonly parts: readonly PartReport[];
  readonly tookMs: number;
}

interface KeptHead {
  readonly epoch: string;
  readonly seq: number;
  readonly at: string;
  readonly schemaSeq: number;
  readonly last: number;
}

/**
 * Holds a ledger's database against itself and against what was signed: the log against its tree and the checkpoint, and
 * everything that the log adds up to against the log. Memory is bounded by a page, and by the number of tables.
 */
export async function verifyDatabase(options: VerifyDatabaseOptions): Promise<DatabaseReport> {
  const startMs = performance.now();
  const { executor, signed, signal, onProgress } = options;
  const findings = new Findings();
  const head = await readKeptHead(executor);
  const sealed = new SealedCheck({
    executor,
    findings,
    lives: await allLives(executor),
    unkept: await readUnkept(executor),
  });
  const log = await new LogCheck({
    executor,
    head: head.seq,
    rootAt: 'size' in signed ? signed.size : undefined,
    findings,
    sealed,
    signal,
    onProgress: (seq) => onProgress({ what: 'changes', done: seq, of: head.seq }),
  }).run();
  checkHead(head, log, findings);
  checkSigned(head, signed, log, findings);
  await checkTriggers(executor, findings);
  if (log.isWhole) {
    await sealed.finish();
    await checkTables(executor, log.lives, findings);
    const onRows = (done: number): void => onProgress({ what: 'rows', done });
    await checkRows({ executor, lives: log.lives, findings, signal, onProgress: onRows });
    await checkUnique({ executor, lives: log.lives, findings, signal });
  } else {
    for (const part of ['sealed', 'tables', 'rows', 'keys'] as const) {
      findings.unchecked(part, 'not compared: the log itself is not what it was');
    }
  }
  await checkTags(executor, head, findings);
  await checkAccounts(executor, findings);
  const { reports } = findings;
  return {
    epoch: head.epoch,
    head: head.seq,
    root: log.frontier.size === head.seq ? toBase64(log.frontier.root) : undefined,
    verified: reports.every(({ state }) => state !== 'bad'),
    parts: reports,
    tookMs: Math.round(performance.now() - startMs),
  };
}

async function readKeptHead(executor: Executor): Promise<KeptHead> {
  const { rows } = await sql<KeptHead>`
    SELECT epoch, seq, ${utcText(sql`at`)} AS at, schema_seq AS "schemaSeq",
           coalesce((SELECT max(seq) FROM change), 0) AS last
    FROM head`.execute(executor);
  const [head] = rows;
  if (head === undefined) throw new Error('the ledger has no head row: schema.sql was not applied');
  return head;
}

/** What the tables are called in the end; where the log is not in order, as far as it is. */
async function allLives(executor: Executor): Promise<TableLives> {
  const lives = new TableLives();
  const { rows } = await sql<{ entry: string }>`
    SELECT entry FROM change WHERE key IS NULL ORDER BY seq`.execute(executor);
  try {
    for (const { entry } of rows) lives.apply(JSON.parse(entry) as TableEntry);
  } catch (error) {
    // The reading of the whole log will say so, with its place.
    if (!(error instanceof FoldError || error instanceof SyntaxError)) throw error;
  }
  return lives;
}

/** Commitments whose values a restore did not have: they were erased behind the point that was restored. */
async function readUnkept(executor: Executor): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ commitment: string }>`
    SELECT json_array_elements_text(details -> 'unkept') AS commitment FROM audit WHERE what = 'restored'`.execute(
    executor,
  );
  return new Set(rows.map(({ commitment }) => commitment));
}

function checkHead(head: KeptHead, { schemaSeq, lastAt, frontier }: LogRead, findings: Findings): void {
  const { seq, last } = head;
  if (last > seq) {
    findings.bad('entries', { seq: seq + 1, what: `there are entries up to ${last}, and the head is at ${seq}` });
  }
  if (frontier.size < seq) findings.unchecked('tree', 'not compared behind the entry that is missing');
  else if (head.schemaSeq !== schemaSeq) {
    findings.bad('tree', { seq, what: 'the head names another last change of a table' });
  } else if (lastAt !== undefined && lastAt > head.at) {
    findings.bad('tree', { seq, what: 'the head is older than its last entry' });
  }
}

function checkSigned(head: KeptHead, signed: Signed, { rootAt }: LogRead, findings: Findings): void {
  const part = 'checkpoint';
  if ('none' in signed) findings.unchecked(part, signed.none);
  else if ('forged' in signed) findings.bad(part, { what: signed.forged });
  else if (signed.size > head.seq) {
    findings.bad(part, { seq: head.seq + 1, what: `the log has ${head.seq} entries, and ${signed.size} were signed` });
  } else if (rootAt === undefined) findings.unchecked(part, 'not compared behind the entry that is missing');
  else if (rootAt !== signed.root) {
    const what = `the first ${counted(signed.size, 'entry', 'entries')} are others than those that were signed`;
    findings.bad(part, { seq: 1, what });
  } else
    findings.good(part, `over ${counted(signed.size, 'change')}, its signature is good, and its root is that of these`);
}

async function checkTags(executor: Executor, { seq }: KeptHead, findings: Findings): Promise<void> {
  const { rows } = await sql<{ name: string; seq: number; count: number }>`
    SELECT name, seq, count(*) OVER () AS count FROM tag ORDER BY seq DESC LIMIT 1`.execute(executor);
  const [tag] = rows;
  if (tag !== undefined && tag.seq > seq) {
    findings.bad('tags', {
      seq: tag.seq,
      table: 'tag',
      key: tag.name,
      what: `the tag ${tag.name} names #${tag.seq}, behind the head`,
    });
  }
  findings.good('tags', `${counted(tag?.count ?? 0, 'tag')}, none behind the head (nothing signs these)`);
}
