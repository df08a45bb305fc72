import { Button, Group, ScrollArea, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import { useTypes } from '../../../ledger/use-types.ts';
import { Dialog } from '../../../shell/dialog.tsx';
import { Moment } from '../../../words/moment.tsx';
import { amount, count } from '../../../words/sentence.ts';
import { keysOf, settled, type VersionConflict } from '../conflicts.ts';
import type { Disputed } from '../row-conflict.ts';
import { DisputedChoice } from './disputed-choice.tsx';

/** Of what is disputed, so much is shown; and so many keys of rows that are gone. */
const shownMax = 100;
const keysMax = 8;

/** Somebody else was faster with the same cells: shows both values, and lets the person choose for each. */
export function VersionConflictDialog({ conflict }: { readonly conflict: VersionConflict }) {
  const { table, disputed, gone, hasRest, isSeveral, resolve } = conflict;
  const typeOf = useTypes(table);
  const keys = keysOf(conflict);
  const [mine, setMine] = useState<ReadonlySet<Disputed>>(new Set());
  const end = (chosen: ReadonlySet<Disputed> | undefined): void => {
    settled(conflict);
    resolve(chosen);
  };
  const writes = hasRest || mine.size > 0;
  const deletes = disputed.some(({ column }) => column === undefined);
  const title = keys.length === 1 ? `${table} ${keys[0]} has` : `${count(keys.length, 'row')} of ${table} have`;
  return (
    <Dialog onClose={() => end(undefined)} title={`${title} changed meanwhile`} size="lg">
      <Stack gap="sm">
        <Why conflict={conflict} />
        {disputed.length > 1 && isSeveral && (
          <Group gap="xs">
            <Button size="compact-sm" variant="light" onClick={() => setMine(new Set())}>
              keep all of theirs
            </Button>
            <Button size="compact-sm" variant="light" onClick={() => setMine(new Set(disputed))}>
              {deletes ? 'delete all of them' : 'write all of mine'}
            </Button>
          </Group>
        )}
        <ScrollArea.Autosize mah="50vh" type="auto">
          <Stack gap="sm">
            {disputed.slice(0, shownMax).map((one, index) => (
              <DisputedChoice
                key={`${one.row.current.key} ${one.column}`}
                disputed={one}
                isAlone={keys.length === 1}
                isFirst={index === 0}
                isMine={mine.has(one)}
                typeOf={typeOf}
                onChange={(isMine) => setMine((all) => withOrWithout(all, one, isMine))}
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
        {disputed.length > shownMax && (
          <Text size="xs">and {amount(disputed.length - shownMax)} more, of which theirs stay unless you take all</Text>
        )}
        {gone.length > 0 && (
          <Text size="sm">
            {gone
              .slice(0, keysMax)
              .map((key) => shownText(key))
              .join(', ')}
            {gone.length > keysMax && ` and ${amount(gone.length - keysMax)} more`} {gone.length === 1 ? 'is' : 'are'}{' '}
            gone by now: nothing can be written there.
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          {(writes || isSeveral) && (
            <Button
              variant="default"
              data-autofocus={disputed.length === 0 || undefined}
              onClick={() => end(undefined)}
            >
              {isSeveral ? 'go back' : 'keep theirs'}
            </Button>
          )}
          <Button onClick={() => end(mine)}>{endText(writes, deletes)}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function endText(writes: boolean, deletes: boolean): string {
  if (!writes) return 'keep theirs';
  return deletes ? 'delete what I chose' : 'write what I chose';
}

/** Who was faster, and when, where it was one. */
function Why({ conflict: { disputed, isSeveral } }: { readonly conflict: VersionConflict }) {
  const [first] = disputed;
  if (first === undefined) return null;
  const { key, by, at } = first.row.current;
  if (disputed.some(({ row }) => row.current.key !== key)) {
    return <Text size="sm">Others changed them after you began. Choose what is to stand.</Text>;
  }
  return (
    <Text size="sm">
      <b>{shownText(by)}</b> changed {isSeveral ? shownText(key) : 'it'} at <Moment at={at} />, after you began. Choose
      what is to stand.
    </Text>
  );
}

function withOrWithout(all: ReadonlySet<Disputed>, one: Disputed, isIn: boolean): ReadonlySet<Disputed> {
  const others = [...all].filter((other) => other !== one);
  return new Set(isIn ? [...others, one] : others);
}
