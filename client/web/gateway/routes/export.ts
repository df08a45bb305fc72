import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import {
  type Export,
  type FileFormat,
  type Filter,
  fileFormats,
  formatPoint,
  RowcastError,
  type Sort,
} from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { sendFile } from '../send-file.ts';
import { flagIn, jsonIn, pointIn } from './parameters.ts';

/**
 * `GET /api/export/TABLE?format=&as_of=…`: a table as a file; with `log` its changes. Sealed cells are commitments unless
 * an administrator asks for them with `open`. A file that breaks off is cut, so that nobody takes it for whole.
 */
export const exports = new Hono<Environment>().get('/export/:table', async (context) => {
  const { table } = context.req.param();
  const format = formatIn(context);
  const left = new AbortController();
  context.env.outgoing.once('close', () => left.abort());
  const options = { format, escapeFormulas: flagIn(context, 'escape_formulas'), signal: left.signal };
  const isLog = flagIn(context, 'log') === true;
  const file = isLog ? logFile(context, table, options) : tableFile(context, table, options);
  await sendFile(context.env.outgoing, file, { name: fileName(context, table, format), type: types[format] });
  return RESPONSE_ALREADY_SENT;
});

interface Options {
  readonly format: FileFormat;
  readonly escapeFormulas: true | undefined;
  readonly signal: AbortSignal;
}

function tableFile(context: Context<Environment>, table: string, options: Options): Export {
  const { ledger, opens } = context.var.upstream;
  return ledger.exportTable(table, {
    ...options,
    asOf: pointIn(context, 'as_of'),
    filter: jsonIn<Filter>(context, 'filter'),
    sort: jsonIn<Sort>(context, 'sort'),
    search: context.req.query('search'),
    open: opens && flagIn(context, 'open') === true,
  });
}

function logFile(context: Context<Environment>, table: string, options: Options): Export {
  return context.var.upstream.ledger.exportLog({ ...options, table, to: pointIn(context, 'as_of') });
}

const types: Readonly<Record<FileFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** `employees.csv`, `employees-log.ndjson`, `employees-as-of-1042.csv`. */
function fileName(context: Context, table: string, format: FileFormat): string {
  const point = pointIn(context, 'as_of');
  const asOf = point === undefined ? '' : `-as-of-${formatPoint('seq' in point ? { seq: point.seq } : point)}`;
  return `${table}${flagIn(context, 'log') ? '-log' : ''}${asOf.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.${format}`;
}

function formatIn(context: Context): FileFormat {
  const format = fileFormats.find((one) => one === (context.req.query('format') ?? 'csv'));
  if (format !== undefined) return format;
  throw new RowcastError('bad_request', `format is one of ${fileFormats.join(', ')}`);
}
