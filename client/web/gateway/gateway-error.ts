type GatewayErrorCode = 'address_taken' | 'address_refused';

/** The gateway cannot start; the message says why, and what to do. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;

  constructor(code: GatewayErrorCode, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
