import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import type { TableSummary } from '../../../../protocol/replies.ts';
import { sealedNames } from '../../../../protocol/sealed.ts';
import { sendCommand } from '../api/send-command.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { DeedError } from '../people/deed-error.tsx';
import { useDeed } from '../people/use-deed.ts';
import { Dialog } from '../shell/dialog.tsx';
import { tellDone } from '../table/edit/undo.ts';
import { AlterPreview } from './alter-preview.tsx';
import { stepsBetween } from './alter-steps.ts';
import { ColumnsEditor } from './columns-editor.tsx';
import { DialogActions } from './dialog-actions.tsx';
import { closeDialog } from './dialogs.ts';
import { readForm, tableFormOf } from './table-form.ts';
import { useDryRun } from './use-dry-run.ts';
import { useIsNarrow } from './use-is-narrow.ts';
import { WhyInput, whyOf } from './why-input.tsx';

/** Changes the columns of a table, as it was when the dialog was opened. */
export function AlterTable({ table }: { readonly table: string }) {
  const [summary] = useState(() => useLedger.getState().tables.find(({ definition }) => definition.name === table));
  return (
    <Dialog onClose={closeDialog} title={`The columns of ${table}`} size="lg" fullScreen={useIsNarrow()}>
      {summary === undefined ? 'This table is not there any more.' : <AlterForm summary={summary} />}
    </Dialog>
  );
}

function AlterForm({ summary: { definition: before, rows = 0 } }: { readonly summary: TableSummary }) {
  const [form, setForm] = useState(() => tableFormOf(before));
  const [why, setWhy] = useState('');
  const { definition, problems } = readForm(form);
  const hasBlank = form.columns.some(({ name }) => name === '');
  const altered = definition.columns.map((column, place) => ({ column, origin: form.columns[place]?.origin }));
  const steps = hasBlank || problems.size > 0 ? [] : stepsBetween(before, altered);
  const dryRun = useDryRun(before.name, steps);
  const { run, isBusy, error } = useDeed(async () => {
    const { id } = await sendCommand('table.alter', { table: before.name, steps, ...whyOf(why) });
    tellDone({ id, text: `changed the columns of ${before.name}` });
    closeDialog();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack gap="sm">
        <ColumnsEditor
          form={form}
          problems={problems}
          isThere
          sealed={new Set(sealedNames(before))}
          onChange={setForm}
        />
        <AlterPreview steps={steps} rows={rows} dryRun={dryRun} />
        <WhyInput value={why} onChange={setWhy} />
        <DeedError error={error} />
        <DialogActions>
          <Button variant="default" onClick={closeDialog}>
            cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={dryRun.state !== 'allowed'}>
            {steps.length === 0 ? 'nothing is changed' : 'change the table'}
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}
