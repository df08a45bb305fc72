import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { StagingOf, StagingRequest } from '../../../protocol/staging.ts';
import type { Database } from '../../database/database.ts';
import { Refused } from '../../refused.ts';

export interface StagingOptions {
  readonly database: Database;
  /** Bytes of commands that one account may have staged. */
  readonly bytesPerUserMax: number;
  readonly log: Logger;
}

/** How long nothing may come to a stage until it is dropped, and how often that is looked after. */
const idleMinutes = 60;
const sweepMs = 300_000;

/** Lays the commands of large batches ready: what each account has there is bounded in bytes and in time (P8). */
export class Staging {
  readonly #options: StagingOptions;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(options: StagingOptions) {
    this.#options = options;
  }

  run(): void {
    this.#timer = setInterval(() => this.#sweep(), sweepMs);
    this.#sweep();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async answer(request: StagingRequest, { user }: { readonly user: string }): Promise<object> {
    switch (request.type) {
      case 'batch.part':
        return await this.#keep(request, user);
      case 'batch.drop':
        return await this.#drop(request, user);
      default:
        return request satisfies never;
    }
  }

  async #keep({ stage, part, commands }: StagingOf<'batch.part'>, by: string): Promise<object> {
    const text = JSON.stringify(commands);
    const row = { stage, part, by, steps: commands.length, bytes: Buffer.byteLength(text), commands: text };
    const stagedBytes = await this.#options.database.transaction().execute(async (transaction) => {
      await lockStages(transaction, by);
      await refuseForeign(transaction, stage, by);
      if (await isThere(transaction, row)) return await stagedBytesOf(transaction, by);
      const staged = (await stagedBytesOf(transaction, by)) + row.bytes;
      if (staged > this.#options.bytesPerUserMax) throw this.#tooMuch(staged);
      await transaction.insertInto('staged_part').values(row).execute();
      return staged;
    });
    return { stage, part, stagedBytes };
  }

  async #drop({ stage }: StagingOf<'batch.drop'>, by: string): Promise<object> {
    await refuseForeign(this.#options.database, stage, by);
    const { numDeletedRows } = await this.#options.database
      .deleteFrom('staged_part')
      .where('stage', '=', stage)
      .where('by', '=', by)
      .executeTakeFirstOrThrow();
    return { parts: Number(numDeletedRows) };
  }

  #tooMuch(staged: number): Refused {
    const { bytesPerUserMax } = this.#options;
    const message =
      `an account may have ${bytesPerUserMax} bytes of commands staged here (staged_bytes_per_user_max); with this part ` +
      `it would be ${staged}. Stages that are idle are dropped after ${idleMinutes} minutes, by batch.drop at once`;
    return new Refused({ code: 'too_large', message });
  }

  #sweep(): void {
    this.#sweeping ??= dropIdle(this.#options.database)
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'idle stages could not be dropped'))
      .finally(() => {
        this.#sweeping = undefined;
      });
  }
}

/** One part of an account at a time, or two at once would both find room for the last bytes. */
async function lockStages(transaction: Database, by: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`rowcast stages of ${by}`}, 0))`.execute(transaction);
}

async function refuseForeign(database: Database, stage: string, by: string): Promise<void> {
  const foreign = await database
    .selectFrom('staged_part')
    .select('part')
    .where('stage', '=', stage)
    .where('by', '<>', by)
    .limit(1)
    .executeTakeFirst();
  if (foreign !== undefined) throw foreignStage(stage);
}

export function foreignStage(stage: string): Refused {
  return new Refused({ code: 'forbidden', message: `stage ${stage} is another account's` });
}

/** Whether the very same part was staged before. @throws Refused when it was another one */
async function isThere(
  transaction: Database,
  { stage, part, commands }: { readonly stage: string; readonly part: number; readonly commands: string },
): Promise<boolean> {
  const { rows } = await sql<{ same: boolean }>`
    SELECT commands = ${commands} AS same FROM staged_part WHERE stage = ${stage} AND part = ${part}`.execute(
    transaction,
  );
  const [before] = rows;
  if (before?.same === false) {
    const message = `part ${part} of stage ${stage} has other commands; make a new stage for another batch`;
    throw new Refused({ code: 'bad_request', message });
  }
  return before !== undefined;
}

async function stagedBytesOf(transaction: Database, by: string): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    SELECT coalesce(sum(bytes), 0)::bigint AS bytes FROM staged_part WHERE by = ${by}`.execute(transaction);
  return rows[0]?.bytes ?? 0;
}

/** Drops stages by their last part, so that a long upload does not lose its first. Those being committed are left. */
async function dropIdle(database: Database): Promise<void> {
  await sql`
    DELETE FROM staged_part WHERE (stage, part) IN (
      SELECT stage, part FROM staged_part WHERE stage IN (
        SELECT stage FROM staged_part GROUP BY stage
        HAVING max(added) < clock_timestamp() - make_interval(mins => ${idleMinutes}))
      FOR UPDATE SKIP LOCKED)`.execute(database);
}
