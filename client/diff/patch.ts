import { z } from 'zod';
import { epochSchema, seqSchema } from '../../protocol/cursor.ts';
import { type RowDiff, rowDiffSchema, type TableDiff, tableDiffSchema } from '../../protocol/diff.ts';
import { RowcastError } from '../errors.ts';
import type { LedgerDiff } from './read-diff.ts';

/*
 * A patch is a diff as lines of JSON: a head, the tables, the rows, and an end line with their number, without which it
 * was cut off. `rowcast diff --json` writes it, `rowcast apply` reads it.
 */

const headSchema = z.object({
  patch: z.literal(1),
  epoch: epochSchema,
  from: seqSchema,
  to: seqSchema,
});
const endSchema = z.object({ end: z.object({ tables: z.int(), rows: z.int() }) });

/** A patch that was read whole. */
export interface Patch {
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
  readonly tables: readonly TableDiff[];
  readonly rows: readonly RowDiff[];
}

/** The lines of a diff as a patch, each without its line feed. */
export async function* patchLines({
  epoch,
  from,
  to,
  tables,
  rows,
}: LedgerDiff): AsyncGenerator<string, void, undefined> {
  yield JSON.stringify({ patch: 1, epoch, from, to } satisfies z.infer<typeof headSchema>);
  for (const table of tables) yield JSON.stringify(table);
  let count = 0;
  for await (const row of rows) {
    yield JSON.stringify(row);
    count += 1;
  }
  yield JSON.stringify({ end: { tables: tables.length, rows: count } } satisfies z.infer<typeof endSchema>);
}

/** Reads a patch. @throws RowcastError `bad_request` with the line that is none, or when it was cut off */
export async function readPatch(lines: AsyncIterable<string> | Iterable<string>): Promise<Patch> {
  let head: z.infer<typeof headSchema> | undefined;
  let end: z.infer<typeof endSchema>['end'] | undefined;
  const tables: TableDiff[] = [];
  const rows: RowDiff[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    if (end !== undefined) throw notAPatch(number, 'something stands behind the end of the patch');
    const value = parseLine(line, number);
    if (head === undefined) head = read(headSchema, value, number);
    else if ('end' in value) end = read(endSchema, value, number).end;
    else if ('key' in value) rows.push(read(rowDiffSchema, value, number));
    else tables.push(read(tableDiffSchema, value, number));
  }
  if (head === undefined || end === undefined)
    throw new RowcastError('bad_request', 'the patch was cut off: it has no end line');
  if (end.tables !== tables.length || end.rows !== rows.length) {
    throw new RowcastError('bad_request', 'the patch is not whole: it has not as many changes as its end line says');
  }
  const { epoch, from, to } = head;
  return { epoch, from, to, tables, rows };
}

function parseLine(line: string, number: number): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw notAPatch(number, 'it is no JSON object');
}

function read<Schema extends z.ZodType>(schema: Schema, value: object, number: number): z.infer<Schema> {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data as z.infer<Schema>;
  const [issue] = error?.issues ?? [];
  throw notAPatch(number, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

function notAPatch(line: number, message: string): RowcastError {
  return new RowcastError(
    'bad_request',
    `line ${line} is none of a patch (rowcast diff --json writes one): ${message}`,
  );
}
