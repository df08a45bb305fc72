import { useCallback, useState } from 'react';
import type { FeedView } from '../address/feed-view.ts';
import { goTo, placeNow } from '../address/go-to.ts';
import { usePlace } from '../address/use-place.ts';
import { useIsEditor } from '../people/rights.ts';
import { RevertDialog, type Takeback } from '../row/revert-dialog.tsx';
import { AsOf } from '../time/as-of.tsx';
import { pointText, spanWords } from '../words/points.ts';
import { FeedBar } from './feed-bar.tsx';
import type { FeedItem } from './feed-item.ts';
import { FeedList } from './feed-list.tsx';
import classes from './feed-panel.module.css';

/** Every change as it is made, the newest above; of the past, those up to then. */
export function FeedPanel() {
  const [place] = usePlace();
  const { table, feed } = place;
  const at = pointText(place.at);
  const [takeback, setTakeback] = useState<Takeback>();
  const mayChange = useIsEditor() && at === undefined;
  const takeBack = useCallback((item: FeedItem) => setTakeback(takebackOf(item)), []);
  const shown = feed.isTableOnly ? table : undefined;
  return (
    <section aria-label="feed" className={classes.panel}>
      <FeedBar table={table} view={feed} onView={show} />
      {at !== undefined && (
        <div className={classes.past}>
          <AsOf />: what came later is not shown
        </div>
      )}
      <FeedList
        key={`${shown} ${at}`}
        scope={{ table: shown, at }}
        filter={feed}
        onBy={onBy}
        onTakeBack={mayChange ? takeBack : undefined}
      />
      {takeback !== undefined && <RevertDialog takeback={takeback} onClose={() => setTakeback(undefined)} />}
    </section>
  );
}

/** As the address says it, so that it can be shared; it is no step to go back over. */
function show(change: Partial<FeedView>): void {
  goTo({ feed: { ...placeNow().feed, ...change } }, { replace: true });
}

const onBy = (by: string): void => show({ by });

/** A line is a command: all that it did is taken back. */
function takebackOf({ id, span }: FeedItem): Takeback {
  const words = spanWords(span);
  return { title: `Take ${words} back`, done: `took ${words} back`, what: { command: id } };
}
