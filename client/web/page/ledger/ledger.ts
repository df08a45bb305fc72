import { formatCursor } from '../../../../protocol/cursor.ts';
import { isRowEntry } from '../../../../protocol/entry.ts';
import { Feed } from '../api/feed.ts';
import { onLoginRefused } from '../api/login-end.ts';
import type { Group } from '../api/messages.ts';
import { GrowingPause, pause, retryMs } from '../api/pause.ts';
import { codeOf } from '../api/problem.ts';
import { queries } from '../api/queries.ts';
import { post, request } from '../api/request.ts';
import { ConnectionSign } from './connection.ts';
import { type Login, useLedger } from './ledger-state.ts';
import { readRecent, recentWith } from './recent.ts';
import { countRows } from './row-counts.ts';
import { TableList } from './table-list.ts';

/** Milliseconds for which changes are gathered before the page shows them: about a frame. */
const gatherMs = 16;

/** With these the feed is opened anew at once, at another place or for another person. */
const anewEnds: ReadonlySet<string> = new Set(['wrong_epoch', 'ahead_of_server', 'logged_in', 'logged_out']);

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
  readonly #tables = new TableList();
  readonly #sign = new ConnectionSign();
  readonly #pause = new GrowingPause();
  #feed: Feed | undefined;
  #waiting: Group[] = [];
  #flush: ReturnType<typeof setTimeout> | undefined;
  #opening: AbortController | undefined;

  constructor() {
    onLoginRefused(() => this.#noteRefusal());
  }

  /** Follows the ledger from now on, or after some milliseconds, as whoever is logged in. */
  async open(afterMs = 0): Promise<void> {
    this.#opening?.abort();
    const opening = new AbortController();
    this.#opening = opening;
    this.#tables.stop();
    this.#feed?.close();
    this.#waiting = [];
    if (afterMs > 0) await pause(afterMs, opening.signal);
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
        await pause(retryMs, opening.signal);
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
    useLedger.setState({ phase: 'open', door, login, epoch, head: seq, reached: seq, tables, ...fresh });
    if (isAnew) void queries.invalidateQueries();
    void readRecent({ seq, epoch }, signal);
    this.#feed = new Feed({
      path: '/api/feed',
      // So that a page that slept through the end of a login is told when it comes back.
      parameters: { as: login?.user ?? '' },
      from: formatCursor({ seq, epoch }),
      listener: {
        group: (group) => this.#take(group),
        position: (position) => this.#sign.show(position),
        end: (code) => this.#over(code),
        silent: () => this.#lose(),
        refused: ({ code }) => this.#refuse(code),
      },
    });
  }

  async #askWho(signal: AbortSignal): Promise<Who> {
    const who = (await post('/api/session.status', {}, signal)) as Who;
    useLedger.setState({ door: who.door });
    return who;
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
    const entries = groups.flatMap((group) => group.entries);
    this.#tables.note(entries);
    useLedger.setState({
      head: Math.max(head, entries.at(-1)?.seq ?? 0),
      tables: countRows(tables, entries),
      recent: recentWith(recent, groups),
    });
    for (const { groups: tell } of [...this.#listeners]) tell(groups);
    if (!entries.every(isRowEntry)) void this.#tables.read();
  }

  /** The gateway does not answer, or cannot reach the server; or it does not know this browser any more. */
  #lose(code?: string): void {
    void this.#knock();
    this.#sign.lose(code);
  }

  /** The gateway answers, and does not let this page follow: mostly as it has as many readers as it takes. */
  #refuse(code: string): void {
    if (code === 'busy') this.#sign.crowd();
    else this.#lose(code);
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
    if (anewEnds.has(code)) return void this.#reopen();
    this.#lose(code);
    void this.#reopen(this.#pause.next());
  }

  /** Refused for want of a login: one that the page knows of has ended, though the feed has not said so. */
  #noteRefusal(): void {
    if (useLedger.getState().login !== undefined) this.#over('logged_out');
  }

  /** Whoever is told to begin anew while another opening is under way would begin ahead of it: the last one tells. */
  async #reopen(afterMs = 0): Promise<void> {
    const opened = this.open(afterMs);
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
