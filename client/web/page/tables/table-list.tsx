import { Button, ScrollArea, TextInput } from '@mantine/core';
import { IconPlus, IconUpload } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { usePlace } from '../address/use-place.ts';
import { useRight } from '../people/rights.ts';
import { useNow } from '../shell/use-now.ts';
import { plainWords } from '../words/plain-words.ts';
import { chooseFile } from './choose-file.ts';
import { createTable } from './dialogs.ts';
import { signsOfLife } from './signs-of-life.ts';
import { TableItem } from './table-item.tsx';
import classes from './table-list.module.css';
import { useTables } from './use-tables.ts';

/** Tables from which on they can be filtered. */
const filteredFrom = 10;

/** The tables of the ledger, of now or as they were, with how many rows each has and whether it lives. */
export function TableList({ onChosen }: { readonly onChosen: () => void }) {
  const [place, go] = usePlace();
  const { tables, error } = useTables(place.at);
  const [filter, setFilter] = useState('');
  const now = useNow(5_000);
  const right = useRight();
  useEffect(() => signsOfLife.start(), []);
  const isPast = place.at !== undefined;
  const names = tables.map(({ definition }) => definition.name).join('\n');
  useEffect(() => {
    if (!isPast && names !== '') void signsOfLife.ask(names.split('\n')).catch(() => undefined);
  }, [names, isPast]);
  const shown = tables
    .filter(({ definition }) => definition.name.toLowerCase().includes(filter.toLowerCase()))
    .toSorted((a, b) => a.definition.name.localeCompare(b.definition.name));
  return (
    <nav aria-label="tables" className={classes.nav} data-past={isPast || undefined}>
      <div className={classes.head}>
        <h2>Tables</h2>
        {isPast && <span className={classes.past}>as they were</span>}
      </div>
      {tables.length >= filteredFrom && (
        <TextInput
          className={classes.filter ?? ''}
          size="xs"
          type="search"
          placeholder={`filter ${tables.length} tables`}
          aria-label="filter tables"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      <ScrollArea className={classes.scroll ?? ''} type="auto">
        <ul className={classes.list} onKeyDown={moveFocus}>
          {shown.map((summary) => (
            <TableItem
              key={summary.definition.name}
              summary={summary}
              isCurrent={place.table === summary.definition.name}
              now={isPast ? undefined : now}
              onChoose={() => {
                go({ table: summary.definition.name });
                onChosen();
              }}
            />
          ))}
        </ul>
        {shown.length === 0 && <p className={classes.empty}>{emptyWords(error, isPast, tables.length)}</p>}
      </ScrollArea>
      {right !== 'no' && (
        <div className={classes.foot}>
          <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={createTable}>
            table
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconUpload size={14} />}
            onClick={() => chooseFile()}
          >
            import
          </Button>
        </div>
      )}
    </nav>
  );
}

function emptyWords(error: unknown, isPast: boolean, count: number): string {
  if (error !== undefined) return plainWords(error);
  if (count > 0) return 'No table is called so.';
  return isPast ? 'There was no table then.' : 'None yet.';
}

/** Arrows go from one to the next, Home and End to the first and the last. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button.matches(':focus'));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  buttons[Math.min(Math.max(to, 0), buttons.length - 1)]?.focus();
}
