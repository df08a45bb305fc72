import type { Cursor } from '../../protocol/cursor.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { Point } from '../../protocol/point.ts';
import type { RequestOf } from '../../protocol/requests.ts';
import type { CommandChannel } from '../command-channel.ts';
import { demandForward } from '../forward.ts';
import { pointCursor } from '../ledger-points.ts';
import type { ReadingOptions } from '../ledger-reads.ts';
import type { LogEntry } from '../log-reader.ts';
import type { Opener } from '../opener.ts';
import type { Timing } from '../timing.ts';
import type { LogTrust } from '../trust/log-trust.ts';
import { ProofReads } from '../trust/proof-reads.ts';
import { Export } from './export.ts';
import { openLogSource } from './log-source.ts';
import { LeafWalk } from './proof/leaf-walk.ts';
import type { RenderOptions } from './renderer.ts';
import { openTableSource } from './table-source.ts';

export interface ExportLogOptions extends RenderOptions, Pick<ReadingOptions, 'signal' | 'timeoutMs'> {
  /** The changes of one table; of all when left out. */
  readonly table?: string | undefined;
  /** The state that it begins behind; the beginning when left out. */
  readonly from?: Point | undefined;
  /** The last change of it; the head when left out. */
  readonly to?: Point | undefined;
}

export interface TableExportRequest extends RenderOptions, ReadingOptions {
  readonly list: RequestOf<'row.list'>;
  readonly rowsMax?: number | undefined;
}

export interface LedgerExportsParts {
  readonly channel: CommandChannel;
  readonly opener: Opener;
  readonly trust: LogTrust | undefined;
  readonly timing: Timing;
}

/** What a ledger exports. */
export class LedgerExports {
  readonly #channel: CommandChannel;
  readonly #opener: Opener;
  readonly #trust: LogTrust | undefined;
  readonly #timing: Timing;

  constructor({ channel, opener, trust, timing }: LedgerExportsParts) {
    this.#channel = channel;
    this.#opener = opener;
    this.#trust = trust;
    this.#timing = timing;
  }

  table({ list, rowsMax, ...options }: TableExportRequest): Export<CurrentRow> {
    const { signal, timeoutMs, open } = options;
    const openRows = async (rows: readonly CurrentRow[]): Promise<readonly CurrentRow[]> =>
      open === true ? await this.#opener.rows(rows, { signal, timeoutMs }) : rows;
    // What was opened is not what was signed.
    const prove = open === true ? undefined : this.#prove(signal);
    return new Export(
      () => openTableSource(this.#channel, list, { signal, timeoutMs, rowsMax, openRows, prove }),
      options,
    );
  }

  log({ table, from, to, ...options }: ExportLogOptions): Export<LogEntry> {
    // As CSV it is not the text that was signed.
    const prove = options.format === 'csv' ? undefined : this.#prove(options.signal);
    return new Export(async () => {
      const end: Cursor = await pointCursor(this.#channel, to, options);
      const after = from === undefined ? 0 : (await pointCursor(this.#channel, from, options)).seq;
      demandForward(after, end.seq);
      return openLogSource(this.#channel, { after, to: end, table, prove }, options);
    }, options);
  }

  #prove(signal: AbortSignal = new AbortController().signal): (cursor: Cursor) => LeafWalk {
    const parts = { reads: new ProofReads(this.#channel, signal), trust: this.#trust, timing: this.#timing, signal };
    return (cursor) => new LeafWalk(parts, cursor);
  }
}
