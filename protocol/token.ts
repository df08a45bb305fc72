/**
 * What a request carries as its last member to prove its session: `SESSION.NONCE.COUNT.PROOF`. The secret itself never
 * goes over the wire again after the login, a proof is of one request to the letter, and a count is good once: what was
 * captured opens nothing.
 */
export interface Token {
  readonly session: string;
  /** Given by one server, and good at that one. */
  readonly nonce: string;
  /** 1 or more, and not used before with this nonce. */
  readonly count: number;
  /**
   * base64url of HMAC-SHA256, with the session's secret for its key, over {@link provenHead} and behind it the bytes of
   * the request up to the comma ahead of its token.
   */
  readonly proof: string;
}

/** What a proof is made over ahead of the request's own bytes. */
export function provenHead({ session, nonce, count }: Omit<Token, 'proof'>): string {
  return `${session}.${nonce}.${count}.`;
}

/** The last character of a proof has two bits to spare, which are zero: each proof has one spelling. */
const form = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,64})\.([1-9]\d{0,14})\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

/** Reads a token; undefined when it is none. */
export function parseToken(text: string): Token | undefined {
  const [, session, nonce, count, proof] = form.exec(text) ?? [];
  if (session === undefined || nonce === undefined || proof === undefined) return undefined;
  return { session, nonce, count: Number(count), proof };
}
