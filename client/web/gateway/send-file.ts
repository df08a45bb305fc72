import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { FileFormat } from '../../index.ts';
import { streamHeaders } from './headers.ts';

/** What files are said to be. */
export const fileTypes: Readonly<Record<FileFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

interface FileHead {
  readonly name: string;
  readonly type: string;
}

/**
 * Sends a file in the making at the pace at which it is taken. What fails before its first text is thrown; behind that the
 * connection is torn, without the end that a whole answer has, so that a browser says that the download has failed.
 */
export async function sendFile(
  response: ServerResponse | Http2ServerResponse,
  texts: AsyncIterable<string>,
  { name, type }: FileHead,
): Promise<void> {
  const out = response as ServerResponse;
  const iterator = texts[Symbol.asyncIterator]();
  const first = await iterator.next();
  out.on('error', () => undefined);
  out.writeHead(200, {
    ...streamHeaders,
    'content-type': type,
    'content-disposition': disposition(name),
  });
  try {
    for (let next = first; next.done !== true; next = await iterator.next()) await write(out, next.value);
    out.end();
  } catch {
    out.destroy();
  } finally {
    await iterator.return?.();
  }
}

async function write(out: ServerResponse, text: string): Promise<void> {
  if (out.destroyed) throw new Error('the reader has left');
  if (out.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      out.off('drain', done).off('close', done);
      resolve();
    };
    out.on('drain', done).on('close', done);
  });
}

/** RFC 6266: a plain name for those who know no other, and the name itself. */
export function disposition(name: string): string {
  const plain = name.replaceAll(/[^\w.-]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
