import type { AuditEntry } from '../../../../protocol/accounts.ts';
import { request } from '../api/request.ts';

/** Entries of one page of the page's. */
const pageEntries = 200;
/** More than any audit has: its end is found by asking behind it. */
const beyond = 1_000_000_000;

export interface AuditPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** Up to which seq there are older ones; 0 when there are none. */
  readonly olderUpTo: number;
}

/** The server tells the audit from its beginning on; people want its end. @param upTo the newest when left out */
export async function readAudit(upTo: number | undefined, signal: AbortSignal): Promise<AuditPage> {
  const end = upTo ?? (await lastSeq(signal));
  const after = Math.max(end - pageEntries, 0);
  const limit = Math.max(end - after, 1);
  const { entries } = await request('audit.read', { after, limit }, { signal });
  return { entries: entries.toReversed(), olderUpTo: after };
}

/** Found by halving: the server does not tell it, and to read all of a long audit for its end takes long. */
async function lastSeq(signal: AbortSignal): Promise<number> {
  const isBehind = async (after: number): Promise<boolean> => {
    const { entries } = await request('audit.read', { after, limit: 1 }, { signal });
    return entries.length === 0;
  };
  let [low, high] = [0, pageEntries];
  while (high < beyond && !(await isBehind(high))) [low, high] = [high, high * 4];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isBehind(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
