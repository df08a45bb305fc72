import { z } from 'zod';
import type { Json } from './json.ts';
import { limits } from './limits.ts';
import { columnNameSchema, tableNameSchema } from './names.ts';
import { columnTypes } from './values.ts';

/** Any JSON value: what it may be is judged by the type of its column. */
export const cellSchema: z.ZodType<Json> = z.custom<Json>((value) => value !== undefined, 'is missing');
export const cellsSchema = z.record(z.string(), cellSchema);

export const columnTypeSchema = z.enum(columnTypes);

/** The types whose value may be a key: they have one text form each. */
export const keyTypes: ReadonlySet<string> = new Set(['text', 'integer', 'decimal', 'date']);

/**
 * What a column demands of its cells.
 * `min` and `max` bound the value of an integer, number, decimal, date or timestamp, and the characters of a text.
 * `sealed` keeps values out of everything public: see protocol/sealed.ts.
 * `pattern` is an RE2 expression that the whole text must match: linear in time, so no pattern can stall the server.
 */
const rules = {
  required: z.boolean(),
  unique: z.boolean(),
  sealed: z.literal(true),
  default: cellSchema,
  min: cellSchema,
  max: cellSchema,
  pattern: z.string().max(limits.patternUnitsMax),
  choices: z.array(cellSchema).min(1).max(limits.choicesMax),
};

const columnSchema = z.strictObject({
  name: columnNameSchema,
  type: columnTypeSchema,
  ...z.object(rules).partial().shape,
});
export type Column = z.infer<typeof columnSchema>;

/** A table as its administrator defined it. Without `key` the server makes a key for each row (nanoid). */
export const tableDefinitionSchema = z.strictObject({
  name: tableNameSchema,
  key: columnNameSchema.optional(),
  columns: z.array(columnSchema).max(limits.columnsMax),
});
export type TableDefinition = z.infer<typeof tableDefinitionSchema>;

/** The steps of `table.alter`, done one after another. In `rules`, null takes a rule away. */
export const alterStepSchema = z.discriminatedUnion('do', [
  /** The last column, or where it is told `before` which. */
  z.strictObject({ do: z.literal('add'), column: columnSchema, before: z.string().optional() }),
  z.strictObject({ do: z.literal('rename'), column: z.string(), to: columnNameSchema }),
  z.strictObject({ do: z.literal('remove'), column: z.string() }),
  z.strictObject({ do: z.literal('retype'), column: z.string(), to: columnTypeSchema }),
  z.strictObject({
    do: z.literal('rules'),
    column: z.string(),
    set: z.strictObject({
      required: rules.required.nullable().optional(),
      unique: rules.unique.nullable().optional(),
      /** Never taken away again. */
      sealed: rules.sealed.optional(),
      default: cellSchema.optional(),
      min: cellSchema.optional(),
      max: cellSchema.optional(),
      pattern: rules.pattern.nullable().optional(),
      choices: rules.choices.nullable().optional(),
    }),
  }),
]);
export type AlterStep = z.infer<typeof alterStepSchema>;

export function findColumn(definition: TableDefinition, name: string): Column | undefined {
  return definition.columns.find((column) => column.name === name);
}
