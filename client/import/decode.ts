import { TextDecoder } from 'node:util';
import { ImportError } from './import-error.ts';
import { importLimits } from './import-limits.ts';
import { TextPlace } from './text-place.ts';

/** The encodings that are read, by the names of the Encoding Standard. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

export interface DecodedText {
  readonly encoding: Encoding;
  /** The text from its beginning, without a byte order mark. @throws ImportError at a byte that is none of the encoding */
  readonly chunks: AsyncIterable<string>;
}

/**
 * Tells the encoding by its byte order mark, or by the NULs that UTF-16 has between Latin letters, and reads on as text.
 * Windows-1252 cannot be told from its bytes, as each byte is a letter of it, so it is only read when asked for.
 */
export async function decodeText(bytes: AsyncIterable<Uint8Array>, asked?: Encoding): Promise<DecodedText> {
  const iterator = bytes[Symbol.asyncIterator]();
  const head = await readHead(iterator);
  const binary = findBinary(head);
  if (binary !== undefined) {
    await iterator.return?.();
    throw new ImportError('unreadable', `the file is ${binary.what}`, { next: binary.next });
  }
  const encoding = asked ?? encodingOf(head);
  return { encoding, chunks: decodeChunks(head, iterator, encoding) };
}

async function readHead(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length < importLimits.headBytes; ) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    parts.push(value);
    length += value.length;
  }
  return Buffer.concat(parts);
}

function encodingOf(head: Uint8Array): Encoding {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0 && second !== 0) return 'utf-16be';
  return first !== 0 && second === 0 ? 'utf-16le' : 'utf-8';
}

/** Files that people take for tables of text, by their first bytes. */
const binaries: readonly (readonly [magic: string, what: string, next: string])[] = [
  ['PK\u0003\u0004', 'an Excel workbook or another zip', 'save the sheet as "CSV UTF-8", and import that'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old Excel workbook', 'save the sheet as "CSV UTF-8", and import that'],
  ['\u001f\u008b', 'compressed with gzip', 'unpack it: gunzip -c FILE | npx rowcast import - TABLE'],
  ['PAR1', 'a Parquet file', 'export it as CSV or NDJSON first'],
  ['ARROW1', 'an Arrow file', 'export it as CSV or NDJSON first'],
];

function findBinary(head: Uint8Array): { readonly what: string; readonly next: string } | undefined {
  const start = Buffer.from(head.subarray(0, 8)).toString('latin1');
  const found = binaries.find(([magic]) => start.startsWith(magic));
  return found && { what: found[1], next: found[2] };
}

async function* decodeChunks(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const place = new TextPlace(encoding);
  try {
    for (let chunk: Uint8Array | undefined = head; chunk !== undefined; ) {
      const text = decodeChunk(decoder, chunk, { encoding, place });
      place.pass(chunk, text);
      if (text !== '') yield text;
      const next: IteratorResult<Uint8Array> = await rest.next();
      chunk = next.done === true ? undefined : next.value;
    }
    const last = decodeChunk(decoder, undefined, { encoding, place });
    if (last !== '') yield last;
  } finally {
    await rest.return?.();
  }
}

function decodeChunk(
  decoder: TextDecoder,
  chunk: Uint8Array | undefined,
  { encoding, place }: { readonly encoding: Encoding; readonly place: TextPlace },
): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    const { line, character } = place.faultIn(chunk);
    throw new ImportError('unreadable', `line ${line}, character ${character} is not ${encoding.toUpperCase()}`, {
      next:
        encoding === 'utf-8'
          ? 'a file of Excel on Windows? read it with --encoding windows-1252, and look at its letters in the preview'
          : 'name its encoding with --encoding',
      cause,
    });
  }
}
