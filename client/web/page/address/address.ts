import { type Arrangement, readArrangement, writeArrangement } from './arrangement.ts';
import { type FeedView, noFilter, readFeedView, writeFeedView } from './feed-view.ts';

export const panels = ['accounts', 'sessions', 'audit'] as const;
export type Panel = (typeof panels)[number];

/**
 * What the page shows, as its address says it, so that it can be shared: `/t/TABLE?at=POINT&since=POINT&row=KEY&q=TEXT`, and
 * how the rows are arranged and what the feed shows. Points are written as people write them: a seq, `seq@epoch`, a time or a tag.
 */
export interface Place extends Arrangement {
  /** Of the people instead of a table: `/accounts`, `/sessions` or `/audit`. */
  readonly panel: Panel | undefined;
  readonly table: string | undefined;
  /** As of when; the present when left out. */
  readonly at: string | undefined;
  /** An earlier point, from which everything until `at` is shown as a diff. */
  readonly since: string | undefined;
  /** Whether that shows the rows too that do not differ. */
  readonly showsSame: boolean;
  /** The row whose drawer is open. */
  readonly row: string | undefined;
  /** What is searched for. */
  readonly search: string | undefined;
  readonly feed: FeedView;
}

export const nowhere: Place = {
  panel: undefined,
  table: undefined,
  at: undefined,
  since: undefined,
  showsSame: false,
  row: undefined,
  search: undefined,
  feed: { ...noFilter, isTableOnly: false },
  sort: [],
  where: [],
};

export function readPlace(path: string, query: string): Place {
  const [, table] = /^\/t\/([^/]+)$/.exec(path) ?? [];
  const parameters = new URLSearchParams(query);
  const read = (name: string): string | undefined => parameters.get(name) || undefined;
  return {
    panel: panels.find((panel) => path === `/${panel}`),
    table: table === undefined ? undefined : decoded(table),
    at: read('at'),
    since: read('since'),
    showsSame: read('rows') === 'all',
    row: read('row'),
    search: read('q'),
    feed: readFeedView(parameters),
    ...readArrangement(parameters),
  };
}

export function writePlace({ panel, feed, ...place }: Place): string {
  const parameters = new URLSearchParams();
  if (panel === undefined) writeTable(parameters, place);
  writeFeedView(parameters, feed);
  // As people read it: an @ and a : mean nothing else in a query.
  const query = parameters.toString().replaceAll('%40', '@').replaceAll('%3A', ':');
  const path = panel !== undefined ? `/${panel}` : pathOf(place.table);
  return query === '' ? path : `${path}?${query}`;
}

function pathOf(table: string | undefined): string {
  return table === undefined ? '/' : `/t/${encodeURIComponent(table)}`;
}

type OfTable = Omit<Place, 'panel' | 'table' | 'feed'>;

function writeTable(parameters: URLSearchParams, { at, since, showsSame, row, search, sort, where }: OfTable): void {
  if (at !== undefined) parameters.set('at', at);
  if (since !== undefined) parameters.set('since', since);
  if (since !== undefined && showsSame) parameters.set('rows', 'all');
  if (row !== undefined) parameters.set('row', row);
  if (search !== undefined) parameters.set('q', search);
  writeArrangement(parameters, { sort, where });
}

/** A name that was typed by hand may be no encoding at all. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
