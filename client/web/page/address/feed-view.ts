export const kinds = ['entered', 'changed', 'left', 'table'] as const;
export type Kind = (typeof kinds)[number];

/** Which lines of the feed are shown; what is undefined or empty lets everything through. */
export interface FeedFilter {
  readonly by: string | undefined;
  /** In who, what, where or why; in any case. */
  readonly text: string;
  readonly kind: Kind | undefined;
}

/** What the feed shows: `feed=table&feed.by=ada&feed.kind=changed&feed.q=review`. */
export interface FeedView extends FeedFilter {
  /** Only the changes of the table that is looked at. */
  readonly isTableOnly: boolean;
}

export const noFilter: FeedFilter = { by: undefined, text: '', kind: undefined };

/** What is not written so is passed over. */
export function readFeedView(parameters: URLSearchParams): FeedView {
  const kind = kinds.find((one) => one === parameters.get('feed.kind'));
  const by = parameters.get('feed.by') || undefined;
  return { by, kind, text: parameters.get('feed.q') ?? '', isTableOnly: parameters.get('feed') === 'table' };
}

export function writeFeedView(parameters: URLSearchParams, { by, kind, text, isTableOnly }: FeedView): void {
  if (isTableOnly) parameters.set('feed', 'table');
  if (by !== undefined) parameters.set('feed.by', by);
  if (kind !== undefined) parameters.set('feed.kind', kind);
  if (text !== '') parameters.set('feed.q', text);
}
