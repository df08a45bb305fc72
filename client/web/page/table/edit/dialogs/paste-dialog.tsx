import { Alert, Loader, ScrollArea, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { nanoid } from 'nanoid';
import { useState } from 'react';
import type { Problem } from '../../../../../../protocol/errors.ts';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import type { TableDefinition } from '../../../../../../protocol/table.ts';
import { GatewayProblem } from '../../../api/problem.ts';
import { useLedger } from '../../../ledger/ledger-state.ts';
import { sealedText } from '../../../words/cell-text.ts';
import { typesIn } from '../../../words/column-types.ts';
import { plainWords } from '../../../words/plain-words.ts';
import { count } from '../../../words/sentence.ts';
import { tryRows } from '../change-rows.ts';
import type { PastePlan } from '../paste-plan.ts';
import { changeAndTell } from './change-and-tell.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import classes from './paste-dialog.module.css';
import { PastePreview } from './paste-preview.tsx';

interface Props {
  readonly definition: TableDefinition;
  readonly plan: PastePlan;
  readonly onClose: () => void;
}

/** Shows what pasting would do, as the server judges it, and does it: all of it or nothing. */
export function PasteDialog({ definition, plan, onClose }: Props) {
  const { lines, edits, problems: own, sealedCount } = plan;
  const isLoggedIn = useLedger(({ login }) => login !== undefined);
  // Thousands of rows would be written out with every letter of the reason.
  const [id] = useState(() => nanoid());
  const trial = useQuery({
    queryKey: ['paste', id],
    queryFn: () => tryRows(definition.name, edits),
    enabled: isLoggedIn && own.length === 0 && edits.length > 0,
  });
  const problems = problemsOf(trial.error);
  const added = lines.filter(({ isNew }) => isNew).length;
  const deed = (): Promise<boolean> =>
    changeAndTell(definition.name, edits, (keys) => `pasted into ${count(keys.length, 'row')}`);
  return (
    <ConfirmDialog title="Paste" verb="paste" size="xl" isDisabled={!trial.isSuccess} deed={deed} onClose={onClose}>
      <Text size="sm">
        {edits.length === 0 ? 'Nothing would change.' : countText(lines.length - added, added)}{' '}
        {trial.isLoading && <Loader size="xs" aria-label="asking the server" />}
      </Text>
      {sealedCount > 0 && (
        <Text size="sm">
          {count(sealedCount, 'sealed cell')} {sealedCount === 1 ? 'stays' : 'stay'} as{' '}
          {sealedCount === 1 ? 'it is' : 'they are'}: “{sealedText}” stands for a value that could not be copied.
        </Text>
      )}
      {own.length > 0 && (
        <Alert color="red">
          {own
            .slice(0, 8)
            .map((problem) => shownText(problem))
            .join('; ')}
        </Alert>
      )}
      {trial.error !== null && (
        <Alert color="red">
          {problems.length === 0 ? plainWords(trial.error) : 'It cannot be pasted so; nothing was changed.'}
        </Alert>
      )}
      <ScrollArea.Autosize mah={360} type="auto" className={classes.preview}>
        <PastePreview lines={lines} problems={problems} typeOf={typesIn(definition)} />
      </ScrollArea.Autosize>
    </ConfirmDialog>
  );
}

function countText(changed: number, added: number): string {
  return [changed > 0 && `${count(changed, 'row')} would change`, added > 0 && `${count(added, 'row')} would be added`]
    .filter(Boolean)
    .join(', ');
}

function problemsOf(error: unknown): readonly Problem[] {
  return error instanceof GatewayProblem ? (error.body.problems ?? []) : [];
}
