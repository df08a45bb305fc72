import { Button, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { tableNameSchema } from '../../../../../protocol/names.ts';
import { useLedger } from '../../ledger/ledger-state.ts';
import { Dialog } from '../../shell/dialog.tsx';
import { count } from '../../words/sentence.ts';
import { DialogActions } from '../dialog-actions.tsx';
import { closeDialog } from '../dialogs.ts';
import { useIsNarrow } from '../use-is-narrow.ts';
import { WhyInput } from '../why-input.tsx';
import classes from './import.module.css';
import { ImportColumns } from './import-columns.tsx';
import { ImportCounts } from './import-counts.tsx';
import { ImportError } from './import-error.tsx';
import { ImportProblems } from './import-problems.tsx';
import { ImportProgressBar } from './import-progress.tsx';
import { ImportResultView } from './import-result.tsx';
import { ImportTarget } from './import-target.tsx';
import { type ImportChoices, type ImportPreview, tableNameOf } from './preview.ts';
import { useImport } from './use-import.ts';

/** Milliseconds without a key before the file is read again. */
const pauseMs = 500;

interface Props {
  readonly file: File;
  readonly table: string | undefined;
}

/** What importing a file would do, and doing it. */
export function ImportDialog({ file, table }: Props) {
  return (
    <Dialog
      onClose={closeDialog}
      title={`Import ${file.name}`}
      size="xl"
      fullScreen={useIsNarrow()}
      closeOnClickOutside={false}
    >
      <ImportForm file={file} table={table} />
    </Dialog>
  );
}

function ImportForm({ file, table }: Props) {
  const [choices, setChoices] = useState<ImportChoices>(() => firstChoices(file, table));
  const [asked] = useDebouncedValue(choices, pauseMs);
  const [why, setWhy] = useState('');
  const { state, commit } = useImport(file, asked);
  const { stage, preview, progress, error, result } = state;
  const isLoggedIn = useLedger(({ login }) => login !== undefined);
  const isAsked = asked === choices && tableNameSchema.safeParse(choices.table).success;
  if (result !== undefined && preview !== undefined) return <ImportResultView preview={preview} result={result} />;
  const isReady = isLoggedIn && stage === 'looking' && isAsked && preview !== undefined && preview.problemCount === 0;
  // From here on it is done, or may have been, whatever becomes of the dialog.
  const isRecording = stage === 'committing' && (progress?.phase === 'committing' || progress?.phase === 'settling');
  const isNothing = preview !== undefined && isEmpty(preview);
  return (
    <Stack gap="md">
      <ImportTarget choices={choices} isBusy={stage === 'committing'} onChange={setChoices} />
      {(stage === 'reading' || stage === 'committing') && <ImportProgressBar progress={progress} />}
      {error !== undefined && <ImportError error={error} choices={choices} onChange={setChoices} />}
      {preview !== undefined && (
        <fieldset className={classes.choices} disabled={stage === 'committing'}>
          <ImportColumns preview={preview} choices={choices} onChange={setChoices} />
          {preview.problemCount > 0 ? <ImportProblems preview={preview} /> : <ImportCounts preview={preview} />}
        </fieldset>
      )}
      {!isNothing && <WhyInput value={why} onChange={setWhy} isFirst />}
      <DialogActions>
        <Button variant="default" onClick={closeDialog}>
          {isNothing || isRecording ? 'close' : 'cancel'}
        </Button>
        {!isNothing && (
          <Button disabled={!isReady} loading={stage === 'committing'} onClick={() => void commit(why)}>
            {isReady ? commitWords(preview) : 'import'}
          </Button>
        )}
      </DialogActions>
    </Stack>
  );
}

function firstChoices(file: File, table: string | undefined): ImportChoices {
  const name = table ?? tableNameOf(file.name);
  const isThere = useLedger.getState().tables.some(({ definition }) => definition.name === name);
  return {
    table: name,
    mode: isThere ? 'upsert' : 'insert',
    key: 'auto',
    types: {},
    skip: [],
    encoding: 'auto',
    delimiter: 'auto',
    hasHeader: true,
  };
}

function isEmpty({ isNew, counts: { inserts, updates, deletes }, problemCount }: ImportPreview): boolean {
  return !isNew && problemCount === 0 && inserts + updates + deletes === 0;
}

function commitWords({ isNew, table, counts: { inserts, updates, deletes } }: ImportPreview): string {
  if (isNew) return `make ${table} with ${count(inserts, 'row')}`;
  const changes = inserts + updates + deletes;
  return `make ${count(changes, 'change')}`;
}
