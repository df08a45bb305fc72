import { Hono } from 'hono';
import { availableSamples, loadSample, RowcastError, sampleNames, sampleTables } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { answerOutright } from '../line-answer.ts';
import { numberIn, takes } from './parameters.ts';

/** Milliseconds between two change sets of a sample at most. */
const pauseMsMax = 10_000;

/**
 * `GET /api/samples`: tables to try things on. `POST /api/sample/NAME?pause_ms=`: makes one; lines of change sets, as they
 * are recorded. It goes on to its end when the reader leaves.
 */
export const samples = new Hono<Environment>()
  .get('/samples', async (context) => {
    const names = await availableSamples();
    return context.json({ samples: names.map((name) => ({ name, table: sampleTables[name] })) });
  })
  .post('/sample/:name', takes('pause_ms'), async (context) => {
    const name = sampleNames.find((one) => one === context.req.param('name'));
    if (name === undefined) throw new RowcastError('bad_request', `there are the samples ${sampleNames.join(', ')}`);
    const pauseMs = Math.min(numberIn(context, 'pause_ms') ?? 0, pauseMsMax);
    const { ledger } = context.var.upstream;
    const { role } = await ledger.accounts.status();
    if (role !== 'administrator') throw new RowcastError('forbidden', 'only administrators may make a table');
    return answerOutright(context, async (lines) => {
      for await (const set of loadSample(ledger, name, { pauseMs })) lines.write({ set });
    });
  });
