import { RowcastError } from '../../errors.ts';

/** The file, or its proof, is not what was exported. */
export function fileFault(what: string): RowcastError {
  return new RowcastError('tampered', what);
}
