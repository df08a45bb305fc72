import { parseCursor } from '../../../../protocol/cursor.ts';
import type { Position } from '../api/messages.ts';
import { isKnownLife } from './known-lives.ts';
import { type Connection, useLedger } from './ledger-state.ts';

/** What the gateway says when the server does not answer it. */
const ofServer: ReadonlySet<string> = new Set(['timeout', 'unavailable', 'closed', 'busy']);

/** How the page stands to the gateway, and the gateway to the ledger, as the feed tells it. */
export class ConnectionSign {
  /** Since when the gateway answers. */
  #linked = new Date().toISOString();

  show({ state, since, cursor, head, verified, unproven, problem, former }: Position): void {
    const before = useLedger.getState();
    if (isApart(before.connection)) this.#linked = new Date().toISOString();
    const reached = parseCursor(cursor ?? '')?.seq ?? before.reached;
    const isSame = before.connection === state && before.head === head && before.verified === verified;
    const isTold = before.problem?.message === problem?.message && before.unprovenSince === unproven?.since;
    const isOtherLife = before.isOtherLife || (former !== undefined && !isKnownLife(before.epoch));
    if (isSame && before.reached === reached && isTold && before.isOtherLife === isOtherLife) return;
    useLedger.setState({
      connection: state,
      since: before.connection === state ? before.since : later(since, this.#linked),
      head: Math.max(before.head, head),
      reached,
      verified,
      unprovenSince: unproven?.since,
      problem,
      isOtherLife,
    });
  }

  /** @param code with which the gateway has answered, if it has */
  lose(code: string | undefined): void {
    this.#enter(code !== undefined && ofServer.has(code) ? 'disconnected' : 'unreachable');
  }

  /** There are as many readers as the gateway takes: this page is not told of changes. */
  crowd(): void {
    this.#enter('crowded');
  }

  #enter(connection: Connection): void {
    if (useLedger.getState().connection === connection) return;
    useLedger.setState({ connection, since: new Date().toISOString() });
  }
}

/** Whether the gateway tells nothing. */
function isApart(connection: Connection): boolean {
  return connection === 'unreachable' || connection === 'crowded';
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
