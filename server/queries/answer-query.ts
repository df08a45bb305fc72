import { ProofError } from '../../proof/hash.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { Point } from '../../protocol/point.ts';
import type { Query } from '../../protocol/queries.ts';
import type { Checkpoints } from '../log/checkpoints.ts';
import { untilSettled } from '../log/settled.ts';
import { Refused, tooMuchUnread } from '../refused.ts';
import { cellHistory } from './cell-history.ts';
import type { QueryAnswer, QueryContext } from './context.ts';
import { logActivity } from './log-activity.ts';
import { logDiff } from './log-diff.ts';
import { logProof } from './log-proof.ts';
import { logRead, rowHistory } from './log-read.ts';
import { rowBlame } from './row-blame.ts';
import { rowGet } from './row-get.ts';
import { rowList } from './row-list.ts';
import { sealedOpen } from './sealed-open.ts';
import { type StatusSource, serverStatus } from './server-status.ts';
import { tableList } from './table-list.ts';
import { tagList } from './tag-list.ts';
import { Turns } from './turns.ts';

export interface QueriesOptions extends QueryContext {
  /** Queries that are answered at a time, waiting for their turn included; more are answered `busy`. */
  readonly inFlightMax: number;
  /** Those that have a connection at a time. */
  readonly atOnce: number;
  /** Whether the connection of this name has so many replies unread that it is to have no more. */
  readonly isBehind: (peer: string) => boolean;
  readonly status: StatusSource;
  readonly checkpoints: Checkpoints;
}

const busy: ErrorBody = { code: 'busy', message: 'too many queries at once; try again', retryAfterMs: 100 };

/** Answers queries, a bounded number at a time, and those of all peers in turn. */
export class Queries {
  readonly counters = { queries: 0, busy: 0 };
  readonly #options: QueriesOptions;
  readonly #turns: Turns;
  /** Queries that wait for their points to be settled. */
  #settling = 0;

  constructor(options: QueriesOptions) {
    this.#options = options;
    this.#turns = new Turns({ atOnce: options.atOnce, max: options.inFlightMax });
  }

  /**
   * @param peer names the connection that it came over
   * @throws Refused when the query asks for what is not there, or too many are in flight.
   */
  async answer(query: Query, peer = ''): Promise<QueryAnswer> {
    await this.#untilSettled(query);
    const end = await this.#turns.enter(peer);
    if (end === undefined) throw this.#busy(busy);
    try {
      // What was taken before its connection fell behind makes no more that is not read.
      if (this.#options.isBehind(peer)) throw this.#busy(tooMuchUnread);
      this.counters.queries += 1;
      return await this.#answer(query);
    } catch (error) {
      // The tree itself is damaged: whoever verifies is told so, and does not take it for a passing fault.
      if (!(error instanceof ProofError)) throw error;
      throw new Refused({ code: 'tampered', message: `the log is not what it was: ${error.message}` });
    } finally {
      end();
    }
  }

  /** Before its turn, as others could have that meanwhile. */
  async #untilSettled(query: Query): Promise<void> {
    const points = timesOf(query);
    if (points.length === 0) return;
    if (this.#settling >= this.#options.inFlightMax) throw this.#busy(busy);
    this.#settling += 1;
    try {
      await untilSettled(this.#options.database, points);
    } finally {
      this.#settling -= 1;
    }
  }

  #busy(body: ErrorBody): Refused {
    this.counters.busy += 1;
    return new Refused(body);
  }

  #answer(query: Query): Promise<QueryAnswer> {
    switch (query.type) {
      case 'server.status':
        return serverStatus(this.#options, this.#options.status);
      case 'table.list':
        return tableList(this.#options, query);
      case 'row.get':
        return rowGet(this.#options, query);
      case 'row.list':
        return rowList(this.#options, query);
      case 'tag.list':
        return tagList(this.#options);
      case 'row.history':
        return rowHistory(this.#options, query);
      case 'cell.history':
        return cellHistory(this.#options, query);
      case 'row.blame':
        return rowBlame(this.#options, query);
      case 'log.activity':
        return logActivity(this.#options, query);
      case 'log.diff':
        return logDiff(this.#options, query);
      case 'log.read':
        return logRead(this.#options, query);
      case 'log.proof':
        return logProof(this.#options, this.#options.checkpoints, query);
      case 'sealed.open':
        return sealedOpen(this.#options, query);
      default:
        return query satisfies never;
    }
  }
}

/** The points of a query that are times; none of a further page, which has a seq. */
function timesOf(query: Query): Point[] {
  if ('after' in query && typeof query.after === 'string') return [];
  const points = [
    'asOf' in query ? query.asOf : undefined,
    'from' in query ? query.from : undefined,
    'to' in query ? query.to : undefined,
  ];
  return points.filter((point): point is Point => typeof point === 'object' && 'at' in point);
}
