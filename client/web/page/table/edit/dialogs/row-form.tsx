import { Alert, Button, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { CurrentRow } from '../../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../../protocol/table.ts';
import { sendCommand } from '../../../api/send-command.ts';
import { Dialog } from '../../../shell/dialog.tsx';
import { DialogActions } from '../../../tables/dialog-actions.tsx';
import { problemWords } from '../../../words/plain-words.ts';
import { useIsAsked } from '../conflicts.ts';
import { type FormProblems, noProblems, readForm, textsOf } from '../form-cells.ts';
import { type OwnCommand, whyNow } from '../own-commands.ts';
import { changedText } from '../steps.ts';
import { tellDone } from '../undo.ts';
import { updateRow } from '../update-row.ts';
import { CellField } from './cell-field.tsx';
import { useCommand } from './use-command.ts';
import { WhyField } from './why-field.tsx';

interface Props {
  readonly definition: TableDefinition;
  /** The row that is changed; undefined for a new one. */
  readonly row: CurrentRow | undefined;
  /** A row was made. */
  readonly onMade: (key: string) => void;
  readonly onClose: () => void;
}

/** A row as a form: a new one, or one that is there. */
export function RowForm({ definition, row, onMade, onClose }: Props) {
  const [before] = useState(() => textsOf(definition, row));
  const [texts, setTexts] = useState(before);
  const [typed, setTyped] = useState<FormProblems>(noProblems);
  const [{ isBusy, message, problems }, run] = useCommand();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { cells, problems: wrong } = readForm(definition, before, texts);
    setTyped(wrong);
    if (wrong.size > 0) return;
    await run(async () => {
      const done = await send(definition.name, row, cells);
      if (done !== undefined) tellDone(done);
      if (done?.made !== undefined) onMade(done.made);
      onClose();
    });
  };
  const isAsked = useIsAsked();
  const rest = problems.filter(({ column }) => column === undefined || !(column in texts));
  return (
    <Dialog
      onClose={onClose}
      title={row === undefined ? `New row of ${definition.name}` : `Edit ${row.key}`}
      {...(isAsked && { closeOnEscape: false })}
    >
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack gap="sm">
          {definition.columns.map((column, index) => (
            <CellField
              key={column.name}
              column={column}
              text={texts[column.name] ?? ''}
              problem={typed.get(column.name) ?? problems.find((problem) => problem.column === column.name)?.message}
              isFirst={index === 0}
              isDisabled={row !== undefined && column.name === definition.key}
              onChange={(text) => setTexts((all) => ({ ...all, [column.name]: text }))}
            />
          ))}
          <WhyField />
          {message !== undefined && (rest.length > 0 || problems.length === 0) && (
            <Alert color="red" role="alert">
              {rest.length === 0
                ? message
                : rest.map((problem) => <div key={problemWords(problem)}>{problemWords(problem)}</div>)}
            </Alert>
          )}
          <DialogActions>
            <Button variant="default" onClick={onClose}>
              cancel
            </Button>
            <Button type="submit" loading={isBusy}>
              {row === undefined ? 'add row' : 'save'}
            </Button>
          </DialogActions>
        </Stack>
      </form>
    </Dialog>
  );
}

async function send(
  table: string,
  row: CurrentRow | undefined,
  cells: CurrentRow['row'],
): Promise<(OwnCommand & { readonly made?: string }) | undefined> {
  const why = whyNow();
  if (row === undefined) {
    const { id, reply } = await sendCommand('row.insert', { table, row: cells, why });
    return { id, text: `added ${reply.key ?? 'a row'}`, ...(reply.key !== undefined && { made: reply.key }) };
  }
  if (Object.keys(cells).length === 0) return undefined;
  const updated = await updateRow({ table, seen: row, cells, why });
  if (updated === undefined || !updated.sent.reply.changed) return undefined;
  return { id: updated.sent.id, text: changedText(row.key, Object.keys(updated.cells)) };
}
