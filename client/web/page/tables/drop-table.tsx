import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { usePlace } from '../address/use-place.ts';
import { sendCommand } from '../api/send-command.ts';
import { DeedError } from '../people/deed-error.tsx';
import { useDeed } from '../people/use-deed.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogEnd } from '../shell/dialog-end.tsx';
import { tellDone } from '../table/edit/undo.ts';
import { closeDialog } from './dialogs.ts';
import { WhyInput, whyOf } from './why-input.tsx';

/** Asks for the name of the table before it is dropped. */
export function DropTable({ table }: { readonly table: string }) {
  return (
    <Dialog onClose={closeDialog} title={`Drop ${table}?`} size="sm">
      <DropForm table={table} />
    </Dialog>
  );
}

function DropForm({ table }: { readonly table: string }) {
  const [place, go] = usePlace();
  const [typed, setTyped] = useState('');
  const [why, setWhy] = useState('');
  const { run, isBusy, error } = useDeed(async () => {
    const { id } = await sendCommand('table.drop', { table, ...whyOf(why) });
    tellDone({ id, text: `dropped the table ${table}` });
    closeDialog();
    if (place.table === table) go({ table: undefined });
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack gap="sm">
        <Text size="sm">
          The table leaves the present, with all its rows. Its history stays: every earlier moment still shows it, and
          dropping it can be undone.
        </Text>
        <TextInput
          label={`Write ${table} to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <WhyInput value={why} onChange={setWhy} />
        <DeedError error={error} />
        <DialogEnd onCancel={closeDialog}>
          <Button type="submit" color="red" loading={isBusy} disabled={typed !== table}>
            drop the table
          </Button>
        </DialogEnd>
      </Stack>
    </form>
  );
}
