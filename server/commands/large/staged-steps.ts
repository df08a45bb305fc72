import { sql } from 'kysely';
import type { Step } from '../../../protocol/commands.ts';
import type { LargeCommandOf } from '../../../protocol/large-commands.ts';
import type { Executor } from '../../database/writer.ts';
import { Refused } from '../../refused.ts';
import { foreignStage } from './staging.ts';
import type { SourceReading, StepSource } from './step-source.ts';
import { underWay } from './under-way.ts';

interface Part {
  readonly part: number;
  readonly by: string;
  readonly steps: number;
}

/** The commands of a stage, which are read part by part. */
export class StagedSteps implements StepSource {
  readonly why: string | undefined;
  readonly isNumbered = true;
  readonly #by: string;
  readonly #stage: string;
  readonly #parts: number;

  constructor(by: string, { stage, parts, why }: LargeCommandOf<'batch.commit'>) {
    this.why = why;
    this.#by = by;
    this.#stage = stage;
    this.#parts = parts;
  }

  /** One change a command. @throws Refused when the stage is another's, or is not whole */
  async count({ transaction }: SourceReading): Promise<number> {
    // Locked, so that nobody drops them for their age meanwhile.
    const { rows } = await sql<Part>`
      SELECT part, by, steps FROM staged_part WHERE stage = ${this.#stage} ORDER BY part FOR UPDATE`.execute(
      transaction,
    );
    if (rows.some(({ by }) => by !== this.#by)) throw foreignStage(this.#stage);
    this.#refuseGaps(rows);
    return rows.reduce((sum, { steps }) => sum + steps, 0);
  }

  /** Each part is read while the one before is decided. */
  async *steps({ transaction }: SourceReading): AsyncGenerator<readonly Step[]> {
    let reading = readPart(transaction, this.#stage, 0);
    for (let next = 1; next <= this.#parts; next += 1) {
      const steps = await reading;
      if (next < this.#parts) reading = underWay(readPart(transaction, this.#stage, next));
      yield steps;
    }
  }

  async finish({ transaction }: SourceReading): Promise<void> {
    await sql`DELETE FROM staged_part WHERE stage = ${this.#stage}`.execute(transaction);
  }

  #refuseGaps(rows: readonly Part[]): void {
    const missing = rows.findIndex(({ part }, index) => part !== index);
    if (missing < 0 && rows.length === this.#parts) return;
    const found = `stage ${this.#stage} has ${rows.length} parts of ${this.#parts}`;
    const first = missing < 0 ? Math.min(rows.length, this.#parts) : missing;
    const what = rows.length > this.#parts ? 'more than the commit names' : `part ${first} is not there`;
    const message = `${found}: ${what}. What is idle for an hour is dropped; stage the parts again`;
    throw new Refused({ code: 'invalid', message });
  }
}

/** They were checked when they were staged. */
async function readPart(transaction: Executor, stage: string, part: number): Promise<readonly Step[]> {
  const { rows } = await sql<{ commands: string }>`
    SELECT commands FROM staged_part WHERE stage = ${stage} AND part = ${part}`.execute(transaction);
  return JSON.parse(rows[0]?.commands ?? '[]') as readonly Step[];
}
