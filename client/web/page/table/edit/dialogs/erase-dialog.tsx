import { Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CurrentRow } from '../../../../../../protocol/errors.ts';
import { sealedNames } from '../../../../../../protocol/sealed.ts';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import type { TableDefinition } from '../../../../../../protocol/table.ts';
import { sendCommand } from '../../../api/send-command.ts';
import { tellSaid } from '../notes.ts';
import { whyNow } from '../own-commands.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface Props {
  readonly definition: TableDefinition;
  readonly row: CurrentRow;
  readonly onClose: () => void;
}

/** Deletes for good what sealed cells stand for: the one thing here that nothing brings back, so it is typed out. */
export function EraseDialog({ definition, row: { key }, onClose }: Props) {
  const names = sealedNames(definition);
  // What hides in a key nobody can type.
  const shownKey = shownText(key);
  const [chosen, setChosen] = useState<readonly string[]>(names);
  const [typed, setTyped] = useState('');
  const deed = async (): Promise<boolean> => {
    await sendCommand('row.erase', { table: definition.name, key, columns: [...chosen], why: whyNow() });
    tellSaid(`erased ${chosen.join(', ')} of ${key}`);
    return true;
  };
  return (
    <ConfirmDialog
      title={`Erase sealed cells of ${key}`}
      verb="erase for good"
      isDangerous
      isDisabled={typed !== shownKey || chosen.length === 0}
      deed={deed}
      onClose={onClose}
    >
      <Text size="sm">
        Their values are deleted in every version of this row, and <b>nothing brings them back</b>. That they were there
        stays in the log and can still be verified.
      </Text>
      <Checkbox.Group label="Cells" value={[...chosen]} onChange={setChosen}>
        <Stack gap={6} mt={6}>
          {names.map((name) => (
            <Checkbox key={name} value={name} label={name} />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        label={`Write ${shownKey} to confirm`}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
      />
    </ConfirmDialog>
  );
}
