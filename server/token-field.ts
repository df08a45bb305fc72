/** Where a request's id and its token are looked for, in bytes from either end. */
const endBytes = 512;
/** An id at the front, alone or behind `v`: there it is the request's own and not that of a row that it holds. */
const leadingId = /^\s*\{\s*(?:"v"\s*:\s*\d+\s*,\s*)?"id"\s*:\s*"([A-Za-z0-9_-]{8,64})"/;
const lastMember = /^,\s*"token"\s*:\s*"([^"\\,]{0,256})"\s*\}\s*$/;
const comma = 0x2c;

/** The token of a request, read without the request itself. */
export interface TokenField {
  readonly token: string;
  /** The bytes that it proves: those of the request ahead of the comma that stands ahead of it. */
  readonly proven: Uint8Array;
}

/**
 * The token at the end of a request; undefined when its last member is another. JSON of many megabytes takes seconds to
 * read, in which nobody else is served, so it has to be known before who has sent it; and what is proved are the bytes as
 * they came, which nothing that was read from them gives back. Whether the request is JSON is another question: if it is,
 * this is a member of its own, and not one of a row that it holds.
 */
export function tokenField(bytes: Uint8Array): TokenField | undefined {
  // No token holds a comma, so it stands behind the last one.
  const at = bytes.lastIndexOf(comma);
  if (at < bytes.length - endBytes) return undefined;
  const token = lastMember.exec(textOf(bytes.subarray(at)))?.[1];
  return token === undefined ? undefined : { token, proven: bytes.subarray(0, at) };
}

/** The id at the front of a request that is not read. */
export function idAtFront(bytes: Uint8Array): string | undefined {
  return leadingId.exec(textOf(bytes.subarray(0, endBytes)))?.[1];
}

/** Whatever the bytes are, a character for each. */
function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}
