/** Where a request's id and its token are looked for, in bytes from either end. */
const endBytes = 512;
/** An id at the front, alone or behind `v`: there it is the request's own and not that of a row that it holds. */
const leadingId = /^\s*\{\s*(?:"v"\s*:\s*\d+\s*,\s*)?"id"\s*:\s*"([A-Za-z0-9_-]{8,64})"/;
const tokenBehindId = /^\s*,\s*"token"\s*:\s*"([^"\\]{1,256})"/;
const tokenAtEnd = /,\s*"token"\s*:\s*"([^"\\]{1,256})"\s*\}\s*$/;

/** What proves the sender of a request, read without the request itself. */
export interface EarlyProof {
  readonly id: string;
  readonly token: string;
}

/**
 * The id and the token of a large request, from where they have to stand: JSON of many megabytes takes seconds to read,
 * in which nobody else is served, so it has to be known before who has sent it.
 */
export function earlyProof(bytes: Uint8Array): EarlyProof | undefined {
  const [front, id] = leadingId.exec(textOf(bytes.subarray(0, endBytes))) ?? [];
  if (front === undefined || id === undefined) return undefined;
  const behind = textOf(bytes.subarray(front.length, front.length + endBytes));
  const token = tokenBehindId.exec(behind)?.[1] ?? tokenAtEnd.exec(textOf(bytes.subarray(-endBytes)))?.[1];
  return token === undefined ? undefined : { id, token };
}

/** The id at the front of a request that is not read. */
export function idAtFront(bytes: Uint8Array): string | undefined {
  return leadingId.exec(textOf(bytes.subarray(0, endBytes)))?.[1];
}

/** Whatever the bytes are, a character for each. */
function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}
