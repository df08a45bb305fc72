import type { Step } from '../../protocol/commands.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { Sort } from '../../protocol/queries.ts';
import type { TableSummary } from '../../protocol/replies.ts';
import type { CommandResult } from '../command-result.ts';
import type { LargeBatchOptions } from '../large-batch.ts';

interface Asked {
  readonly signal?: AbortSignal | undefined;
}

/** What an import needs of a ledger: the public door is made of imports too, so neither names the other. */
export interface ImportLedger {
  request(request: { type: 'session.status' }, options: Asked): Promise<{ readonly role: string }>;
  tables(options: Asked): Promise<{ readonly tables: readonly TableSummary[] }>;
  get(table: string, key: string, options: Asked & { readonly open?: boolean }): Promise<CurrentRow>;
  rows(
    table: string,
    options: Asked & { readonly open?: boolean; readonly limit?: number; readonly sort?: Sort },
  ): AsyncGenerator<CurrentRow, void, undefined>;
  largeBatch(steps: Iterable<Step>, options: LargeBatchOptions): Promise<CommandResult>;
}
