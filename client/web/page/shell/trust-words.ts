import type { Connection, LedgerState } from '../ledger/ledger-state.ts';
import { amount } from '../words/sentence.ts';

/** How the page stands to the ledger, in a word. */
export const connectionWords: Record<Connection, string> = {
  connecting: 'connecting',
  catchingUp: 'catching up',
  live: 'live',
  behind: 'behind',
  disconnected: 'no server',
  unreachable: 'no connection',
  crowded: 'full',
};

/** The same in a sentence, for whoever asks. */
export const connectionSentences: Record<Connection, string> = {
  connecting: 'The server is being asked for the first time.',
  catchingUp: 'What was missed is being read from the log; nothing is left out.',
  live: 'Every change is shown the moment it is made.',
  behind: 'Changes come faster than they arrive here; none is left out.',
  disconnected: 'The server does not answer. It is tried again by itself.',
  unreachable: 'Rowcast does not answer: your connection is down, or Rowcast is. It is tried again by itself.',
  crowded: 'As many are looking on here as this door takes at once. It is tried again by itself.',
};

type Standing = Pick<LedgerState, 'connection' | 'since' | 'head' | 'reached'>;

/** How far behind what is shown may be; undefined while it is live. */
export function lagWords({ connection, since, head, reached }: Standing, now: number): string | undefined {
  if (connection === 'live') return undefined;
  const changes = head - reached;
  if (changes > 0) return `${amount(changes)} behind`;
  const seconds = Math.floor((now - Date.parse(since)) / 1_000);
  return seconds < 1 ? undefined : spanWords(seconds);
}

/** `45 s`, `3 min`, `2 h`. */
function spanWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h`;
}

/** What the browser is to say in a line over the whole page. */
export type Banner =
  | 'tampered'
  | 'disconnected'
  | 'unreachable'
  | 'crowded'
  | 'problem'
  | 'unproven'
  | 'expired'
  | 'otherLife';

interface Trouble extends Pick<LedgerState, 'connection' | 'problem' | 'unprovenSince' | 'isOtherLife'> {
  readonly hasExpired: boolean;
}

/** Those that hold now, the gravest first. */
export function bannersOf({ connection, problem, unprovenSince, hasExpired, isOtherLife }: Trouble): Banner[] {
  const banners: Banner[] = [];
  if (problem?.code === 'tampered') banners.push('tampered');
  else if (connection === 'unreachable') banners.push('unreachable');
  else if (connection === 'crowded') banners.push('crowded');
  else if (connection === 'disconnected') banners.push('disconnected');
  else if (problem !== undefined) banners.push('problem');
  else if (unprovenSince !== undefined) banners.push('unproven');
  if (isOtherLife) banners.push('otherLife');
  if (hasExpired) banners.push('expired');
  return banners;
}
