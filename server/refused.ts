import type { ErrorBody } from '../protocol/errors.ts';

/** The body for whoever has replies unread, and is to read them first. */
export const tooMuchUnread: ErrorBody = {
  code: 'busy',
  message: 'this connection has too many bytes of replies unread (unread_bytes_per_peer_max); read them first',
  retryAfterMs: 100,
};

/** A refusal on the way through a request; dispatch makes the reply of it. */
export class Refused extends Error {
  override name = 'Refused';
  readonly body: ErrorBody;
  constructor(body: ErrorBody) {
    super(body.message);
    this.body = body;
  }
}
