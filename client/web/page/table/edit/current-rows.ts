import type { CurrentRow, Problem } from '../../../../../protocol/errors.ts';
import { commitmentIn } from '../../../../../protocol/sealed.ts';
import { GatewayProblem } from '../../api/problem.ts';
import { request } from '../../api/request.ts';

/** What a refusal says is wrong, where all of it is that rows have changed since they were seen. */
export function versionConflictsIn(error: unknown): readonly Problem[] | undefined {
  if (!(error instanceof GatewayProblem) || error.code !== 'version_conflict') return undefined;
  const { problems = [] } = error.body;
  return problems.length > 0 && problems.every(({ code }) => code === 'version_conflict') ? problems : undefined;
}

/**
 * What a conflict tells has its sealed cells closed: read anew they are open, and can be compared with what was seen.
 * @param columns which of them are compared
 * @throws GatewayProblem when the row cannot be read any more
 */
export async function opened(table: string, told: CurrentRow, columns: readonly string[]): Promise<CurrentRow> {
  if (columns.every((column) => commitmentIn(told.row[column]) === undefined)) return told;
  const { row } = await request('row.get', { table, key: told.key });
  return row;
}
