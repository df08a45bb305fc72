import { pause, retryMs } from '../api/pause.ts';
import { GatewayProblem } from '../api/problem.ts';
import { queries } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { useLedger } from './ledger-state.ts';
import { type Counted, countRows } from './row-counts.ts';

/** Which tables there are: asked for anew whenever one was made, altered or dropped. */
export class TableList {
  #reading = new AbortController();
  /** Changes that came while they are asked for. */
  #meanwhile: Counted[] | undefined;

  stop(): void {
    this.#reading.abort();
    this.#meanwhile = undefined;
  }

  /** Changes have come, which the answer that is waited for has or has not. */
  note(changes: readonly Counted[]): void {
    for (const { table, seq, op } of changes) this.#meanwhile?.push({ table, seq, op });
  }

  async read(): Promise<void> {
    this.stop();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    const meanwhile: Counted[] = [];
    this.#meanwhile = meanwhile;
    try {
      const { tables } = await request('table.list', {}, { signal });
      if (signal.aborted) return;
      this.#meanwhile = undefined;
      useLedger.setState({ tables: countRows(tables, meanwhile) });
      await queries.invalidateQueries();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof GatewayProblem)) throw error;
      this.#meanwhile = undefined;
      await pause(retryMs, signal);
      if (!signal.aborted && useLedger.getState().phase === 'open') void this.read();
    }
  }
}
