/** The SQLSTATE of an error of PostgreSQL's, e.g. 22003; undefined for errors of other kinds. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** Whether PostgreSQL could not read a value that it was given: the fault of whoever sent it. */
export function isBadValue(error: unknown): boolean {
  return sqlState(error)?.startsWith('22') === true;
}

/** Whether a read failed because PostgreSQL was not there, or would not serve: the same may be asked again. */
export function isDatabaseAway(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return /^(08|53|57)|^E[A-Z]+$/.test(code) || (error instanceof Error && /connection|timeout/i.test(error.message));
}
