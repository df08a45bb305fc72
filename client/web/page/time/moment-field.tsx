import { Autocomplete, Popover, Text } from '@mantine/core';
import { IconClockSearch } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { parseCursor } from '../../../../protocol/cursor.ts';
import { parsePoint } from '../../../../protocol/point.ts';
import type { Tag } from '../../../../protocol/replies.ts';
import { placeNow } from '../address/go-to.ts';
import { localTime } from '../words/local-time.ts';
import { pointText } from '../words/points.ts';
import classes from './time-bar.module.css';
import { cursorOf, travel } from './travel.ts';

/** How a moment may be written. */
export const momentForms =
  'a time such as 2026-05-01 12:00, the name of a tag, or the number of a change such as #1042';

/** The present, which the address does not name. */
const now = Symbol('now');

interface Props {
  readonly tags: readonly Tag[];
  readonly onGone?: () => void;
}

/** Takes any moment as people write it, and offers the tags. */
export function MomentField({ tags, onGone }: Props) {
  const [text, setText] = useState('');
  const [hint, setHint] = useState<string>();
  const go = (typed: string): void => {
    const target = targetOf(typed.trim(), tags);
    setHint(hintOf(target));
    if (target === undefined) return;
    setText('');
    if (target === now && placeNow().at === undefined) return;
    travel(target === now ? undefined : target);
    onGone?.();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') go(text);
  };
  return (
    <form onSubmit={submit} className={classes.field}>
      <Popover
        opened={hint !== undefined}
        onChange={(isOpen) => !isOpen && setHint(undefined)}
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
              setHint(undefined);
            }}
            onOptionSubmit={go}
            error={hint !== undefined && text !== ''}
            comboboxProps={{ position: 'top-start', width: 200 }}
            maxDropdownHeight={220}
          />
        </Popover.Target>
        <Popover.Dropdown p="xs" maw={280}>
          <Text size="xs" role="alert">
            {hint}
          </Text>
        </Popover.Dropdown>
      </Popover>
    </form>
  );
}

function hintOf(target: string | typeof now | undefined): string | undefined {
  if (target === undefined) return `That is no moment. Write ${momentForms}.`;
  const isHereAlready = target === now && placeNow().at === undefined;
  return isHereAlready
    ? `Today is not over: this is how it stands now. For how it began write ${today()} 00:00.`
    : undefined;
}

/** What the address is to say; undefined where it is no moment that there is. A seq becomes one of this life of the ledger. */
function targetOf(typed: string, tags: readonly Tag[]): string | typeof now | undefined {
  // A day is its end, and one that is not over is now, as everywhere.
  if (typed === today()) return now;
  const point = parsePoint(typed.replace(/^#(?=\d+$)/, ''));
  if (point === undefined) return undefined;
  if ('seq' in point) return parseCursor(typed) === undefined ? cursorOf(point.seq) : typed;
  if ('tag' in point && !tags.some(({ name }) => name === point.tag)) return undefined;
  return pointText(typed);
}

/** The day that it is for whoever reads: `2026-11-26`. */
function today(): string {
  return localTime(new Date().toISOString()).slice(0, 10);
}
