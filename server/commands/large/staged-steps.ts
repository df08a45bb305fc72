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
  readonly bytes: number;
}

/** Parts that stand one behind another, from the first to the last. */
type Run = readonly [first: number, last: number];

/** Parts are read together up to so many steps and bytes: a statement for each small one would cost more than it reads. */
const runStepsMax = 1_000;
const runBytesMax = 262_144;

/** The commands of a stage, which are read part by part. */
export class StagedSteps implements StepSource {
  readonly why: string | undefined;
  readonly isNumbered = true;
  readonly #by: string;
  readonly #stage: string;
  readonly #parts: number;
  #runs: readonly Run[] = [];

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
      SELECT part, by, steps, bytes FROM staged_part WHERE stage = ${this.#stage} ORDER BY part FOR UPDATE`.execute(
      transaction,
    );
    if (rows.some(({ by }) => by !== this.#by)) throw foreignStage(this.#stage);
    this.#refuseGaps(rows);
    this.#runs = runsOf(rows);
    return rows.reduce((sum, { steps }) => sum + steps, 0);
  }

  /** Some parts are read while those before are decided. */
  async *steps({ transaction }: SourceReading): AsyncGenerator<readonly Step[]> {
    let reading: Promise<readonly Step[]> | undefined;
    for (const run of this.#runs) {
      const steps = await reading;
      reading = underWay(readRun(transaction, this.#stage, run));
      if (steps !== undefined) yield steps;
    }
    yield (await reading) ?? [];
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

function runsOf(parts: readonly Part[]): Run[] {
  const runs: [first: number, last: number][] = [];
  const sum = { steps: 0, bytes: 0 };
  for (const { part, steps, bytes } of parts) {
    const last = runs.at(-1);
    if (last === undefined || sum.steps + steps > runStepsMax || sum.bytes + bytes > runBytesMax) {
      runs.push([part, part]);
      Object.assign(sum, { steps, bytes });
    } else {
      last[1] = part;
      sum.steps += steps;
      sum.bytes += bytes;
    }
  }
  return runs;
}

/** They were checked when they were staged. */
async function readRun(transaction: Executor, stage: string, [first, last]: Run): Promise<readonly Step[]> {
  const { rows } = await sql<{ commands: string }>`
    SELECT commands FROM staged_part WHERE stage = ${stage} AND part BETWEEN ${first} AND ${last}
    ORDER BY part`.execute(transaction);
  return rows.flatMap(({ commands }) => JSON.parse(commands) as readonly Step[]);
}
