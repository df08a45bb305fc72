import { GatewayProblem } from '../api/problem.ts';
import { queries } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { useLedger } from './ledger-state.ts';
import { countRows } from './row-counts.ts';

/** Milliseconds until a gateway that did not answer is asked again. */
const retryMs = 1_000;

/** Which tables there are: asked for anew whenever one was made, altered or dropped. */
export class TableList {
  #reading = new AbortController();

  stop(): void {
    this.#reading.abort();
  }

  async read(): Promise<void> {
    this.stop();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    try {
      const { tables } = await request('table.list', {}, { signal });
      if (signal.aborted) return;
      // What came while it was asked for is not in all of them.
      useLedger.setState(({ recent }) => ({ tables: countRows(tables, recent.toReversed()) }));
      await queries.invalidateQueries();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof GatewayProblem)) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      if (!signal.aborted && useLedger.getState().phase === 'open') void this.read();
    }
  }
}
