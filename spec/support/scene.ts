import { connect, type Ledger } from '../../client/index.ts';
import { check, type Finding, readTruth, type Truth } from './checker.ts';
import { History } from './history.ts';
import type { TestLedger } from './ledger.ts';
import { Worker, Writers } from './traffic.ts';
import { recordReplica, Watcher } from './watchers.ts';

export interface SceneOptions {
  readonly ledger: TestLedger;
  /** Writers and watchers go to them in turn. */
  readonly addresses: readonly (string | readonly string[])[];
  readonly writers: number;
  /** Commands that each writer has in flight at one time; 1 unless given. */
  readonly lanes?: number;
  readonly watchers: number;
  readonly seed?: number;
}

/** What a run with faults came to. */
export interface Verdict {
  readonly truth: Truth;
  readonly findings: readonly Finding[];
  /** `lost/twice/gaps`: the three figures of RELIABILITY §3. */
  readonly figures: string;
}

/**
 * Writers and watchers of all kinds on a ledger, and their history. While it runs the test makes its faults; `finish`
 * ends them with one last command, waits until every watcher has seen it, and holds everything against the log.
 */
export class Scene {
  readonly history: History;
  readonly writers: Writers;
  readonly watchers: readonly Watcher[];
  readonly marker: Worker;
  readonly #options: SceneOptions;
  readonly #connections: readonly Ledger[];

  private constructor(options: SceneOptions, parts: SceneParts) {
    this.#options = options;
    this.history = parts.history;
    this.writers = parts.writers;
    this.watchers = parts.watchers;
    this.marker = parts.marker;
    this.#connections = parts.connections;
  }

  /** Makes the tables, and returns when every watcher has begun and commands are being granted. */
  static async start(options: SceneOptions): Promise<Scene> {
    const { addresses, seed = 1 } = options;
    const history = new History();
    const marker = await Worker.open(addresses[0] ?? '', history);
    await marker.createTables();
    const { seq, epoch } = await marker.ledger.status();
    const connections = Array.from({ length: options.watchers }, (_, index) =>
      connect(addresses[index % addresses.length] ?? ''),
    );
    const watchers = connections.map((connection, index) => {
      // Of ten: six on one table, two on another, two on the whole ledger.
      const kind = Math.floor(index / addresses.length) % 5;
      const watching = kind === 4 ? { from: { seq, epoch } } : { table: kind === 3 ? 'other' : 'item' };
      return new Watcher(connection, history, { name: `watcher ${index}`, ...watching });
    });
    await Promise.all(watchers.map((watcher) => watcher.began));
    const writers = await Writers.start({ addresses, count: options.writers, lanes: options.lanes, history, seed });
    await writers.progress(options.writers);
    return new Scene(options, { history, writers, watchers, marker, connections });
  }

  async finish(): Promise<Verdict> {
    await this.writers.stop();
    const last = await this.marker.mark();
    // The mark is one command over both tables: in the first its seq is one lower.
    await Promise.all(this.watchers.map((watcher) => watcher.reached(last - 1)));
    const { history, marker } = this;
    history.replicas.push(await recordReplica(marker.ledger, { name: 'at the end', table: 'item', seq: last }));
    await this.close();
    const truth = await readTruth(this.#options.ledger);
    const findings = check(truth, history);
    return { truth, findings, figures: figuresOf(findings, truth, history) };
  }

  /** Closes what is open; also when the test has failed. */
  async close(): Promise<void> {
    await Promise.allSettled(this.watchers.map((watcher) => watcher.close()));
    await Promise.all([...this.#connections, this.marker.ledger].map((connection) => connection.close()));
  }
}

interface SceneParts {
  readonly history: History;
  readonly writers: Writers;
  readonly watchers: readonly Watcher[];
  readonly marker: Worker;
  readonly connections: readonly Ledger[];
}

function figuresOf(findings: readonly Finding[], { head }: Truth, history: History): string {
  const count = (...names: readonly string[]): number =>
    findings.filter(({ check: name }) => names.includes(name)).length;
  const lost = count('LOST_ACK', 'ACK_MISMATCH');
  const twice = count('DUP_EXEC', 'REFUSED_BUT_WRITTEN', 'SUB_DUP_OR_BACK');
  const gaps = count('GAP', 'SUB_GAP', 'SUB_BEHIND', 'SUB_SPLIT');
  const outcomes = `${history.count('ok')} granted, ${history.count('refused')} refused, ${history.count('unknown')} unknown`;
  return `${lost}/${twice}/${gaps} (lost/twice/gaps); ${outcomes}; ${head} changes; ${history.watchers.length} watchers applied ${history.applied}`;
}
