import { Button, Menu, Switch, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { sealedNames } from '../../../../protocol/sealed.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { usePlace } from '../address/use-place.ts';
import { pathOf } from '../api/lines.ts';
import { useRight } from '../people/rights.ts';
import { pointText, pointWords } from '../time/words.ts';

interface Props {
  readonly table: string;
  readonly definition: TableDefinition | undefined;
}

/** The table as it is shown, or its changes, as a file. */
export function ExportMenu({ table, definition }: Props) {
  const [{ at: point, search }] = usePlace();
  const at = pointText(point);
  const [isHarmless, setHarmless] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const mayOpen = useRight() === 'yes' && definition !== undefined && sealedNames(definition).length > 0;
  const flag = (is: boolean): string | undefined => (is ? '' : undefined);
  const href = (format: string, more: Record<string, string | undefined> = {}): string =>
    pathOf(`/api/export/${encodeURIComponent(table)}`, { format, as_of: at, ...more });
  const rows = { search, open: flag(mayOpen && isOpen) };
  const item = (label: string, to: string) => (
    <Menu.Item component="a" href={to} download>
      {label}
    </Menu.Item>
  );
  return (
    <Menu position="bottom-start" withArrow width={270} closeOnItemClick>
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconDownload size={14} />}>
          export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{whatWords(at, search)}</Menu.Label>
        {item('CSV, for spreadsheets', href('csv', { ...rows, escape_formulas: flag(isHarmless) }))}
        {item('JSON', href('json', rows))}
        {item('NDJSON, a row a line', href('ndjson', rows))}
        <Menu.Item closeMenuOnClick={false} component="div">
          <Switch
            size="xs"
            label="make formulas harmless in CSV"
            checked={isHarmless}
            onChange={(event) => setHarmless(event.currentTarget.checked)}
          />
          <Text size="xs" c="var(--text-quiet)" mt={2}>
            puts a ' before what a spreadsheet would run; such a file does not read back exactly
          </Text>
        </Menu.Item>
        {mayOpen && (
          <Menu.Item closeMenuOnClick={false} component="div">
            <Switch
              size="xs"
              label="sealed values in the open"
              checked={isOpen}
              onChange={(event) => setOpen(event.currentTarget.checked)}
            />
            <Text size="xs" c="var(--text-quiet)" mt={2}>
              whoever gets the file can read them
            </Text>
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>all its changes{at === undefined ? '' : ' until then'}</Menu.Label>
        {item('log, NDJSON', href('ndjson', { log: '' }))}
      </Menu.Dropdown>
    </Menu>
  );
}

function whatWords(at: string | undefined, search: string | undefined): string {
  const found = search === undefined ? 'all rows' : `rows with “${search}”`;
  return at === undefined ? `${found}, of now` : `${found}, as of ${pointWords(at)}`;
}
