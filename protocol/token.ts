/**
 * What a request carries to prove its session: `SESSION.NONCE.COUNT.PROOF`. The secret itself never goes over the wire
 * again after the login, a proof is of one request id, and a count is good once: what was captured opens nothing.
 */
export interface Token {
  readonly session: string;
  /** Given by one server, and good at that one. */
  readonly nonce: string;
  /** 1 or more, and not used before with this nonce. */
  readonly count: number;
  /** base64url of HMAC-SHA256 over {@link provenText}, with the session's secret for its key. */
  readonly proof: string;
}

/** What the proof of a token is made over. */
export function provenText({ session, nonce, count }: Omit<Token, 'proof'>, requestId: string): string {
  return `${session}.${nonce}.${count}.${requestId}`;
}

export function formatToken({ session, nonce, count }: Omit<Token, 'proof'>, proof: string): string {
  return `${session}.${nonce}.${count}.${proof}`;
}

/** The last character of a proof has two bits to spare, which are zero: each proof has one spelling. */
const form = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,64})\.([1-9]\d{0,14})\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

/** Reads a token; undefined when it is none. */
export function parseToken(text: string): Token | undefined {
  const [, session, nonce, count, proof] = form.exec(text) ?? [];
  if (session === undefined || nonce === undefined || proof === undefined) return undefined;
  return { session, nonce, count: Number(count), proof };
}
