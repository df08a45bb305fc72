import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { tagNameSchema } from '../../../../protocol/point.ts';
import { queries } from '../api/queries.ts';
import { sendCommand } from '../api/send-command.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { Dialog } from '../shell/dialog.tsx';
import { DialogEnd } from '../shell/dialog-end.tsx';
import { WhyInput, whyOf } from '../tables/why-input.tsx';
import { plainWords } from '../words/plain-words.ts';
import { whenWords } from '../words/points.ts';
import { travel } from './travel.ts';
import type { When } from './use-when.ts';

interface Props {
  readonly at: When;
  readonly onClose: () => void;
}

/** Gives the moment that is shown a name. */
export function TagDialog({ at, onClose }: Props) {
  return (
    <Dialog onClose={onClose} title="Name this moment" size="sm">
      <TagForm at={at} onDone={onClose} />
    </Dialog>
  );
}

function TagForm({ at, onDone }: { readonly at: When; readonly onDone: () => void }) {
  // What is named is the moment at which the form was opened, however long a name is thought about.
  const [{ seq = 0, words }] = useState({ seq: at.seq, words: whenWords(at) });
  const [name, setName] = useState('');
  const [why, setWhy] = useState('');
  const [problem, setProblem] = useState<string>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const named = tagNameSchema.safeParse(name.trim());
    if (!named.success) return setProblem(named.error.issues[0]?.message);
    try {
      const { epoch } = useLedger.getState();
      await sendCommand('tag.set', { name: named.data, point: { seq, epoch }, ...whyOf(why) });
      await queries.invalidateQueries({ queryKey: ['tags'] });
      if (at.at !== undefined) travel(named.data, { replace: true });
      onDone();
    } catch (error) {
      setProblem(plainWords(error));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description={`for ${words}; a tag stays for ever`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          required
          data-autofocus
        />
        <WhyInput value={why} onChange={setWhy} />
        {problem !== undefined && <Alert color="red">{problem}</Alert>}
        <DialogEnd onCancel={onDone}>
          <Button type="submit">name it</Button>
        </DialogEnd>
      </Stack>
    </form>
  );
}
