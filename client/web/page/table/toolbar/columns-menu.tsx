import { ActionIcon, Menu, ScrollArea, Tooltip } from '@mantine/core';
import { IconColumns3, IconRestore } from '@tabler/icons-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { forgetColumns } from '../grid/column-memory.ts';
import type { GridFeed } from '../grid/grid-feed.ts';

interface Props {
  readonly definition: TableDefinition;
  readonly feed: GridFeed;
}

/** Which columns are shown; how they are arranged is kept in this browser. */
export function ColumnsMenu({ definition, feed }: Props) {
  const isMade = useStore(feed.status, (status) => status.isMade);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const look = (): void => {
    const state = feed.api?.getColumnState() ?? [];
    setHidden(new Set(state.filter(({ hide }) => hide === true).map(({ colId }) => colId)));
  };
  const toggle = (name: string): void => {
    feed.api?.setColumnsVisible([name], hidden.has(name));
    look();
  };
  return (
    <Menu position="bottom-end" closeOnItemClick={false} onOpen={look} width={240}>
      <Menu.Target>
        <Tooltip label="columns">
          <ActionIcon variant="subtle" aria-label="columns" disabled={!isMade}>
            <IconColumns3 size={17} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>columns that are shown</Menu.Label>
        <ScrollArea.Autosize mah={320} type="auto">
          {definition.columns.map(({ name }) => (
            <Menu.CheckboxItem
              key={name}
              checked={!hidden.has(name)}
              // Not `disabled`: as the first of the menu it takes the focus.
              data-disabled={name === definition.key}
              onChange={() => toggle(name)}
            >
              {name}
            </Menu.CheckboxItem>
          ))}
        </ScrollArea.Autosize>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconRestore size={15} />}
          onClick={() => {
            if (feed.api !== undefined) forgetColumns(definition.name, feed.api);
            look();
          }}
        >
          reset columns
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
