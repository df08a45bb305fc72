import { heard } from './login-end.ts';
import { cut, GatewayProblem, type ProblemBody } from './problem.ts';
import { ask, posted } from './request.ts';

/** A part of an answer of lines: those that came together. */
export type Lines = readonly unknown[];

/**
 * The lines of an answer of NDJSON as they come, without the last, which says that it was whole.
 * @throws GatewayProblem when it is refused, breaks off or is cut
 */
export function readLines(path: string, signal?: AbortSignal): AsyncGenerator<Lines, void, undefined> {
  return askLines(path, { signal: signal ?? null });
}

/** The same for a deed: its answer is told line by line. @throws GatewayProblem */
export function postLines(path: string, body: object, signal?: AbortSignal): AsyncGenerator<Lines, void, undefined> {
  return askLines(path, posted(body, signal));
}

async function* askLines(path: string, init: RequestInit): AsyncGenerator<Lines, void, undefined> {
  const { body } = await ask(path, init);
  if (body === null) throw cut();
  let rest = '';
  let isWhole = false;
  for await (const text of textOf(body, init.signal)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const plain: string[] = [];
    for (const line of lines) {
      if (line.startsWith('{"error":')) throwProblem(line);
      if (line.startsWith('{"end":') && isEnd(line)) isWhole = true;
      else plain.push(line);
    }
    // Together they take half the time that one after another takes.
    const values = JSON.parse(`[${plain.join(',')}]`) as unknown[];
    if (values.length > 0) yield values;
  }
  if (!isWhole) throw cut();
}

/** @throws GatewayProblem when it is cut */
async function* textOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: RequestInit['signal'],
): AsyncGenerator<string> {
  try {
    yield* body.pipeThrough(new TextDecoderStream());
  } catch (error) {
    throw signal?.aborted === true ? error : cut();
  }
}

/** A line may be of this form and no problem: then it is one of the answer. */
function throwProblem(line: string): void {
  const { error } = JSON.parse(line) as { error?: ProblemBody };
  if (error !== undefined) throw heard(new GatewayProblem(error));
}

function isEnd(line: string): boolean {
  return (JSON.parse(line) as { end?: object }).end !== undefined;
}

/** All of them. @throws GatewayProblem */
export async function readAll<Item>(path: string, signal?: AbortSignal): Promise<Item[]> {
  const all: Item[] = [];
  for await (const lines of readLines(path, signal)) all.push(...(lines as readonly Item[]));
  return all;
}

/** An address of the gateway with those of the parameters that there are. */
export function pathOf(path: string, parameters: Readonly<Record<string, string | number | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query}`;
}
