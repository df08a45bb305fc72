import { z } from 'zod';

/** The requests about who is speaking. */
export const sessionSchemas = {
  'session.login': z.strictObject({
    type: z.literal('session.login'),
    user: z.string().min(1).max(64),
    password: z.string().min(1).max(1_024),
  }),
  'session.logout': z.strictObject({ type: z.literal('session.logout') }),
} as const;

export const sessionSchema = z.discriminatedUnion('type', [
  sessionSchemas['session.login'],
  sessionSchemas['session.logout'],
]);
export type SessionRequest = z.infer<typeof sessionSchema>;
export type SessionOf<Type extends SessionRequest['type']> = Extract<SessionRequest, { type: Type }>;
