import { Hmac } from '../proof/hmac.ts';
import { provenHead } from '../protocol/token.ts';

/** Stands where no nonce is known yet: the server refuses it, and then it is asked for one. */
const noNonce = 'none';

/**
 * A session as its owner holds it: it proves each request with the secret, which stays here.
 * Its text, `SESSION.SECRET`, is what is kept and given to another process.
 */
export class ClientSession {
  readonly id: string;
  readonly text: string;
  readonly #secret: Hmac;
  #nonce = noNonce;
  #count = 0;

  constructor({ session, secret, nonce }: { session: string; secret: string; nonce?: string | undefined }) {
    this.id = session;
    this.text = `${session}.${secret}`;
    this.#secret = new Hmac(Buffer.from(secret, 'base64url'));
    if (nonce !== undefined) this.attach(nonce);
  }

  /** @throws Error when the text is none */
  static parse(text: string): ClientSession {
    const [, session, secret] = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
    if (session === undefined || secret === undefined) {
      throw new Error('this is no session; write SESSION.SECRET as a login gives it');
    }
    return new ClientSession({ session, secret });
  }

  /** The nonce that tokens are made with now. */
  get nonce(): string {
    return this.#nonce;
  }

  /** Goes on with a nonce that a server has given. */
  attach(nonce: string): void {
    this.#nonce = nonce;
    this.#count = 0;
  }

  /** The text of a request, a JSON object, for one try of it: with a token, which is never the same twice. */
  proved(request: string): string {
    this.#count += 1;
    const head = provenHead({ session: this.id, nonce: this.#nonce, count: this.#count });
    const proven = request.slice(0, -1);
    return `${proven},"token":"${head}${this.#secret.of(head + proven, 'base64url')}"}`;
  }
}
