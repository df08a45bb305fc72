import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../protocol/commands.ts';
import type { Ledger } from '../client.ts';
import { batchBetween, type State } from './batch-between.ts';
import { employeesBatch, employeesTable } from './employees.ts';
import { mimeDbState, mimeDbVersions, mimeTypesTable } from './mime-db.ts';
import { SampleError } from './sample-error.ts';

/** Tables to try things on: invented people in one batch, and the versions of mime-db as they became each other. */
export const sampleNames = ['employees', 'mime-db'] as const;
export type SampleName = (typeof sampleNames)[number];

/** The table that a sample makes. */
export const sampleTables: Readonly<Record<SampleName, string>> = {
  employees: employeesTable.name,
  'mime-db': mimeTypesTable.name,
};

/** One change set of a sample. */
export interface SampleSet {
  readonly table: string;
  /** What it is: the reason that stands in the log. */
  readonly why: string;
  /** Of mime-db: which version. */
  readonly version?: string | undefined;
  /** Which of how many, from 1. */
  readonly index: number;
  readonly of: number;
}

/** One that was recorded: the seq of its last change, and how many there were of each kind. */
export interface LoadedSet extends SampleSet {
  readonly seq: number;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

export interface LoadSampleOptions {
  /** Milliseconds between two sets. */
  readonly pauseMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before a set is sent. */
  readonly onSet?: ((set: SampleSet) => void) | undefined;
}

/** A batch of thousands of rows takes the server longer than a row does. */
const batchTimeoutMs = 120_000;

/** Makes the table of a sample, and tells of each change set when it is recorded. @throws SampleError, RowcastError */
export async function* loadSample(
  ledger: Ledger,
  name: SampleName,
  { pauseMs = 0, signal, onSet }: LoadSampleOptions = {},
): AsyncGenerator<LoadedSet, void, undefined> {
  await refuseIfThere(ledger, sampleTables[name], signal);
  for await (const { steps, ...set } of plans[name]()) {
    if (set.index > 1 && pauseMs > 0) await sleep(pauseMs, undefined, { signal });
    onSet?.(set);
    const { seq } = await ledger.batch(steps, { why: set.why, signal, timeoutMs: batchTimeoutMs });
    const count = (type: Step['type']): number => steps.filter((step) => step.type === type).length;
    yield { ...set, seq, inserts: count('row.insert'), updates: count('row.update'), deletes: count('row.delete') };
  }
}

/** Those whose parts are installed: packages that are for development only may be missing. */
export async function availableSamples(): Promise<readonly SampleName[]> {
  const versions = await mimeDbVersions();
  const [first] = versions;
  if (first === undefined) return ['employees'];
  try {
    await Promise.all(versions.map(mimeDbState));
    return sampleNames;
  } catch (error) {
    if (error instanceof SampleError) return ['employees'];
    throw error;
  }
}

interface PlannedSet extends SampleSet {
  readonly steps: readonly Step[];
}

const plans: Readonly<Record<SampleName, () => AsyncGenerator<PlannedSet, void, undefined>>> = {
  employees: planEmployees,
  'mime-db': planMimeDb,
};

async function* planEmployees(): AsyncGenerator<PlannedSet, void, undefined> {
  yield { table: employeesTable.name, why: 'sample employees', index: 1, of: 1, steps: await employeesBatch() };
}

async function* planMimeDb(): AsyncGenerator<PlannedSet, void, undefined> {
  const { name: table, columns } = mimeTypesTable;
  const versions = await mimeDbVersions();
  let state: State = new Map();
  for (const [place, version] of versions.entries()) {
    const next = await mimeDbState(version);
    const create: Step[] = place === 0 ? [{ type: 'table.create', ...mimeTypesTable, columns: [...columns] }] : [];
    const set = { table, why: `mime-db ${version.version}`, version: version.version };
    const steps = [...create, ...batchBetween(table, state, next)];
    yield { ...set, index: place + 1, of: versions.length, steps };
    state = next;
  }
}

async function refuseIfThere(ledger: Ledger, table: string, signal: AbortSignal | undefined): Promise<void> {
  const { tables } = await ledger.tables({ signal, counts: false });
  if (!tables.some(({ definition }) => definition.name === table)) return;
  const message = `there is a table ${table} already; the sample was not loaded, and nothing was changed`;
  throw new SampleError('table_exists', message);
}
