import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { Environment } from './environment.ts';
import { streamHeaders } from './headers.ts';
import { leaving } from './leaving.ts';
import { errorBody } from './refusal.ts';

/** Milliseconds between two tellings of progress: more than an eye takes in. */
const progressMs = 100;

/**
 * An answer of lines of JSON (NDJSON) that is begun while its request is still being read. Nothing waits for the reader
 * to take the lines: a browser reads the answer only when its request is sent, so whoever waited would wait for ever. There
 * are few lines, as progress is told ten times a second at most. The last is `{"end":…}`, or `{"error":…}` when it failed.
 */
export class LineAnswer {
  readonly #response: ServerResponse;
  #count = 0;
  #toldAt = 0;
  #phase: string | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    // A reader who has left is no error.
    response.on('error', () => undefined);
    response.writeHead(200, {
      ...streamHeaders,
      'content-type': 'application/x-ndjson; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
  }

  write(line: object): void {
    this.#count += 1;
    this.#response.write(`${JSON.stringify(line)}\n`);
  }

  /** Tells how far it is, when some time has passed or another phase begins. */
  progress(progress: { readonly phase: string }): void {
    const now = Date.now();
    if (progress.phase === this.#phase && now - this.#toldAt < progressMs) return;
    [this.#phase, this.#toldAt] = [progress.phase, now];
    this.write({ progress });
  }

  end(): void {
    this.#response.end(`${JSON.stringify({ end: { count: this.#count } })}\n`);
  }

  fail(error: unknown): void {
    this.#response.end(`${JSON.stringify({ error: errorBody(error) })}\n`);
  }
}

type Work = (lines: LineAnswer, signal: AbortSignal) => Promise<void>;

/** Answers with the lines that the work tells; its signal is aborted when the reader leaves. */
export function answerOutright(context: Context<Environment>, work: Work): Response {
  const lines = new LineAnswer(context.env.outgoing as ServerResponse);
  void work(lines, leaving(context)).then(
    () => lines.end(),
    (error: unknown) => lines.fail(error),
  );
  return RESPONSE_ALREADY_SENT;
}
