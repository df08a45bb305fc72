import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { type Import, type ImportPreview, type ImportProgress, RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { answerOutright, type LineAnswer } from '../line-answer.ts';
import { jsonBody } from '../read-json.ts';
import { shownProblems } from '../refusal.ts';
import { importOptionsIn, importParameters } from './import-options.ts';
import { takes } from './parameters.ts';

/** Bytes of a reason with what is around it. */
const whyBytesMax = 64 * 1024;

/**
 * `POST /api/import?table=&mode=&key=…`, the file as body: reads it, and holds it against the table. Lines of progress, and
 * then `{"import": {"id", …preview}}`. `POST /api/import/ID/commit` with `{why}` does it; `DELETE /api/import/ID` drops it.
 */
export const imports = new Hono<Environment>()
  .post('/import', takes(...importParameters), async (context) => {
    const { ledger, imports: plans } = context.var.upstream;
    const options = importOptionsIn(context);
    await refuseViewers(context);
    return answerOutright(context, async (lines, signal) => {
      const { incoming } = context.env;
      // Kept, when the reading of the file breaks off: the answer goes the same way.
      const bytes = incoming.iterator({ destroyOnReturn: false });
      try {
        const onProgress = progressTo(context, lines);
        const { id, plan } = await plans.read(() => ledger.import(bytes, { ...options, signal, onProgress }));
        lines.write({ import: { id, ...shown(plan.preview) } });
      } finally {
        // A browser sends its file to the end before it reads the answer.
        incoming.resume();
      }
    });
  })
  .use('/import/:id/commit', bodyLimit({ maxSize: whyBytesMax, onError: () => refuseSize() }))
  .post('/import/:id/commit', async (context) => {
    const { why } = await readWhy(context);
    const { imports: plans } = context.var.upstream;
    const { id } = context.req.param();
    return answerOutright(context, async (lines, left) => {
      const stop = stopBeforeCommit(left);
      const tell = progressTo(context, lines);
      const onProgress = (progress: ImportProgress): void => {
        stop.see(progress);
        tell(progress);
      };
      const commit = (plan: Import) => plan.commit({ why, onProgress, signal: stop.signal });
      lines.write({ result: await plans.use(id, commit) });
    });
  })
  .delete('/import/:id', async (context) => {
    await context.var.upstream.imports.drop(context.req.param('id'));
    return context.json({});
  });

/** Whoever leaves while changes are sent gives them up; what is being recorded goes on to its end. */
function stopBeforeCommit(left: AbortSignal) {
  const stop = new AbortController();
  let isCommitting = false;
  left.addEventListener('abort', () => isCommitting || stop.abort(), { once: true });
  return {
    signal: stop.signal,
    see: ({ phase }: ImportProgress): void => {
      isCommitting = phase === 'committing';
    },
  };
}

/** Before the answer is begun, so that its status says it. @throws RowcastError `login_required`, `session_expired` */
async function refuseViewers(context: Context<Environment>): Promise<void> {
  try {
    await context.var.upstream.ledger.accounts.status();
  } catch (error) {
    context.env.incoming.resume();
    throw error;
  }
}

/** A large file is a deed for as long as it takes. */
function progressTo(context: Context<Environment>, lines: LineAnswer): (progress: ImportProgress) => void {
  return (progress) => {
    context.var.visitor?.use();
    lines.progress(progress);
  };
}

function shown({ problems, ...preview }: ImportPreview): ImportPreview {
  return { ...preview, problems: problems.slice(0, shownProblems) };
}

function refuseSize(): never {
  throw new RowcastError('too_large', `a reason has at most ${whyBytesMax} bytes`);
}

const whySchema = z.strictObject({ why: z.string().optional() });
const whyAdvice = 'write {"why": "…"}, or nothing';

/** Nothing stands for no reason. @throws RowcastError `bad_request`: a reason that got lost would be missed for ever */
async function readWhy(context: Context): Promise<{ readonly why?: string }> {
  const text = await context.req.text();
  const body = whySchema.safeParse(text === '' ? {} : await jsonBody(context, whyAdvice));
  if (!body.success) throw new RowcastError('bad_request', whyAdvice);
  const { why = '' } = body.data;
  return why === '' ? {} : { why };
}
