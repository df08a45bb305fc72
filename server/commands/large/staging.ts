import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { StagingOf, StagingRequest } from '../../../protocol/staging.ts';
import type { Database } from '../../database/database.ts';
import { InvariantError } from '../../domain/state.ts';
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
    const { outcome, staged } = await stagePart(this.#options, { stage, part, by, steps: commands.length, text });
    switch (outcome) {
      case 'kept':
        return { stage, part, stagedBytes: staged };
      case 'foreign':
        throw foreignStage(stage);
      case 'another':
        throw anotherPart(stage, part);
      case 'too much':
        throw this.#tooMuch(staged);
      default:
        return outcome satisfies never;
    }
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

/** What `stage_part` of schema.sql says of a part, and how many bytes its account has staged then, or would have. */
interface Staged {
  readonly outcome: 'kept' | 'foreign' | 'another' | 'too much';
  readonly staged: number;
}

interface PartText {
  readonly stage: string;
  readonly part: number;
  readonly by: string;
  readonly steps: number;
  /** Its commands as JSON. */
  readonly text: string;
}

async function stagePart(
  { database, bytesPerUserMax }: StagingOptions,
  { stage, part, by, steps, text }: PartText,
): Promise<Staged> {
  const { rows } = await sql<Staged>`
    SELECT outcome, staged FROM stage_part(
      ${stage}, ${part}, ${by}, ${steps}, ${Buffer.byteLength(text)}, ${text}, ${bytesPerUserMax})`.execute(database);
  const [staged] = rows;
  if (staged === undefined) throw new InvariantError(`nothing is known of part ${part} of stage ${stage}`);
  return staged;
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

function anotherPart(stage: string, part: number): Refused {
  const message = `part ${part} of stage ${stage} has other commands; make a new stage for another batch`;
  return new Refused({ code: 'bad_request', message });
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
