import { RowcastError } from '../errors.ts';

/**
 * How the log that a client is shown differs from the log that was signed.
 *
 * - `forgot`: it is shorter than it was.
 * - `rewritten`: it does not begin with what it was.
 * - `forked`: two logs of one length were signed, or what was delivered is not what the log has.
 * - `signer`: a checkpoint is not signed, or by another key than before.
 * - `changed`: an entry is not the one that was signed, or is missing.
 * - `projection`: the rows of a table are not what the log adds up to.
 */
export type TrustFaultKind = 'forgot' | 'rewritten' | 'forked' | 'signer' | 'changed' | 'projection';

export interface TrustFault {
  readonly kind: TrustFaultKind;
  /** The first seq that is known to be bad, or of which all that is known is that the first bad one is not before it. */
  readonly first: number;
  /** The first bad seq is not behind this one; absent when nothing is known of that. */
  readonly last?: number | undefined;
  readonly what: string;
}

/** The log is not what it was. Nothing that comes from this server is to be believed until its operator has looked. */
export class TamperedError extends RowcastError {
  readonly fault: TrustFault;

  constructor(fault: TrustFault) {
    super('tampered', `the log is not what it was: ${fault.what}`);
    this.fault = fault;
  }
}
