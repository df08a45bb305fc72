import { type Cursor, formatCursor, parseCursor } from '../../../../protocol/cursor.ts';
import { type Entry, isRowEntry } from '../../../../protocol/entry.ts';
import { Feed } from '../api/feed.ts';
import { pathOf, readAll } from '../api/lines.ts';
import { onLoginRefused } from '../api/login-end.ts';
import type { Group, Position } from '../api/messages.ts';
import { codeOf, GatewayProblem } from '../api/problem.ts';
import { queries } from '../api/queries.ts';
import { post, request } from '../api/request.ts';
import { type Login, useLedger } from './ledger-state.ts';
import { toGroups } from './log-groups.ts';
import { countRows } from './row-counts.ts';

/** Groups of the feed that are kept to be shown. */
const recentMax = 500;
/** Milliseconds for which changes are gathered before the page shows them: about a frame. */
const gatherMs = 16;
/** Milliseconds until a gateway that did not answer is asked again. */
const retryMs = 1_000;

/** What follows the ledger: told of changes in order, and, when they cannot be told without a gap, that all is void. */
export interface LedgerListener {
  readonly groups: (groups: readonly Group[]) => void;
  readonly restart: () => void;
}

/**
 * The page's one link to the ledger: it knows who is logged in and which tables there are, and follows the feed from
 * there on. When the feed cannot go on (another life of the ledger, another login), it begins anew by itself.
 */
class LedgerLink {
  readonly #listeners = new Set<LedgerListener>();
  #feed: Feed | undefined;
  #waiting: Group[] = [];
  #flush: ReturnType<typeof setTimeout> | undefined;
  #opening: AbortController | undefined;
  #listing: AbortController | undefined;
  /** Since when the gateway answers. */
  #linked = new Date().toISOString();

  constructor() {
    onLoginRefused(() => this.#noteRefusal());
  }

  /** Follows the ledger from now on, as whoever is logged in. */
  async open(): Promise<void> {
    this.#opening?.abort();
    const opening = new AbortController();
    this.#opening = opening;
    this.#listing?.abort();
    this.#feed?.close();
    this.#waiting = [];
    while (!opening.signal.aborted) {
      try {
        await this.#begin(opening.signal);
        return;
      } catch (error) {
        if (opening.signal.aborted) return;
        const code = codeOf(error);
        const phase = phaseAfter(code);
        if (phase !== undefined) return useLedger.setState({ phase, login: undefined });
        // The gateway has forgotten the login by now: without it the ledger may be read on.
        if (code === 'session_expired') noteEnd();
        else this.#lose(code);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  subscribe(listener: LedgerListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async login(user: string, password: string): Promise<void> {
    await post('/api/session.login', { user, password });
    this.#feed?.close();
    await this.#reopen();
  }

  async logout(): Promise<void> {
    // Its end is no news.
    this.#feed?.close();
    useLedger.setState({ login: undefined });
    try {
      await post('/api/session.logout', {});
    } finally {
      await this.#reopen();
    }
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const [{ door, login }, { epoch, seq, tables }] = await Promise.all([
      this.#askWho(signal),
      request('table.list', {}, { signal }),
    ]);
    if (signal.aborted) return;
    // Who is logged in, as in another tab, has no login that has ended.
    const before = useLedger.getState();
    const ended = login === undefined ? before.ended : undefined;
    const isAnew = before.epoch !== '' && before.epoch !== epoch;
    const isOtherLife = before.isOtherLife || isAnew;
    const fresh = { recent: [], problem: undefined, ended, isOtherLife };
    useLedger.setState({ phase: 'open', door, login, epoch, head: seq, tables, ...fresh });
    if (isAnew) void queries.invalidateQueries();
    void this.#readRecent({ seq, epoch }, signal);
    this.#feed = new Feed({
      path: '/api/feed',
      // So that a page that slept through the end of a login is told when it comes back.
      parameters: { as: login?.user ?? '' },
      from: formatCursor({ seq, epoch }),
      listener: {
        group: (group) => this.#take(group),
        position: (position) => {
          if (useLedger.getState().connection === 'unreachable') this.#linked = new Date().toISOString();
          this.#show(position);
        },
        end: (code) => this.#over(code),
        silent: () => this.#lose(),
      },
    });
  }

  async #askWho(signal: AbortSignal): Promise<Who> {
    const who = (await post('/api/session.status', {}, signal)) as Who;
    useLedger.setState({ door: who.door });
    return who;
  }

  /** The changes behind which the feed begins: below those that it has brought meanwhile. */
  async #readRecent({ seq, epoch }: Cursor, signal: AbortSignal): Promise<void> {
    try {
      const entries = await readAll<Entry>(pathOf('/api/log', { newest_first: '', limit: 100, as_of: seq }), signal);
      const { recent } = useLedger.getState();
      useLedger.setState({ recent: [...recent, ...toGroups(entries, epoch)].slice(0, recentMax) });
    } catch (error) {
      // Whoever scrolls down asks for them again; a gateway that is gone is told elsewhere.
      if (!signal.aborted && !(error instanceof GatewayProblem)) throw error;
    }
  }

  #take(group: Group): void {
    this.#waiting.push(group);
    this.#flush ??= setTimeout(() => this.#deliver(), gatherMs);
  }

  #deliver(): void {
    this.#flush = undefined;
    const groups = this.#waiting;
    this.#waiting = [];
    if (groups.length === 0) return;
    const { tables, recent, head } = useLedger.getState();
    const last = groups.at(-1)?.entries.at(-1);
    useLedger.setState({
      head: Math.max(head, last?.seq ?? 0),
      tables: countRows(tables, groups),
      recent: [...[...groups].reverse(), ...recent].slice(0, recentMax),
    });
    for (const { groups: tell } of [...this.#listeners]) tell(groups);
    if (groups.some(({ entries }) => entries.some((entry) => !isRowEntry(entry)))) void this.#readTables();
  }

  /** A table was made, altered or dropped. */
  async #readTables(): Promise<void> {
    this.#listing?.abort();
    this.#listing = new AbortController();
    const { signal } = this.#listing;
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
      if (!signal.aborted && useLedger.getState().phase === 'open') void this.#readTables();
    }
  }

  #show({ state, since, cursor, head, verified, problem }: Position): void {
    const before = useLedger.getState();
    const reached = parseCursor(cursor ?? '')?.seq ?? before.reached;
    const isSame = before.connection === state && before.head === head && before.verified === verified;
    if (isSame && before.reached === reached && before.problem?.message === problem?.message) return;
    useLedger.setState({
      connection: state,
      since: before.connection === state ? before.since : later(since, this.#linked),
      head: Math.max(before.head, head),
      reached,
      verified,
      problem,
    });
  }

  /** The gateway does not answer, or cannot reach the server; or it does not know this browser any more. */
  #lose(code?: string): void {
    void this.#knock();
    const connection = code !== undefined && ofServer.has(code) ? 'disconnected' : 'unreachable';
    if (useLedger.getState().connection === connection) return;
    useLedger.setState({ connection, since: new Date().toISOString() });
  }

  async #knock(): Promise<void> {
    try {
      await post('/api/session.status', {});
    } catch (error) {
      if (codeOf(error) !== 'door_closed') return;
      this.#feed?.close();
      useLedger.setState({ phase: 'closed' });
    }
  }

  #over(code: string): void {
    if (code === 'logged_out') noteEnd();
    void this.#reopen();
  }

  /** Refused for want of a login: one that the page knows of has ended, though the feed has not said so. */
  #noteRefusal(): void {
    if (useLedger.getState().login !== undefined) this.#over('logged_out');
  }

  /** Whoever is told to begin anew while another opening is under way would begin ahead of it: the last one tells. */
  async #reopen(): Promise<void> {
    const opened = this.open();
    const own = this.#opening;
    await opened;
    if (own === this.#opening) this.#restart();
  }

  #restart(): void {
    for (const { restart } of [...this.#listeners]) restart();
  }
}

export const ledger = new LedgerLink();

interface Who {
  readonly door: 'private' | 'public';
  readonly login?: Login;
}

/** What there is to do where the ledger is not read by whoever comes; undefined where it is tried again. */
function phaseAfter(code: string | undefined): 'closed' | 'guarded' | undefined {
  if (code === 'door_closed') return 'closed';
  return code === 'login_required' ? 'guarded' : undefined;
}

/** The login has ended by itself. */
function noteEnd(): void {
  useLedger.setState(({ login, ended }) => ({ login: undefined, ended: login ?? ended ?? {} }));
}
/** What the gateway says when the server does not answer it. */
const ofServer: ReadonlySet<string> = new Set(['timeout', 'unavailable', 'closed', 'busy']);

function later(one: string, other: string): string {
  return one > other ? one : other;
}
