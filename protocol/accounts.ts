import { z } from 'zod';
import { seqSchema } from './cursor.ts';
import { limits } from './limits.ts';

/** What an account may do: a viewer reads, an administrator changes too. */
export const roles = ['viewer', 'administrator'] as const;
export const roleSchema = z.enum(roles);
export type AccountRole = z.infer<typeof roleSchema>;

export const userSchema = z.string().regex(/^[A-Za-z0-9._@-]{1,64}$/, 'a name has 1 to 64 letters, digits and . _ - @');

/** A password that is chosen anew; one that is only shown to be known is judged as it is. */
const newPasswordSchema = z
  .string()
  .max(limits.passwordUnitsMax)
  .refine(
    (password) => [...password].length >= limits.passwordCharactersMin,
    `a password has at least ${limits.passwordCharactersMin} characters`,
  );

/**
 * The requests about who may do what. None of them is in the log. Those that change something take effect once for each
 * request id, as commands do.
 */
export const accountSchemas = {
  'account.list': z.strictObject({ type: z.literal('account.list') }),
  'account.add': z.strictObject({
    type: z.literal('account.add'),
    user: userSchema,
    role: roleSchema,
    password: newPasswordSchema,
  }),
  /** What is left out stays. A disabled account keeps its name and cannot be used. */
  'account.change': z.strictObject({
    type: z.literal('account.change'),
    user: userSchema,
    role: roleSchema.optional(),
    disabled: z.boolean().optional(),
    password: newPasswordSchema.optional(),
  }),
  'account.remove': z.strictObject({ type: z.literal('account.remove'), user: userSchema }),
  /** One's own. */
  'account.password': z.strictObject({
    type: z.literal('account.password'),
    old: z.string().min(1).max(limits.passwordUnitsMax),
    new: newPasswordSchema,
  }),
  /** What happened to sessions and accounts. From the newest back, those beyond `after` are those with a lesser seq. */
  'audit.read': z.strictObject({
    type: z.literal('audit.read'),
    after: z.int().nonnegative().optional(),
    newestFirst: z.literal(true).optional(),
    limit: z.int().min(1).max(limits.entriesMax).optional(),
  }),
} as const;

const accountRequestSchema = z.discriminatedUnion('type', [
  accountSchemas['account.list'],
  accountSchemas['account.add'],
  accountSchemas['account.change'],
  accountSchemas['account.remove'],
  accountSchemas['account.password'],
  accountSchemas['audit.read'],
]);
export type AccountRequest = z.infer<typeof accountRequestSchema>;
export type AccountOf<Type extends AccountRequest['type']> = Extract<AccountRequest, { type: Type }>;

/** An account as administrators see it. */
export const accountSchema = z.object({
  user: z.string(),
  role: roleSchema,
  disabled: z.boolean(),
  created: z.string(),
});
export type Account = z.infer<typeof accountSchema>;

/** What the audit tells of. */
const auditedSchema = z.enum([
  'login',
  'login_failed',
  'login_throttled',
  'logout',
  'session_revoked',
  'refused',
  'account_added',
  'account_changed',
  'account_removed',
  'password_changed',
  'settings_applied',
  'restored',
]);
export type Audited = z.infer<typeof auditedSchema>;

export const auditEntrySchema = z.object({
  /** Place in the audit: 1, 2, 3 … */
  seq: z.int(),
  at: z.string(),
  what: auditedSchema,
  /** Who did it, as far as is known: of a failed login the name that was given. */
  by: z.string(),
  /** The account that it was done to. */
  user: z.string().optional(),
  /** How often, since `since`, when it is counted. */
  count: z.int().optional(),
  since: z.string().optional(),
  /** Of a refusal: the type of the request, and the code. */
  type: z.string().optional(),
  code: z.string().optional(),
  session: z.string().optional(),
  role: roleSchema.optional(),
  disabled: z.boolean().optional(),
  password: z.literal('set').optional(),
  /** Of a restore: the cursor of the backup, and the last change that was restored. */
  backup: z.string().optional(),
  to: seqSchema.optional(),
  /** Of a restore to an earlier point: commitments in its log whose values were erased behind that point. */
  unkept: z.array(z.string()).optional(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
