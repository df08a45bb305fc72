import { createHash } from 'node:crypto';
import { z } from 'zod';
import { endLineSchema, rowEntrySchema, tableEntrySchema } from '../../protocol/entry.ts';
import { errorCodes } from '../../protocol/errors.ts';
import { feedHeaderSchema, headMessageSchema, headTopic, tablesTopic, welcomeTopic } from '../../protocol/feed.ts';
import { limits } from '../../protocol/limits.ts';
import { columnNameSchema, keySchema, tableNameSchema } from '../../protocol/names.ts';
import { replyEnvelopeSchema, replySchemas } from '../../protocol/replies.ts';
import { envelopeSchema, protocolVersion, requestSchemas } from '../../protocol/requests.ts';
import { keyTypes } from '../../protocol/table.ts';
import { columnTypes } from '../../protocol/values.ts';

/** Everything that a client in another language is written against, as plain JSON. */
export function describeProtocol(): object {
  const ofAll = (schemas: Readonly<Record<string, z.ZodType>>): object =>
    Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, jsonSchema(schema)]));
  return {
    version: protocolVersion,
    requests: ofAll(requestSchemas),
    replies: ofAll(replySchemas),
    frames: ofAll({ envelopeSchema, replyEnvelopeSchema }),
    entries: ofAll({ rowEntrySchema, tableEntrySchema, endLineSchema }),
    feed: ofAll({ feedHeaderSchema, headMessageSchema }),
    names: ofAll({ tableNameSchema, columnNameSchema, keySchema }),
    topics: [headTopic, welcomeTopic, tablesTopic],
    errorCodes,
    columnTypes,
    keyTypes: [...keyTypes],
    limits,
  };
}

/** A part that JSON Schema cannot say (a cell is any JSON) stands as `{}`. */
function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
}

/** The hash of {@link describeProtocol}: independent of the order in which names were written. */
export function protocolHash(): string {
  return createHash('sha256').update(canonical(describeProtocol())).digest('hex');
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join(',')}}`;
}
