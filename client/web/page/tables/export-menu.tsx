import { Button, Group, Menu, Text } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { shownText } from '../../../../protocol/shown-text.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { usePlace } from '../address/use-place.ts';
import { pathOf } from '../api/lines.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { cursorOf } from '../time/travel.ts';
import { pointText, pointWords } from '../words/points.ts';
import classes from './export-menu.module.css';
import { type ExportedRows, exportedRows } from './exported-rows.ts';
import { FileSwitch } from './file-switch.tsx';
import { OpenSwitch, useMayOpen } from './open-switch.tsx';

interface Props {
  readonly table: string;
  readonly definition: TableDefinition | undefined;
}

/** The table as it is shown, or its changes, as a file; with proofs each file has a second one, of the same moment. */
export function ExportMenu({ table, definition }: Props) {
  const [{ at: point, search, sort, where }] = usePlace();
  const shown = pointText(point);
  const [isHarmless, setHarmless] = useState(false);
  const [isOpen, setOpen] = useState(false);
  /** The moment that files and proofs are of; undefined without proofs. */
  const [proven, setProven] = useState<string>();
  const mayOpen = useMayOpen(definition);
  const at = proven ?? shown;
  const shownRows = definition === undefined ? undefined : exportedRows({ sort, where }, definition);
  const asked = { search, filter: listText(shownRows?.filter), sort: listText(shownRows?.sort) };
  const rows = { ...asked, open: flag(mayOpen && isOpen) };
  const prove = (does: boolean): void => {
    setProven(does ? (shown ?? cursorOf(useLedger.getState().reached)) : undefined);
    if (does) setOpen(false);
  };
  const open = (opens: boolean): void => {
    setOpen(opens);
    if (opens) setProven(undefined);
  };
  const item = (label: string, query: Query) => (
    <FileItem label={label} table={table} query={{ ...query, as_of: at }} isProven={proven !== undefined} />
  );
  return (
    <Menu
      position="bottom-start"
      withArrow
      width={300}
      closeOnItemClick={proven === undefined}
      onOpen={() => prove(proven !== undefined)}
    >
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={14} />}
          classNames={{ section: classes.mark ?? '', label: classes.label ?? '' }}
        >
          export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{whatWords(at, search, shownRows)}</Menu.Label>
        {shownRows !== undefined && shownRows.notBy.length > 0 && (
          <Text size="xs" px="sm" pb={4} c="var(--changed)">
            not filtered by: {shownRows.notBy.join(', ')}. A file is filtered by the search, numbers, days, and yes or
            no.
          </Text>
        )}
        {item('CSV, for spreadsheets', { format: 'csv', ...rows, escape_formulas: flag(isHarmless) })}
        {item('JSON', { format: 'json', ...rows })}
        {item('NDJSON, a row a line', { format: 'ndjson', ...rows })}
        <FileSwitch
          label="make formulas harmless in CSV"
          note="puts a ' before what a spreadsheet would run; such a file does not read back exactly"
          isOn={isHarmless}
          onChange={setHarmless}
        />
        {mayOpen && <OpenSwitch isOn={isOpen} onChange={open} />}
        <FileSwitch
          label="with proofs"
          note="save both files in one folder: anybody checks them there with “rowcast verify”, without a server"
          isOn={proven !== undefined}
          onChange={prove}
        />
        <Menu.Divider />
        <Menu.Label>all its changes{at === undefined ? '' : ' until then'}</Menu.Label>
        {item('NDJSON, a change a line', { format: 'ndjson', log: '' })}
      </Menu.Dropdown>
    </Menu>
  );
}

type Query = Readonly<Record<string, string | undefined>>;

interface FileProps {
  readonly label: string;
  readonly table: string;
  readonly query: Query;
  readonly isProven: boolean;
}

function FileItem({ label, table, query, isProven }: FileProps) {
  const href = (more: Query): string => pathOf(`/api/export/${encodeURIComponent(table)}`, { ...query, ...more });
  const file = (
    <Menu.Item component="a" href={href({})} download>
      {label}
    </Menu.Item>
  );
  if (!isProven) return file;
  return (
    <Group gap={0} wrap="nowrap" justify="space-between">
      {file}
      <Menu.Item
        component="a"
        href={href({ proof: '' })}
        download
        w="auto"
        leftSection={<IconShieldCheck size={14} />}
        aria-label={`the proof of ${label}`}
      >
        proof
      </Menu.Item>
    </Group>
  );
}

function flag(is: boolean): string | undefined {
  return is ? '' : undefined;
}

function listText(list: readonly object[] | undefined): string | undefined {
  return list === undefined || list.length === 0 ? undefined : JSON.stringify(list);
}

function whatWords(at: string | undefined, search: string | undefined, rows: ExportedRows | undefined): string {
  const { by = [], sort = [] } = rows ?? {};
  const found = [
    ...(search === undefined ? [] : [`with “${search}”`]),
    ...(by.length === 0 ? [] : [`where ${by.join(' and ')}`]),
  ];
  const order = sort.length === 0 ? [] : [`sorted by ${sort.map(({ column }) => shownText(column)).join(', ')}`];
  const when = at === undefined ? 'as of now' : `as of ${pointWords(at)}`;
  return [found.length === 0 ? 'all rows' : `rows ${found.join(', ')}`, ...order, when].join(', ');
}
