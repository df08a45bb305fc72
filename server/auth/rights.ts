import type { RequestType } from '../../protocol/requests.ts';

/** Who speaks. A user needs no login and reads; an administrator has logged in and may change tables. */
type Role = 'user' | 'administrator';

export interface Identity {
  readonly role: Role;
  /** The name under which changes are recorded. */
  readonly user: string;
}

export const anonymous: Identity = { role: 'user', user: '' };

/** The one table of rights: the least role that each request needs. The compiler demands a line for every type. */
export const rights: Readonly<Record<RequestType, Role>> = {
  'session.login': 'user',
  'session.logout': 'user',
  'server.status': 'user',
  'table.list': 'user',
  'row.get': 'user',
  'row.list': 'user',
  'row.history': 'user',
  'log.read': 'user',
  'log.proof': 'user',
  'sealed.open': 'administrator',
  'table.create': 'administrator',
  'table.alter': 'administrator',
  'table.drop': 'administrator',
  'row.insert': 'administrator',
  'row.update': 'administrator',
  'row.upsert': 'administrator',
  'row.delete': 'administrator',
  'row.erase': 'administrator',
  batch: 'administrator',
};

export function mayRequest({ role }: Identity, type: RequestType): boolean {
  return rights[type] === 'user' || role === 'administrator';
}
