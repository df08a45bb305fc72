import { useCallback, useState } from 'react';
import { usePlace } from '../address/use-place.ts';
import { useIsEditor } from '../people/rights.ts';
import { RevertDialog, type Takeback } from '../row/revert-dialog.tsx';
import { AsOf } from '../time/as-of.tsx';
import { pointText, spanWords } from '../words/points.ts';
import { FeedBar } from './feed-bar.tsx';
import { type FeedFilter, noFilter } from './feed-filter.ts';
import type { FeedItem } from './feed-item.ts';
import { FeedList } from './feed-list.tsx';
import classes from './feed-panel.module.css';

/** Every change as it is made, the newest above; of the past, those up to then. */
export function FeedPanel() {
  const [place] = usePlace();
  const { table } = place;
  const at = pointText(place.at);
  const [isTableOnly, setTableOnly] = useState(false);
  const [filter, setFilter] = useState<FeedFilter>(noFilter);
  const [takeback, setTakeback] = useState<Takeback>();
  const mayChange = useIsEditor() && at === undefined;
  const takeBack = useCallback((item: FeedItem) => setTakeback(takebackOf(item)), []);
  const shown = isTableOnly ? table : undefined;
  return (
    <section aria-label="feed" className={classes.panel}>
      <FeedBar
        table={table}
        isTableOnly={isTableOnly}
        onTableOnly={setTableOnly}
        filter={filter}
        onFilter={setFilter}
      />
      {at !== undefined && (
        <div className={classes.past}>
          <AsOf />: what came later is not shown
        </div>
      )}
      <FeedList
        key={`${shown} ${at}`}
        scope={{ table: shown, at }}
        filter={filter}
        onFilter={setFilter}
        onTakeBack={mayChange ? takeBack : undefined}
      />
      {takeback !== undefined && <RevertDialog takeback={takeback} onClose={() => setTakeback(undefined)} />}
    </section>
  );
}

/** A line is a command: all that it did is taken back. */
function takebackOf({ id, span }: FeedItem): Takeback {
  return { title: `Take ${spanWords(span)} back`, what: { command: id } };
}
