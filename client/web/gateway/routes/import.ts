import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import {
  type ImportPreview,
  type ImportProgress,
  type ImportResult,
  type Ledger,
  RowcastError,
} from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { planMinutes } from '../import-plans.ts';
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
 *
 * A commit is the command ID, so that asking again finds out what became of it. Where the plan has gone too, as with a
 * gateway that was started anew, it takes the number of `parts` that its progress had told: those the server has still, or
 * it knows the command.
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
    const { why, parts } = await readCommit(context);
    const { ledger, imports: plans } = context.var.upstream;
    const { id } = context.req.param();
    return answerOutright(context, async (lines, left) => {
      const planned = plans.commit(id, why, { onProgress: progressTo(context, lines), left });
      lines.write({ result: await (planned ?? commitAgain(ledger, { id, why, parts })) });
    });
  })
  .delete('/import/:id', async (context) => {
    await context.var.upstream.imports.drop(context.req.param('id'));
    return context.json({});
  });

interface Lost extends CommitBody {
  readonly id: string;
}

/** @throws RowcastError `invalid` when nothing is there that could be done, and nothing was done */
async function commitAgain(ledger: Ledger, { id, why, parts }: Lost): Promise<ImportResult> {
  if (parts === undefined) {
    const message = `this import is not there any more: it waits ${planMinutes} minutes; read it again`;
    throw new RowcastError('invalid', message);
  }
  const { changed, changes = 0, command, seq, epoch } = await ledger.commitStaged({ id, parts, why });
  return { changed, changes, command, seq, epoch };
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

const commitSchema = z.strictObject({ why: z.string().optional(), parts: z.int().min(1).optional() });
const commitAdvice = 'write {"why": "…"}, or nothing';

interface CommitBody {
  readonly why?: string | undefined;
  readonly parts?: number | undefined;
}

/** Nothing stands for no reason. @throws RowcastError `bad_request`: a reason that got lost would be missed for ever */
async function readCommit(context: Context): Promise<CommitBody> {
  const text = await context.req.text();
  const body = commitSchema.safeParse(text === '' ? {} : await jsonBody(context, commitAdvice));
  if (!body.success) throw new RowcastError('bad_request', commitAdvice);
  const { why = '', parts } = body.data;
  return { why: why === '' ? undefined : why, parts };
}
