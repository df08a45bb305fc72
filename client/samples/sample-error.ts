/** Why a sample was not loaded. Nothing was changed. */
export class SampleError extends Error {
  override readonly name = 'SampleError';
  /** `sample_missing`: what it is made of is not installed; `table_exists`: a table has its name. */
  readonly code: 'sample_missing' | 'table_exists';

  constructor(code: SampleError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
