import type { DecidedStep } from '../../domain/planned-step.ts';
import { Draft, type LedgerState } from '../../domain/state.ts';
import { underWay } from './under-way.ts';

/** Steps that are decided at once. */
type Chunk = readonly DecidedStep[];

type Load = (steps: Chunk) => Promise<LedgerState>;

/** A chunk, and how to come by what it touches. */
export interface AskedChunk {
  readonly steps: Chunk;
  /** What it touches, as it is now: for when its turn has come. */
  readonly state: () => Promise<LedgerState>;
}

interface Asked extends AskedChunk {
  /** What was decided after the chunk was asked for: it may have been written too late to be in what is loaded. */
  readonly since: Draft[];
}

/**
 * Asks for what a chunk touches before the chunk ahead of it is decided, so that PostgreSQL loads while this process
 * decides, and needs not wait for what is being written. What was decided meanwhile is laid over what was loaded: where it
 * was written in time after all, that changes nothing.
 *
 * Nothing is asked past a change of tables: a chunk that has some asks when its turn has come, and is done with before the
 * next is as much as taken from its source.
 */
export class LoadAhead {
  readonly #load: Load;
  readonly #waiting = new Set<Asked>();

  constructor(load: Load) {
    this.#load = load;
  }

  /** The chunks in their order, each with the one behind it asked for. */
  async *chunks(source: AsyncIterable<Chunk>): AsyncGenerator<AskedChunk> {
    let waiting: AskedChunk | undefined;
    for await (const steps of source) {
      const next = steps.some(changesTable) ? undefined : this.ask(steps);
      if (waiting !== undefined) yield waiting;
      waiting = next;
      if (next === undefined) yield this.#onTurn(steps);
    }
    if (waiting !== undefined) yield waiting;
  }

  /** Asks for what steps touch. Whatever is decided until their turn has to be told by {@link decided}. */
  ask(steps: Chunk): AskedChunk {
    const loading = underWay(this.#load(steps));
    const since: Draft[] = [];
    const asked: Asked = {
      steps,
      since,
      state: async () => {
        const state = await loading;
        this.#waiting.delete(asked);
        return since.length === 0 ? state : laidOver(state, since);
      },
    };
    this.#waiting.add(asked);
    return asked;
  }

  #onTurn(steps: Chunk): AskedChunk {
    return { steps, state: () => this.ask(steps).state() };
  }

  /** Takes note of what a chunk has come to, for those that wait. */
  decided(draft: Draft): void {
    for (const { since } of this.#waiting) since.push(draft);
  }
}

function laidOver(state: LedgerState, drafts: readonly Draft[]): LedgerState {
  const now = new Draft(state);
  for (const draft of drafts) draft.applyTo(now);
  return now;
}

function changesTable({ type }: DecidedStep): boolean {
  return type.startsWith('table.');
}
