import { sql } from 'kysely';
import { nanoid } from 'nanoid';
import { Frontier } from '../../proof/frontier.ts';
import { utcText } from '../database/utc-text.ts';
import type { Executor } from '../database/writer.ts';

/** The end of the log. */
export interface Head {
  readonly epoch: string;
  readonly seq: number;
  /** Seq of the last change of any table's definition. */
  readonly schemaSeq: number;
}

/** The head as a writer finds it, and the time that its changes will bear. */
export interface LockedHead extends Head {
  /** The database's clock when the head was locked, never before the change ahead. ISO 8601 in UTC, to the microsecond. */
  readonly at: string;
  /** The right edge of the tree over the log. */
  readonly frontier: Frontier;
}

/**
 * Locks the head until the transaction ends. Whoever holds it is the only writer of the ledger, on any server: what it
 * reads after this stays true until it commits, and its seqs have no hole and are in commit order (P3). The clock is read
 * around the lock, or it would be read before a wait.
 */
export async function lockHead(transaction: Executor): Promise<LockedHead> {
  const { rows } = await sql<Omit<LockedHead, 'frontier'> & { readonly peaks: string | null }>`
    SELECT epoch, seq, schema_seq AS "schemaSeq",
           ${utcText(sql`greatest(at, clock_timestamp())`)} AS at,
           encode(peaks, 'hex') AS peaks
    FROM (SELECT * FROM head FOR UPDATE) AS locked`.execute(transaction);
  const { peaks, ...head } = only(rows);
  return { ...head, frontier: Frontier.parse(head.seq, peaks ?? '') };
}

/** The head behind changes that follow it. */
export function headAfter(
  { epoch, seq, schemaSeq }: Head,
  changes: readonly { readonly seq: number; readonly key: string | null }[],
): Head {
  const ofTable = changes.findLast(({ key }) => key === null);
  return { epoch, seq: changes.at(-1)?.seq ?? seq, schemaSeq: ofTable?.seq ?? schemaSeq };
}

/** Reads the head without locking it. */
export async function readHead(database: Executor): Promise<Head> {
  const { rows } = await sql<Head>`SELECT epoch, seq, schema_seq AS "schemaSeq" FROM head`.execute(database);
  return only(rows);
}

/** Begins a new life of the ledger: seqs of before may name other changes. Returns its epoch. */
export async function beginNewEpoch(database: Executor): Promise<string> {
  const epoch = nanoid();
  await sql`UPDATE head SET epoch = ${epoch}`.execute(database);
  return epoch;
}

function only<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('the ledger has no head row: schema.sql was not applied');
  return row;
}
