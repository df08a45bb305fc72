import type { RowcastErrorCode } from '../errors.ts';

/**
 * What the program ends with. Part of its interface: scripts branch on these.
 *
 * | code | meaning |
 * |---|---|
 * | 0 | done; also when whoever read the output went away (`rowcast list … | head`) |
 * | 1 | refused by the server for another reason, or failed |
 * | 2 | wrong usage: arguments, a settings file |
 * | 3 | no such table, row or tag |
 * | 4 | conflict: the row has another version, or the table or key is there already |
 * | 5 | a login is needed, has ended or failed |
 * | 6 | no server was reached, or none answered in time |
 * | 7 | the log is not what it was, or what was signed for it |
 * | 130 | interrupted (Ctrl-C) |
 */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  login: 5,
  unreachable: 6,
  tampered: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The compiler demands a line for every code. */
const byErrorCode: Readonly<Record<RowcastErrorCode, ExitCode>> = {
  bad_request: exitCodes.failed,
  unsupported_version: exitCodes.failed,
  unknown_type: exitCodes.failed,
  too_large: exitCodes.failed,
  login_required: exitCodes.login,
  session_expired: exitCodes.login,
  session_unattached: exitCodes.login,
  forbidden: exitCodes.login,
  login_failed: exitCodes.login,
  login_throttled: exitCodes.login,
  account_not_found: exitCodes.notFound,
  account_exists: exitCodes.conflict,
  last_administrator: exitCodes.conflict,
  invalid: exitCodes.failed,
  table_not_found: exitCodes.notFound,
  table_exists: exitCodes.conflict,
  row_not_found: exitCodes.notFound,
  tag_not_found: exitCodes.notFound,
  tag_exists: exitCodes.conflict,
  version_conflict: exitCodes.conflict,
  revert_conflict: exitCodes.conflict,
  command_id_reused: exitCodes.conflict,
  too_old: exitCodes.failed,
  wrong_epoch: exitCodes.failed,
  ahead_of_server: exitCodes.failed,
  busy: exitCodes.unreachable,
  unavailable: exitCodes.unreachable,
  internal: exitCodes.failed,
  tampered: exitCodes.tampered,
  timeout: exitCodes.unreachable,
  aborted: exitCodes.interrupted,
  closed: exitCodes.failed,
  protocol: exitCodes.failed,
  checkpoints: exitCodes.failed,
};

export function exitCodeOf(code: RowcastErrorCode): ExitCode {
  return byErrorCode[code] ?? exitCodes.failed;
}
