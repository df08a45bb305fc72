import { ActionIcon, Chip, CloseButton, Group, SegmentedControl, Text, TextInput, Tooltip } from '@mantine/core';
import { IconFilter, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './feed-bar.module.css';
import { type FeedFilter, isFiltering, noFilter } from './feed-filter.ts';
import type { Kind } from './item-words.ts';

const kinds: readonly (readonly [Kind, string])[] = [
  ['entered', 'entered'],
  ['changed', 'changed'],
  ['left', 'left'],
  ['table', 'tables'],
];

interface Props {
  /** The table that is looked at, if there is one. */
  readonly table: string | undefined;
  readonly isTableOnly: boolean;
  readonly onTableOnly: (isTableOnly: boolean) => void;
  readonly filter: FeedFilter;
  readonly onFilter: (filter: FeedFilter) => void;
}

/** Which changes the feed shows. */
export function FeedBar({ table, isTableOnly, onTableOnly, filter, onFilter }: Props) {
  const [isOpen, setOpen] = useState(false);
  const isOn = isFiltering(filter);
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
              value={isTableOnly ? 'table' : 'all'}
              onChange={(value) => onTableOnly(value === 'table')}
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
            value={filter.text}
            onChange={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
          />
          <Group gap={4}>
            {kinds.map(([kind, words]) => (
              <Chip
                key={kind}
                size="xs"
                classNames={{ label: classes.chip ?? '' }}
                checked={filter.kind === kind}
                onChange={(checked) => onFilter({ ...filter, kind: checked ? kind : undefined })}
              >
                {words}
              </Chip>
            ))}
          </Group>
        </>
      )}
      {isOn && (
        <Group gap={4} justify="space-between" wrap="nowrap">
          <Text size="xs" c="var(--text-quiet)" truncate>
            only {describe(filter)}
          </Text>
          <CloseButton size="xs" aria-label="show everything" onClick={() => onFilter(noFilter)} />
        </Group>
      )}
    </header>
  );
}

function describe({ by, kind, text }: FeedFilter): string {
  const parts = [kind === 'table' ? 'tables' : kind, by && `by ${by}`, text.trim() && `with “${text.trim()}”`];
  return parts.filter(Boolean).join(', ');
}
