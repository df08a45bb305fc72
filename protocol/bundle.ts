import { limits } from './limits.ts';

/**
 * Several requests in one frame, and several replies: a JSON text sequence (RFC 7464), each text behind a record
 * separator and ahead of a line feed. A message costs its sender and its receiver more than a request in it does. The
 * separator stands in no JSON text, so that the first byte tells a bundle from a single text.
 */
const separator = '\x1e';
const separatorByte = 0x1e;

/** UTF-8 bytes of a UTF-16 unit, at most. */
const bytesOfUnitMax = 3;
const unitsMax = Math.floor(limits.bundleBytesMax / bytesOfUnitMax);

/** The frame of JSON texts that go together; of one, the text itself. */
export function joinBundle(texts: readonly string[]): string {
  const [first = ''] = texts;
  return texts.length > 1 ? texts.map((text) => `${separator}${text}\n`).join('') : first;
}

export function isBundle(bytes: Uint8Array): boolean {
  return bytes[0] === separatorByte;
}

/** The texts of a bundle, in the memory of its bytes; undefined when it is none, or a larger one than {@link limits} allow. */
export function splitBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  if (!isBundle(bytes) || bytes.length > limits.bundleBytesMax) return undefined;
  const texts: Uint8Array[] = [];
  for (let start = 1; start > 0; ) {
    if (texts.length === limits.bundleTextsMax) return undefined;
    const next = bytes.indexOf(separatorByte, start);
    texts.push(bytes.subarray(start, next < 0 ? bytes.length : next));
    start = next + 1;
  }
  return texts;
}

/** What of all that waits, from the first on, one bundle takes: at least one, be it too large for any. */
export function takeBundle<Item>(waiting: Iterable<Item>, textOf: (item: Item) => string): Item[] {
  const taken: Item[] = [];
  let units = 0;
  for (const item of waiting) {
    units += textOf(item).length + separator.length + 1;
    if (taken.length > 0 && (taken.length === limits.bundleTextsMax || units > unitsMax)) break;
    taken.push(item);
  }
  return taken;
}
