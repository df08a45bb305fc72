import { z } from 'zod';
import { seqSchema } from './cursor.ts';
import { limits } from './limits.ts';
import { columnNameSchema, keySchema, tableNameSchema } from './names.ts';
import { alterStepSchema, cellsSchema, tableDefinitionSchema } from './table.ts';

/**
 * What a command demands of the row that it finds, or else it is refused:
 * `any`, `absent`, `present`, the row's version in its present life, or the seq of its last change. A version starts
 * at 1 again when a key is deleted and made again; a seq never comes back, so it alone tells two lives apart.
 */
const expectSchema = z.union([
  z.enum(['any', 'absent', 'present']),
  z.strictObject({ version: z.int().positive() }),
  z.strictObject({ seq: seqSchema.positive() }),
]);
export type Expect = z.infer<typeof expectSchema>;

const table = tableNameSchema;
/** The reason given for a change; it stands in the change for ever. */
export const why = z.string().max(limits.whyUnitsMax).optional();
const expect = expectSchema.optional();

/** The commands: requests to change something. Each is one operation of `server/domain/`. */
export const commandSchemas = {
  'table.create': z.strictObject({ type: z.literal('table.create'), ...tableDefinitionSchema.shape, name: table, why }),
  'table.alter': z.strictObject({
    type: z.literal('table.alter'),
    table,
    steps: z.array(alterStepSchema).min(1).max(limits.alterStepsMax),
    why,
  }),
  'table.drop': z.strictObject({ type: z.literal('table.drop'), table, why }),
  /** Refused when the key is there. `key` only in tables whose keys are generated; without it one is made. */
  'row.insert': z.strictObject({
    type: z.literal('row.insert'),
    table,
    key: keySchema.optional(),
    row: cellsSchema,
    why,
  }),
  /** Sets the cells that are named and leaves the others; null empties a cell. Expects `present` unless told otherwise. */
  'row.update': z.strictObject({ type: z.literal('row.update'), table, key: keySchema, row: cellsSchema, expect, why }),
  /** Inserts, or where the key is there, updates. Expects `any` unless told otherwise. */
  'row.upsert': z.strictObject({
    type: z.literal('row.upsert'),
    table,
    key: keySchema.optional(),
    row: cellsSchema,
    expect,
    why,
  }),
  'row.delete': z.strictObject({ type: z.literal('row.delete'), table, key: keySchema, expect, why }),
  /**
   * Deletes for good what the sealed cells of a row stand for, in all its lives: value and salt. The commitments stay,
   * and every proof with them. `columns`: of these only.
   */
  'row.erase': z.strictObject({
    type: z.literal('row.erase'),
    table,
    key: keySchema,
    columns: z.array(columnNameSchema).min(1).max(limits.columnsMax).optional(),
    why,
  }),
} as const;

/** A command of a batch: the same as alone. */
export const stepSchema = z.discriminatedUnion('type', [
  commandSchemas['table.create'],
  commandSchemas['table.alter'],
  commandSchemas['table.drop'],
  commandSchemas['row.insert'],
  commandSchemas['row.update'],
  commandSchemas['row.upsert'],
  commandSchemas['row.delete'],
  commandSchemas['row.erase'],
]);
/** A command that is not a batch. */
export type Step = z.infer<typeof stepSchema>;
export type RowStep = Extract<Step, { type: `row.${string}` }>;

/** Several commands, over rows and tables, that take effect together or not at all. How many is the server's setting. */
export const batchSchema = z.strictObject({ type: z.literal('batch'), commands: z.array(stepSchema).min(1), why });

const commandSchema = z.discriminatedUnion('type', [...stepSchema.options, batchSchema]);
export type Command = z.infer<typeof commandSchema>;
export type StepOf<Type extends Step['type']> = Extract<Step, { type: Type }>;
