import type { AccountRole } from '../../protocol/accounts.ts';
import type { RequestType } from '../../protocol/requests.ts';

/** Who speaks: nobody who has logged in, or the role of an account. Each may do what those before it may. */
const ranks = { nobody: 0, viewer: 1, administrator: 2 } as const;
type Role = keyof typeof ranks & (AccountRole | 'nobody');

/** Who may read: anyone, or only who has an account. */
export type Viewers = 'anyone' | 'login';

export interface Identity {
  readonly role: Role;
  /** The name under which changes are recorded. */
  readonly user: string;
  /** The session that was proved. */
  readonly session?: string | undefined;
}

export const anonymous: Identity = { role: 'nobody', user: '' };

/** The one table of rights: the least role that each request needs. The compiler demands a line for every type. */
export const rights: Readonly<Record<RequestType, Role>> = {
  'session.login': 'nobody',
  'session.logout': 'nobody',
  'session.attach': 'nobody',
  'session.status': 'viewer',
  'session.list': 'viewer',
  'session.revoke': 'viewer',
  'feed.open': 'viewer',
  'account.password': 'viewer',
  'account.list': 'administrator',
  'account.add': 'administrator',
  'account.change': 'administrator',
  'account.remove': 'administrator',
  'audit.read': 'administrator',
  'server.status': 'nobody',
  'table.list': 'nobody',
  'row.get': 'nobody',
  'row.list': 'nobody',
  'tag.list': 'nobody',
  'row.history': 'nobody',
  'cell.history': 'nobody',
  'row.blame': 'nobody',
  'log.activity': 'nobody',
  'log.diff': 'nobody',
  'log.read': 'nobody',
  'log.proof': 'nobody',
  'sealed.open': 'administrator',
  'tag.set': 'administrator',
  'table.create': 'administrator',
  'table.alter': 'administrator',
  'table.drop': 'administrator',
  'row.insert': 'administrator',
  'row.update': 'administrator',
  'row.upsert': 'administrator',
  'row.delete': 'administrator',
  'row.erase': 'administrator',
  batch: 'administrator',
  'batch.part': 'administrator',
  'batch.drop': 'administrator',
  'batch.commit': 'administrator',
  'change.revert': 'administrator',
};

/** What nobody would get in without. */
const doors: ReadonlySet<RequestType> = new Set<RequestType>(['session.login', 'session.logout', 'session.attach']);

/** The least role that a request needs on a server that is read by these. */
export function neededRole(type: RequestType, viewers: Viewers): Role {
  if (viewers === 'login' && rights[type] === 'nobody' && !doors.has(type)) return 'viewer';
  return rights[type];
}

export function mayRequest({ role }: Identity, type: RequestType, viewers: Viewers): boolean {
  return ranks[role] >= ranks[neededRole(type, viewers)];
}
