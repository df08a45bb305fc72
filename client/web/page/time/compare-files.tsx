import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { pathOf } from '../api/lines.ts';
import { FileSwitch } from '../tables/file-switch.tsx';
import { OpenSwitch, useMayOpen } from '../tables/open-switch.tsx';

interface Props {
  readonly table: string;
  readonly since: string;
  readonly at: string | undefined;
  readonly definition: TableDefinition;
}

/** What differs between the two moments, as a file. */
export function CompareFiles({ table, since, at, definition }: Props) {
  const [isHarmless, setHarmless] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const mayOpen = useMayOpen(definition);
  const item = (label: string, format: string, escapes = false) => {
    const query = { table, from: since, to: at, format };
    const chosen = { open: mayOpen && isOpen ? '' : undefined, escape_formulas: escapes ? '' : undefined };
    return (
      <Menu.Item component="a" href={pathOf('/api/diff', { ...query, ...chosen })} download>
        {label}
      </Menu.Item>
    );
  };
  return (
    <Menu position="bottom-end" withArrow width={300}>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" ml="auto" leftSection={<IconDownload size={15} />}>
          download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>each cell with both its values</Menu.Label>
        {item('CSV, for spreadsheets', 'csv', isHarmless)}
        {item('JSON', 'json')}
        <Menu.Label>to do the same to another ledger</Menu.Label>
        {item('patch, for “rowcast apply”', 'patch')}
        <Menu.Divider />
        <FileSwitch
          label="make formulas harmless in CSV"
          note="puts a ' before what a spreadsheet would run"
          isOn={isHarmless}
          onChange={setHarmless}
        />
        {mayOpen && <OpenSwitch isOn={isOpen} onChange={setOpen} />}
      </Menu.Dropdown>
    </Menu>
  );
}
