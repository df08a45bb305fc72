import { usePlace } from '../address/use-place.ts';
import { TableView } from '../table/table-view.tsx';
import { NoTable } from '../tables/no-table.tsx';
import { CompareView } from './compare-view.tsx';
import { MomentProblem } from './moment-problem.tsx';
import classes from './past-band.module.css';
import { PastBand } from './past-band.tsx';
import { useTitle } from './use-title.ts';
import { useShownPoints, useWhen } from './use-when.ts';

/** What the address names, as of when it says, or the difference between two moments. */
export function Content() {
  const [{ table }] = usePlace();
  const { at, since } = useShownPoints();
  const when = useWhen('at');
  const whenSince = useWhen('since');
  useTitle(table, when);
  if (table === undefined) return <NoTable />;
  if (when.problem !== undefined) return <MomentProblem problem={when.problem} table={table} at={at} />;
  if (whenSince.problem !== undefined) return <MomentProblem problem={whenSince.problem} table={table} at={since} />;
  return (
    <div className={classes.frame} data-past={at !== undefined}>
      <PastBand />
      {since === undefined ? (
        <TableView key={table} table={table} at={at} />
      ) : (
        <CompareView table={table} since={since} at={at} />
      )}
    </div>
  );
}
