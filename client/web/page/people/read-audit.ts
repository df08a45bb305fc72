import type { AuditEntry } from '../../../../protocol/accounts.ts';
import { request } from '../api/request.ts';

/** Entries that are read at once. */
const pageEntries = 200;

export interface AuditPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** The seq below which there are older ones; undefined when there are none. */
  readonly olderThan: number | undefined;
}

/** The newest entries, or those with a seq below `olderThan`. @throws GatewayProblem */
export async function readAudit(olderThan: number | undefined, signal: AbortSignal): Promise<AuditPage> {
  const asked = { after: olderThan, newestFirst: true, limit: pageEntries } as const;
  const { entries, last } = await request('audit.read', asked, { signal });
  return { entries, olderThan: last > 1 ? last : undefined };
}
