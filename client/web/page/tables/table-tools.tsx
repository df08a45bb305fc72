import { ActionIcon, Menu } from '@mantine/core';
import { IconColumns, IconDots, IconTrash, IconUpload } from '@tabler/icons-react';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { usePlace } from '../address/use-place.ts';
import { useRight } from '../people/rights.ts';
import { chooseFile } from './choose-file.ts';
import { alterTable, dropTable } from './dialogs.ts';
import { ExportMenu } from './export-menu.tsx';

interface Props {
  readonly table: string;
  readonly definition: TableDefinition | undefined;
}

/** What is done with a table as a whole: taken out as a file, filled from one, altered, dropped. */
export function TableTools({ table, definition }: Props) {
  const [{ at }] = usePlace();
  const mayTry = useRight() !== 'no' && at === undefined;
  return (
    <>
      <ExportMenu table={table} definition={definition} />
      {mayTry && (
        <Menu position="bottom-end" withArrow>
          <Menu.Target>
            <ActionIcon variant="default" aria-label={`more of ${table}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconUpload size={15} />} onClick={() => chooseFile(table)}>
              import a file
            </Menu.Item>
            <Menu.Item leftSection={<IconColumns size={15} />} onClick={() => alterTable(table)}>
              change its columns
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item c="var(--broken)" leftSection={<IconTrash size={15} />} onClick={() => dropTable(table)}>
              drop the table
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
