import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { usePlace } from '../address/use-place.ts';
import { GatewayProblem } from '../api/problem.ts';
import { sendCommand } from '../api/send-command.ts';
import { useDeed } from '../people/use-deed.ts';
import { Dialog } from '../shell/dialog.tsx';
import { tellDone } from '../table/edit/undo.ts';
import { ColumnsEditor } from './columns-editor.tsx';
import { DialogActions } from './dialog-actions.tsx';
import { closeDialog } from './dialogs.ts';
import { ProblemAlert } from './problem-alert.tsx';
import { newTableForm, placeProblems, readForm } from './table-form.ts';
import { useIsNarrow } from './use-is-narrow.ts';
import { WhyInput, whyOf } from './why-input.tsx';

/** Makes a table. */
export function CreateTable() {
  return (
    <Dialog onClose={closeDialog} title="A new table" size="lg" fullScreen={useIsNarrow()}>
      <CreateForm />
    </Dialog>
  );
}

function CreateForm() {
  const [, go] = usePlace();
  const [form, setForm] = useState(newTableForm);
  const [why, setWhy] = useState('');
  const { definition, problems } = readForm(form);
  const { run, isBusy, error, forget } = useDeed(async () => {
    const { id } = await sendCommand('table.create', { ...definition, ...whyOf(why) });
    tellDone({ id, text: `made the table ${definition.name}` });
    closeDialog();
    go({ table: definition.name, at: undefined });
  });
  const refused =
    error instanceof GatewayProblem ? placeProblems(form, error.body.problems ?? [error.body]) : undefined;
  const hasBlank = form.name === '' || form.columns.some(({ name }) => name === '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          placeholder="rates"
          value={form.name}
          onChange={(event) => {
            setForm({ ...form, name: event.currentTarget.value });
            forget();
          }}
          error={refused?.placed.get('name') ?? (form.name === '' ? undefined : problems.get('name'))}
          spellCheck={false}
          data-autofocus
        />
        <div>
          <Text size="sm" fw={600}>
            Columns
          </Text>
          <Text size="xs" c="var(--text-quiet)">
            {form.key === undefined
              ? 'No column is the key: a key is made for each row.'
              : 'The key names the rows: each stands once, and is never changed.'}
          </Text>
        </div>
        <ColumnsEditor
          form={form}
          problems={new Map([...problems, ...(refused?.placed ?? [])])}
          isThere={false}
          onChange={(next) => {
            setForm(next);
            forget();
          }}
        />
        <WhyInput value={why} onChange={setWhy} />
        {(refused === undefined || refused.rest.length > 0) && (
          <ProblemAlert error={error} {...(refused && { problems: refused.rest })} />
        )}
        <DialogActions>
          <Button variant="default" onClick={closeDialog}>
            cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={hasBlank || problems.size > 0}>
            make the table
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}
