import { Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CellChange } from '../../../../protocol/replies.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { pathOf, readLines } from '../api/lines.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { cellWord } from '../words/cell-words.ts';
import { Moment } from '../words/moment.tsx';
import { plainWords } from '../words/plain-words.ts';
import { Words } from '../words/words.tsx';
import classes from './cell-history.module.css';
import type { RowPlace } from './row-model.ts';
import { ThenLink } from './then-link.tsx';

/** Values that are shown; what was before them the row's history tells. */
const valuesMax = 200;

interface Props {
  readonly place: RowPlace;
  readonly column: string;
}

/** What a cell held, from the newest back. */
export function CellHistory({ place, column }: Props) {
  const epoch = useLedger((state) => state.epoch);
  const { data, error } = useQuery({
    queryKey: ['cell', place, column, epoch],
    queryFn: ({ signal }) => readNewest(place, column, signal),
    staleTime: 0,
  });
  if (error !== null) return <Text size="xs">{plainWords(error)}</Text>;
  if (data === undefined) return <Loader role="status" size="xs" aria-label="reading what it held" />;
  return (
    <ol className={classes.values} aria-label={`what ${column} held`}>
      {data.slice(0, valuesMax).map((change) => (
        <li key={change.seq}>
          <div>
            <Words sentence={[cellWord(change.value, 'strong', { type: change.type })]} />
            {change.op === 'alter' && (
              <span className={classes.quiet}>
                {' '}
                as {shownText(change.column)}, {change.type}
              </span>
            )}
          </div>
          <div className={classes.quiet}>
            {shownText(change.by)} · <Moment at={change.at} /> · <ThenLink seq={change.seq} />
            {change.why !== undefined && ` · “${shownText(change.why)}”`}
          </div>
        </li>
      ))}
      {data.length > valuesMax && <li className={classes.quiet}>and earlier ones, in the history of the row</li>}
    </ol>
  );
}

async function readNewest({ table, key, at }: RowPlace, column: string, signal: AbortSignal): Promise<CellChange[]> {
  const [tablePart, keyPart, columnPart] = [table, key, column].map(encodeURIComponent);
  const path = `/api/tables/${tablePart}/rows/${keyPart}/history/${columnPart}`;
  const changes: CellChange[] = [];
  for await (const lines of readLines(pathOf(path, { newest_first: '', as_of: at }), signal)) {
    changes.push(...(lines as readonly CellChange[]));
    if (changes.length > valuesMax) break;
  }
  return changes;
}
