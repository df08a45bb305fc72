import { ProofError } from '../../proof/hash.ts';
import { SettingsError } from '../../settings/load.ts';
import { BackupError } from '../backup/format.ts';
import { EmbeddedPostgresError } from '../database/embedded/error.ts';
import { UnsafeDatabaseError } from '../database/safety.ts';
import { KeyFileError } from '../keys/key-file.ts';
import { TamperedLogError } from '../log/tampered.ts';
import { ListenError } from '../transport/bind.ts';
import { NoLedgerError } from './no-ledger.ts';
import { PlainError } from './plain-error.ts';

/** SQLSTATEs and codes of what the operator can mend in [database]: wrong password, role, database or host. */
const refusedByPostgres = new Set([
  '28P01',
  '28000',
  '3D000',
  '42501',
  'ENOTFOUND',
  'EAI_AGAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** Errors whose message says what is wrong and what to do. */
const plainErrors = [
  SettingsError,
  UnsafeDatabaseError,
  EmbeddedPostgresError,
  ListenError,
  KeyFileError,
  TamperedLogError,
  ProofError,
  NoLedgerError,
  BackupError,
  PlainError,
];

/** Errors of ours say what to do; of others the stack helps whoever is asked. */
export function explain(error: unknown): string {
  return plainMessage(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** What to do about an error that is not a fault of the program; undefined of any other. */
export function plainMessage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (plainErrors.some((plain) => error instanceof plain)) return error.message;
  const { code = '', address, port, path } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (refusedByPostgres.has(code)) return `PostgreSQL says: ${error.message}; see [database] in setting.ini`;
  if (code === 'ENOENT') return `${path ?? 'a file'} that setting.ini names is not there (${error.message})`;
  if (code === 'ECONNREFUSED') return `no PostgreSQL answers at ${address}:${port}; see [database] in setting.ini`;
  return undefined;
}
