import { z } from 'zod';
import { accountSchemas } from './accounts.ts';
import { batchSchema, commandSchemas } from './commands.ts';
import { largeCommandSchemas } from './large-commands.ts';
import { querySchemas } from './queries.ts';
import { sessionSchemas } from './session.ts';
import { stagingSchemas } from './staging.ts';
import { tagSchemas } from './tags.ts';

/** The version of the protocol, `v` of every request and reply. A hash over the schemas pins it (spec/protocol). */
export const protocolVersion = 1;

/** Every request by its type: the closed list that dispatch, rights and documents are counted against. */
export const requestSchemas = {
  ...sessionSchemas,
  ...accountSchemas,
  ...querySchemas,
  ...tagSchemas,
  ...commandSchemas,
  batch: batchSchema,
  ...stagingSchemas,
  ...largeCommandSchemas,
} as const;
export type RequestType = keyof typeof requestSchemas;
export type RequestOf<Type extends RequestType> = z.infer<(typeof requestSchemas)[Type]>;
export type Request = { [Type in RequestType]: RequestOf<Type> }[RequestType];

export const requestTypes = Object.keys(requestSchemas) as readonly RequestType[];

/**
 * What every request carries besides its own fields: `v`, the protocol's version; `id`, made by the client (nanoid) and
 * returned with the reply, which for a command is its id for ever; `token`, last of all, which proves a session (token.ts), where rights are needed;
 * `dryRun`, of what {@link hasDryRun}: it is decided as it would be, and nothing is recorded, its id neither.
 */
export const envelopeSchema = z.object({
  v: z.literal(protocolVersion),
  id: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, 'an id has 8 to 64 letters, digits, _ and -; use a nanoid'),
  type: z.string(),
  token: z.string().max(256).optional(),
  dryRun: z.literal(true).optional(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/**
 * Whether it leaves something in the log, or beside it for good: all of that can be asked for to be looked at only.
 * They are named, and not those that are none: what is done in spite of `dryRun` would be done for good.
 */
export function hasDryRun(type: RequestType): boolean {
  return isCommandType(type) || type === 'tag.set';
}

/** Whether it asks for a change of tables or rows: those are decided and recorded. */
function isCommandType(type: RequestType): boolean {
  return type === 'batch' || Object.hasOwn(commandSchemas, type) || Object.hasOwn(largeCommandSchemas, type);
}

export function isRequestType(type: string): type is RequestType {
  return Object.hasOwn(requestSchemas, type);
}
