import type { ErrorBody } from '../protocol/errors.ts';

/** A refusal on the way through a request; dispatch makes the reply of it. */
export class Refused extends Error {
  override name = 'Refused';
  readonly body: ErrorBody;
  constructor(body: ErrorBody) {
    super(body.message);
    this.body = body;
  }
}
