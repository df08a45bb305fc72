import { parseCursor } from '../../../../protocol/cursor.ts';
import type { Position } from '../api/messages.ts';
import { useLedger } from './ledger-state.ts';

/** What the gateway says when the server does not answer it. */
const ofServer: ReadonlySet<string> = new Set(['timeout', 'unavailable', 'closed', 'busy']);

/** How the page stands to the gateway, and the gateway to the ledger, as the feed tells it. */
export class ConnectionSign {
  /** Since when the gateway answers. */
  #linked = new Date().toISOString();

  show({ state, since, cursor, head, verified, unproven, problem }: Position): void {
    const before = useLedger.getState();
    if (before.connection === 'unreachable') this.#linked = new Date().toISOString();
    const reached = parseCursor(cursor ?? '')?.seq ?? before.reached;
    const isSame = before.connection === state && before.head === head && before.verified === verified;
    const isTold = before.problem?.message === problem?.message && before.unprovenSince === unproven?.since;
    if (isSame && before.reached === reached && isTold) return;
    useLedger.setState({
      connection: state,
      since: before.connection === state ? before.since : later(since, this.#linked),
      head: Math.max(before.head, head),
      reached,
      verified,
      unprovenSince: unproven?.since,
      problem,
    });
  }

  /** @param code with which the gateway has answered, if it has */
  lose(code: string | undefined): void {
    const connection = code !== undefined && ofServer.has(code) ? 'disconnected' : 'unreachable';
    if (useLedger.getState().connection === connection) return;
    useLedger.setState({ connection, since: new Date().toISOString() });
  }
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
