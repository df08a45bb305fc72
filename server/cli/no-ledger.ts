/** There is a database, and no ledger in it. */
export class NoLedgerError extends Error {
  override readonly name = 'NoLedgerError';
}
