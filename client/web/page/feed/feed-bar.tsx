import { ActionIcon, Chip, CloseButton, Group, SegmentedControl, Text, TextInput, Tooltip } from '@mantine/core';
import { IconFilter, IconSearch } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { type FeedFilter, type FeedView, type Kind, kinds, noFilter } from '../address/feed-view.ts';
import { useTyped } from '../address/use-typed.ts';
import classes from './feed-bar.module.css';
import { isFiltering } from './feed-filter.ts';

const kindWords: Record<Kind, string> = { entered: 'entered', changed: 'changed', left: 'left', table: 'tables' };

interface Props {
  /** The table that is looked at, if there is one. */
  readonly table: string | undefined;
  readonly view: FeedView;
  readonly onView: (change: Partial<FeedView>) => void;
}

/** Which changes the feed shows. */
export function FeedBar({ table, view, onView }: Props) {
  const [text, setText] = useTyped(
    view.text,
    useCallback((typed: string) => onView({ text: typed }), [onView]),
  );
  const [isOpen, setOpen] = useState(false);
  const isOn = isFiltering(view);
  const label = isOpen ? 'close the filter' : 'filter the feed';
  return (
    <header className={classes.bar}>
      <Group gap={6} wrap="nowrap" justify="space-between">
        <Text size="xs" fw={600} c="var(--text-quiet)" component="h2" m={0}>
          Feed
        </Text>
        <Group gap={4} wrap="nowrap">
          {table !== undefined && (
            <SegmentedControl
              size="xs"
              aria-label="whose changes"
              value={view.isTableOnly ? 'table' : 'all'}
              onChange={(value) => onView({ isTableOnly: value === 'table' })}
              data={[
                { value: 'all', label: 'all tables' },
                { value: 'table', label: 'this table' },
              ]}
            />
          )}
          <Tooltip label={label}>
            <ActionIcon
              variant={isOpen || isOn ? 'light' : 'subtle'}
              onClick={() => setOpen(!isOpen)}
              aria-label={label}
              aria-expanded={isOpen}
            >
              <IconFilter size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      {isOpen && (
        <>
          <TextInput
            size="xs"
            placeholder="who, what, where or why"
            aria-label="search the feed"
            leftSection={<IconSearch size={13} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group gap={4}>
            {kinds.map((kind) => (
              <Chip
                key={kind}
                size="xs"
                classNames={{ label: classes.chip ?? '' }}
                checked={view.kind === kind}
                onChange={(checked) => onView({ kind: checked ? kind : undefined })}
              >
                {kindWords[kind]}
              </Chip>
            ))}
          </Group>
        </>
      )}
      {isOn && (
        <Group gap={4} justify="space-between" wrap="nowrap">
          <Text size="xs" c="var(--text-quiet)" truncate>
            only {describe(view)}
          </Text>
          <CloseButton size="xs" aria-label="show everything" onClick={() => onView(noFilter)} />
        </Group>
      )}
    </header>
  );
}

function describe({ by, kind, text }: FeedFilter): string {
  const parts = [kind && kindWords[kind], by && `by ${by}`, text.trim() && `with “${text.trim()}”`];
  return parts.filter(Boolean).join(', ');
}
