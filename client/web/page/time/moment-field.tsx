import { Autocomplete, Popover, Text } from '@mantine/core';
import { IconClockSearch } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { parseCursor } from '../../../../protocol/cursor.ts';
import { parsePoint } from '../../../../protocol/point.ts';
import type { Tag } from '../../../../protocol/replies.ts';
import { pointText } from '../words/points.ts';
import classes from './time-bar.module.css';
import { cursorOf, travel } from './travel.ts';

/** How a moment may be written. */
export const momentForms =
  'a time such as 2026-05-01 12:00, the name of a tag, or the number of a change such as #1042';

interface Props {
  readonly tags: readonly Tag[];
  readonly onGone?: () => void;
}

/** Takes any moment as people write it, and offers the tags. */
export function MomentField({ tags, onGone }: Props) {
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const go = (typed: string): void => {
    const target = targetOf(typed.trim(), tags);
    setWrong(target === undefined);
    if (target === undefined) return;
    setText('');
    travel(target);
    onGone?.();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') go(text);
  };
  return (
    <form onSubmit={submit} className={classes.field}>
      <Popover
        opened={isWrong}
        onChange={setWrong}
        // In the sheet there is its title above it.
        position={onGone === undefined ? 'top' : 'bottom'}
        withArrow
        shadow="md"
        withinPortal
      >
        <Popover.Target>
          <Autocomplete
            size="xs"
            aria-label="go to a moment"
            placeholder="go to a time or tag"
            title={momentForms}
            leftSection={<IconClockSearch size={14} />}
            data={tags.map(({ name }) => name)}
            value={text}
            onChange={(value) => {
              setText(value);
              setWrong(false);
            }}
            onOptionSubmit={go}
            error={isWrong}
            comboboxProps={{ position: 'top-start', width: 200 }}
            maxDropdownHeight={220}
          />
        </Popover.Target>
        <Popover.Dropdown p="xs" maw={280}>
          <Text size="xs" role="alert">
            That is no moment. Write {momentForms}.
          </Text>
        </Popover.Dropdown>
      </Popover>
    </form>
  );
}

/** What the address is to say; undefined where it is no moment that there is. A seq becomes one of this life of the ledger. */
function targetOf(typed: string, tags: readonly Tag[]): string | undefined {
  const point = parsePoint(typed.replace(/^#(?=\d+$)/, ''));
  if (point === undefined) return undefined;
  if ('seq' in point) return parseCursor(typed) === undefined ? cursorOf(point.seq) : typed;
  if ('tag' in point && !tags.some(({ name }) => name === point.tag)) return undefined;
  return pointText(typed);
}
