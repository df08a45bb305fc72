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
import { leaving } from '../leaving.ts';
import { peerOf, Quota } from '../quota.ts';
import { fileTypes, sendFile } from '../send-file.ts';
import { choiceIn, flagIn, jsonIn, pointIn, takes } from './parameters.ts';

const parameters = ['format', 'as_of', 'filter', 'sort', 'search', 'escape_formulas', 'open', 'log', 'proof'] as const;

/** Proofs that are made at the same time, and those of one address: each holds up to 500,000 entries in memory. */
const proofsMax = 2;
const proofsPerPeerMax = 1;

/**
 * `GET /api/export/TABLE?format=&as_of=…`: a table as a file; with `log` its changes. Sealed cells are commitments unless
 * an administrator asks for them with `open`. A file that breaks off is cut, so that nobody takes it for whole. With `proof`
 * it is the sidecar of that file instead, by which `rowcast verify` checks it.
 */
export function exports(): Hono<Environment> {
  const proofs = new Quota({ max: proofsMax, perPeerMax: proofsPerPeerMax });
  return new Hono<Environment>().get('/export/:table', takes(...parameters), async (context) => {
    const { table } = context.req.param();
    const format = choiceIn(context, 'format', fileFormats) ?? 'csv';
    const options = { format, escapeFormulas: flagIn(context, 'escape_formulas'), signal: leaving(context) };
    const isLog = flagIn(context, 'log') === true;
    const file = isLog ? logFile(context, table, options) : tableFile(context, table, options);
    const name = fileName(context, table, format);
    const isProof = flagIn(context, 'proof') === true;
    const texts = isProof ? proofOf(context, file, proofs) : file;
    const head = isProof
      ? { name: `${name}.proof`, type: 'text/plain; charset=utf-8' }
      : { name, type: fileTypes[format] };
    await sendFile(context.env.outgoing, texts, head);
    return RESPONSE_ALREADY_SENT;
  });
}

/** @throws RowcastError `bad_request` without a moment that file and proof have in common, and `busy` */
function proofOf(context: Context<Environment>, file: Export, proofs: Quota): AsyncIterable<string> {
  if (pointIn(context, 'as_of') === undefined) {
    throw new RowcastError('bad_request', 'a proof is of a file of one moment: give both the same as_of=seq@epoch');
  }
  const giveBack = proofs.take(peerOf(context));
  if (giveBack === undefined) {
    throw new RowcastError('busy', 'as many proofs are being made as may be; try again in a minute');
  }
  context.env.outgoing.once('close', giveBack);
  return file.proof();
}

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

/** `employees.csv`, `employees-log.ndjson`, `employees-as-of-1042.csv`. */
function fileName(context: Context, table: string, format: FileFormat): string {
  const point = pointIn(context, 'as_of');
  const asOf = point === undefined ? '' : `-as-of-${formatPoint('seq' in point ? { seq: point.seq } : point)}`;
  return `${table}${flagIn(context, 'log') ? '-log' : ''}${asOf.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.${format}`;
}
