import { Alert, Button, CloseButton, Loader, Stack, Tabs } from '@mantine/core';
import { useCallback, useRef, useState } from 'react';
import { shownText } from '../../../../protocol/shown-text.ts';
import { usePlace } from '../address/use-place.ts';
import { useIsEditor } from '../people/rights.ts';
import { useFocusBack } from '../shell/use-focus-back.ts';
import { useFocusIn } from '../shell/use-focus-in.ts';
import { AsOf } from '../time/as-of.tsx';
import { plainWords } from '../words/plain-words.ts';
import { count } from '../words/sentence.ts';
import { CopyLink } from './copy-link.tsx';
import { RevertDialog, type Takeback } from './revert-dialog.tsx';
import { RowCells } from './row-cells.tsx';
import classes from './row-drawer.module.css';
import { RowHistory } from './row-history.tsx';
import { RowNotice } from './row-notice.tsx';
import { useEscape } from './use-escape.ts';
import { useRowModel } from './use-row-model.ts';

interface Props {
  readonly table: string;
  readonly row: string;
  readonly at: string | undefined;
}

/** A row, with all of its cells, who set them, and all that it ever was. */
export function RowDrawer({ table, row: key, at }: Props) {
  const drawer = useRef<HTMLElement>(null);
  useFocusBack(undefined, key);
  useFocusIn(drawer, key);
  const [, go] = usePlace();
  const [model, state] = useRowModel({ table, key, at });
  const [takeback, setTakeback] = useState<Takeback>();
  const mayChange = useIsEditor() && at === undefined;
  const close = useCallback(() => go({ row: undefined }), [go]);
  const more = useCallback(() => void model.more(), [model]);
  useEscape(close, takeback === undefined);
  const { phase, problem, row, history, older, definition } = state;
  const versions = older === 'none' ? count(history.length, 'change') : `${history.length}+ changes`;
  return (
    <aside ref={drawer} tabIndex={-1} className={classes.drawer} aria-label={`row ${key}`} data-past={at !== undefined}>
      <header className={classes.head}>
        <div className={classes.title}>
          <span className={classes.table}>{shownText(table)}</span>
          <h2 className={classes.key}>{shownText(key)}</h2>
        </div>
        <span className={classes.version}>{row !== undefined && `version ${row.version}`}</span>
        <CopyLink />
        <CloseButton onClick={close} aria-label="close the row" />
      </header>
      {at !== undefined && (
        <p className={classes.past}>
          <AsOf />
        </p>
      )}
      {problem !== undefined && (
        <Alert color="red" m="sm" title="The row could not be read">
          <Stack gap="xs" align="flex-start">
            {plainWords(problem)}
            <Button size="compact-xs" variant="light" onClick={() => void model.read()}>
              try again
            </Button>
          </Stack>
        </Alert>
      )}
      {phase === 'reading' && history.length === 0 && <Loader size="sm" m="lg" aria-label="reading the row" />}
      {phase === 'ready' && problem === undefined && row === undefined && (
        <RowNotice state={state} at={at} onTakeBack={mayChange && definition !== undefined ? setTakeback : undefined} />
      )}
      {(row !== undefined || history.length > 0) && (
        <Tabs
          key={String(row === undefined)}
          defaultValue={row === undefined ? 'history' : 'cells'}
          className={classes.tabs ?? ''}
        >
          <Tabs.List>
            {row !== undefined && <Tabs.Tab value="cells">cells</Tabs.Tab>}
            <Tabs.Tab value="history">{versions}</Tabs.Tab>
          </Tabs.List>
          {row !== undefined && (
            <Tabs.Panel value="cells" className={classes.panel ?? ''}>
              <RowCells state={state} place={{ table, key, at }} />
            </Tabs.Panel>
          )}
          <Tabs.Panel value="history" className={classes.panel ?? ''}>
            <RowHistory
              state={state}
              onMore={more}
              onTakeBack={mayChange && definition !== undefined ? setTakeback : undefined}
            />
          </Tabs.Panel>
        </Tabs>
      )}
      {takeback !== undefined && <RevertDialog takeback={takeback} onClose={() => setTakeback(undefined)} />}
    </aside>
  );
}
