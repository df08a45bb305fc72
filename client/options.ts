import type { Expect } from '../protocol/commands.ts';
import type { Filter } from '../protocol/filter.ts';
import type { Point } from '../protocol/point.ts';
import type { Sort } from '../protocol/queries.ts';
import type { RequestOptions, SendOptions } from './command-channel.ts';
import type { RenderOptions } from './export/renderer.ts';
import type { ReadingOptions } from './ledger-reads.ts';

/* What the methods of a ledger may be given. */

/** How a command is sent. With `dryRun` nothing is recorded, and the result has the `entries` that would have been. */
export interface CommandOptions extends SendOptions {
  /** The reason, which stands in the log for ever. */
  readonly why?: string | undefined;
}

export interface LoginOptions extends RequestOptions {
  /**
   * `device` of the reply to an earlier login of the same user: with it, strangers who guess passwords cannot keep this
   * login out. A ledger shows the last one by itself; keep it, and give it, where programs come and go.
   */
  readonly device?: string | undefined;
}

/** Of what is read as it was: the present, when left out. */
export interface AsOfOptions {
  readonly asOf?: Point | undefined;
}

export interface GetOptions extends RequestOptions, ReadingOptions, AsOfOptions {}

export interface TablesOptions extends RequestOptions, AsOfOptions {
  /** Leaves out how many rows each table has, which of the past costs a look at the log. */
  readonly counts?: false | undefined;
}

export interface TagOptions extends SendOptions {
  /** The reason, which is kept with the tag. */
  readonly why?: string | undefined;
  /** What it names; the head when left out. */
  readonly point?: Point | undefined;
}

export interface EraseOptions extends CommandOptions {
  /** Only what these columns hold; all sealed ones when left out. */
  readonly columns?: readonly string[] | undefined;
}

export interface InsertOptions extends CommandOptions {
  /** Only in tables whose keys are generated; without it one is made. */
  readonly key?: string | undefined;
}

export interface ChangeOptions extends CommandOptions {
  /** What is demanded of the row as it is found. */
  readonly expect?: Expect | undefined;
}

export interface UpsertOptions extends InsertOptions, ChangeOptions {}

export interface ListOptions extends ReadingOptions, AsOfOptions {
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** A substring, in any case, of a text column. */
  readonly search?: string | undefined;
  /** Rows of one page. */
  readonly limit?: number | undefined;
}

export interface PageOptions extends ListOptions {
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

export interface ExportTableOptions extends Omit<ListOptions, 'limit'>, RenderOptions {
  /** At most so many rows; all there are when left out. */
  readonly rowsMax?: number | undefined;
}

export interface HistoryOptions extends ReadingOptions, AsOfOptions {
  /** From the newest change back. */
  readonly newestFirst?: true | undefined;
  /** At most so many changes; all there are when left out. */
  readonly limit?: number | undefined;
}

export interface CellHistoryOptions extends ReadingOptions, AsOfOptions {
  /** From the newest change back. */
  readonly newestFirst?: true | undefined;
}

export interface BlameOptions extends RequestOptions, AsOfOptions {}

export interface ActivityOptions extends RequestOptions, AsOfOptions {
  /** The changes of one table; of all when left out. */
  readonly table?: string | undefined;
  /** Those behind this point; all from the first when left out. */
  readonly from?: Point | undefined;
  /** In how many stretches of time, at most 1,000; 200 when left out. */
  readonly buckets?: number | undefined;
}

export interface ReadLogOptions extends ReadingOptions, AsOfOptions {
  /** The changes of one table; of all when left out. */
  readonly table?: string | undefined;
  /** Those behind this seq, in their order; from the first one when left out. */
  readonly after?: number | undefined;
  /** From the newest change back. */
  readonly newestFirst?: true | undefined;
  /** Refused with `wrong_epoch` when the ledger is in another one. */
  readonly epoch?: string | undefined;
  /** At most so many entries; all there are when left out. */
  readonly limit?: number | undefined;
}
