import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type BackupHeader, DamagedError, headerSchema, trailerSchema } from './format.ts';

/** The longest line that is read, in bytes: beyond what a request can bring. */
const lineBytesMax = 268_435_456;
const gzipMagic = [0x1f, 0x8b];

/** A line of a backup behind its header. */
type BackupLine =
  | { readonly kind: 'entry'; readonly text: string }
  | { readonly kind: 'row'; readonly text: string }
  | { readonly kind: 'end'; readonly counts: Readonly<Record<string, number>> };

/** A backup as it is read, its header first. */
export interface BackupReading {
  readonly header: BackupHeader;
  /** To its trailer, whose hash is held against what was read. @throws DamagedError */
  readonly lines: AsyncGenerator<BackupLine>;
}

/**
 * Opens a backup, packed as it was made or unpacked.
 * @returns undefined when the file is something else
 * @throws DamagedError when it cannot be unpacked
 */
export async function readBackup(path: string, signal: AbortSignal): Promise<BackupReading | undefined> {
  const lines = fileLines(path, signal);
  const first = await lines.next();
  const header = first.done === true ? undefined : parseHeader(first.value);
  if (header === undefined) {
    await lines.return(undefined);
    return undefined;
  }
  return { header, lines: checkedLines(first.value ?? '', lines) };
}

function parseHeader(line: string): BackupHeader | undefined {
  if (!line.startsWith('{"rowcast":"backup"')) return undefined;
  const parsed = headerSchema.safeParse(parseJson(line, 'its header'));
  if (parsed.success) return parsed.data;
  throw new DamagedError('its header is none of this version: use the version of rowcast that it was made with');
}

function parseJson(line: string, what: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new DamagedError(`${what} is damaged`);
  }
}

async function* checkedLines(header: string, lines: AsyncGenerator<string>): AsyncGenerator<BackupLine> {
  const hash = createHash('sha256').update(`${header}\n`);
  for await (const text of lines) {
    if (text.startsWith('{"end":')) {
      yield readEnd(text, hash.digest('hex'));
      return;
    }
    hash.update(`${text}\n`);
    yield { kind: text.startsWith('[') ? 'row' : 'entry', text };
  }
  throw new DamagedError('it was cut off: its end is missing');
}

function readEnd(text: string, digest: string): BackupLine {
  const parsed = trailerSchema.safeParse(parseJson(text, 'its end'));
  if (!parsed.success) throw new DamagedError('its end is damaged');
  const { sha256, ...counts } = parsed.data.end;
  if (sha256 !== digest) throw new DamagedError('its bytes are not those that were written');
  return { kind: 'end', counts };
}

async function* fileLines(path: string, signal: AbortSignal): AsyncGenerator<string> {
  const isPacked = await startsPacked(path);
  const file = createReadStream(path, { signal });
  const stream: Readable = isPacked ? file.pipe(createGunzip()) : file;
  file.once('error', (error) => stream.destroy(error));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        const line = chunk.subarray(start, end);
        yield decoder.decode(parts.length === 0 ? line : Buffer.concat([...parts, line]));
        parts = [];
        bytes = 0;
        start = end + 1;
      }
      parts.push(chunk.subarray(start));
      bytes += chunk.length - start;
      if (bytes > lineBytesMax) throw new DamagedError(`a line of it has more than ${lineBytesMax} bytes`);
    }
    if (bytes > 0) yield decoder.decode(Buffer.concat(parts));
  } catch (error) {
    throw readable(error);
  } finally {
    file.destroy();
    stream.destroy();
  }
}

/** Errors of unpacking and of UTF-8 say that the file is damaged; others are what they are. */
function readable(error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_') || code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new DamagedError(`it cannot be read to its end: ${error instanceof Error ? error.message : code}`);
  }
  return error;
}

async function startsPacked(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && gzipMagic.every((byte, at) => buffer[at] === byte);
  } finally {
    await file.close();
  }
}
