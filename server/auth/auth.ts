import type { KeyObject } from 'node:crypto';
import type { Logger } from 'pino';
import type { ServerSettings } from '../../settings/schema.ts';
import type { Database } from '../database/database.ts';
import type { DispatchOptions, Handlers } from '../dispatch.ts';
import { AccountRequests } from './account-requests.ts';
import { Accounts } from './accounts.ts';
import { Audit } from './audit.ts';
import { AuditCounts } from './audit-counts.ts';
import { Devices } from './devices.ts';
import { FeedKeys } from './feed-keys.ts';
import { Lane } from './lane.ts';
import { Login } from './login.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { Proofs } from './proofs.ts';
import { Secrets } from './secrets.ts';
import { SessionRequests } from './session-requests.ts';
import { Sessions } from './sessions.ts';

export interface AuthOptions {
  readonly database: Database;
  readonly signingKey: KeyObject;
  readonly settings: Pick<ServerSettings, 'sessionHours' | 'sessionIdleMinutes'>;
  /** Called when a session was ended here: its keys may read the feed no more. */
  readonly onSessionEnded?: () => void;
  readonly log: Logger;
}

/** Who may do what: the parts of this room, put together. */
export interface Auth {
  readonly handlers: Pick<Handlers, 'session' | 'account'>;
  /** What dispatch tells by who asks. */
  readonly identification: Pick<DispatchOptions, 'proofs' | 'sessions' | 'audit'>;
  /** Which client keys the feed is open to, where only who has an account may read. */
  readonly feedKeys: FeedKeys;
  /** Logins and other passwords that were turned away, as too many waited to be hashed. */
  readonly counters: () => { readonly passwordsBusy: number };
  /** Writes what of the audit was counted and not written yet. */
  stop(): Promise<void>;
}

/** Passwords that wait to be hashed: each takes half a second and 128 MB (W3). */
const laneLimits = { waitingMax: 8, ofPeerMax: 1 } as const;

export function openAuth({ database, signingKey, settings, onSessionEnded, log }: AuthOptions): Auth {
  const secrets = new Secrets(signingKey);
  const proofs = new Proofs(secrets);
  const idleMinutes = settings.sessionIdleMinutes;
  const sessions = new Sessions(database, {
    hours: settings.sessionHours,
    idleMinutes,
    onEnded: (ended) => {
      for (const session of ended) proofs.end(session);
      onSessionEnded?.();
    },
  });
  const feedKeys = new FeedKeys(database, { idleMinutes });
  const audit = new Audit(database);
  const counts = new AuditCounts({ audit, log });
  const lane = new Lane(laneLimits);
  const login = new Login({ database, lane, verify: verifyPassword });
  const sessionRequests = new SessionRequests({
    login,
    devices: new Devices(secrets),
    sessions,
    proofs,
    secrets,
    feedKeys,
    audit,
    counts,
  });
  const accounts = new Accounts({ database, sessions });
  const accountRequests = new AccountRequests({ accounts, audit, counts, login, lane, hash: hashPassword, secrets });
  return {
    handlers: {
      session: (request, caller) => sessionRequests.answer(request, caller),
      account: (request, caller) => accountRequests.answer(request, caller),
    },
    identification: { proofs, sessions, audit: counts },
    feedKeys,
    counters: () => ({ passwordsBusy: lane.counters.busy }),
    stop: () => counts.stop(),
  };
}
