import { z } from 'zod';
import { userSchema } from './accounts.ts';
import { limits } from './limits.ts';

const sessionIdSchema = z.string().min(1).max(64);

/** The requests about who is speaking. */
export const sessionSchemas = {
  'session.login': z.strictObject({
    type: z.literal('session.login'),
    user: z.string().min(1).max(64),
    password: z.string().min(1).max(limits.passwordUnitsMax),
    /** Of the last login of the same user with this client, so that strangers who guess cannot keep it out. */
    device: z.string().min(1).max(128).optional(),
  }),
  'session.logout': z.strictObject({ type: z.literal('session.logout') }),
  /** Asks this server for a nonce, without which nothing can be proved to it. */
  'session.attach': z.strictObject({ type: z.literal('session.attach'), session: sessionIdSchema }),
  /** Who one is, and until when. It counts as use. */
  'session.status': z.strictObject({ type: z.literal('session.status') }),
  /** One's own sessions; an administrator's list holds everybody's, or those of `user`. */
  'session.list': z.strictObject({ type: z.literal('session.list'), user: userSchema.optional() }),
  'session.revoke': z.strictObject({ type: z.literal('session.revoke'), session: sessionIdSchema }),
  /** Opens the feed to the holder of this CURVE key (base64url of its 32 bytes) for as long as the session lives. */
  'feed.open': z.strictObject({
    type: z.literal('feed.open'),
    key: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'a key is base64url of 32 bytes'),
  }),
} as const;

const sessionSchema = z.discriminatedUnion('type', [
  sessionSchemas['session.login'],
  sessionSchemas['session.logout'],
  sessionSchemas['session.attach'],
  sessionSchemas['session.status'],
  sessionSchemas['session.list'],
  sessionSchemas['session.revoke'],
  sessionSchemas['feed.open'],
]);
export type SessionRequest = z.infer<typeof sessionSchema>;
export type SessionOf<Type extends SessionRequest['type']> = Extract<SessionRequest, { type: Type }>;
