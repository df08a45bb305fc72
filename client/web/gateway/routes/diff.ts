import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { diffTexts, type LedgerDiff, patchTexts } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { leaving } from '../leaving.ts';
import { fileTypes, sendFile } from '../send-file.ts';
import { answerLines } from './lines.ts';
import { choiceIn, flagIn, pointIn, takes } from './parameters.ts';

/**
 * `GET /api/diff?from=&to=&table=`: what is different between two points, as lines. With `format` it is a file, in which
 * sealed cells are commitments unless an administrator asks for them with `open`.
 */
export const diff = new Hono<Environment>().get(
  '/diff',
  takes('table', 'from', 'to', 'format', 'escape_formulas', 'open'),
  async (context) => {
    const format = choiceIn(context, 'format', formats);
    return format === undefined ? await answerDiff(context) : await sendDiff(context, format);
  },
);

const formats = ['csv', 'json', 'patch'] as const;
type DiffFormat = (typeof formats)[number];

async function answerDiff(context: Context<Environment>): Promise<Response> {
  return await answerLines(context, async (signal) => {
    const { rows, ...head } = await readDiff(context, { signal, open: context.var.upstream.opens });
    return { head, items: rows };
  });
}

async function sendDiff(context: Context<Environment>, format: DiffFormat): Promise<Response> {
  const escapeFormulas = flagIn(context, 'escape_formulas');
  const open = flagIn(context, 'open') === true && context.var.upstream.opens;
  const found = await readDiff(context, { signal: leaving(context), open });
  const texts = format === 'patch' ? patchTexts(found) : diffTexts(found, { format, escapeFormulas });
  const name = `${context.req.query('table') ?? 'ledger'}-changes-${found.from}-${found.to}.${format}`;
  await sendFile(context.env.outgoing, texts, { name, type: fileTypes[format === 'patch' ? 'ndjson' : format] });
  return RESPONSE_ALREADY_SENT;
}

interface Reading {
  readonly signal: AbortSignal;
  readonly open: boolean;
}

async function readDiff(context: Context<Environment>, options: Reading): Promise<LedgerDiff> {
  const from = pointIn(context, 'from') ?? { seq: 0 };
  const { ledger } = context.var.upstream;
  return await ledger.diff(from, { to: pointIn(context, 'to'), table: context.req.query('table'), ...options });
}
