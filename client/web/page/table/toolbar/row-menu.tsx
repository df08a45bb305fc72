import { Menu } from '@mantine/core';
import { IconCopy, IconEraser, IconLayoutSidebarRight, IconPencil, IconTrash } from '@tabler/icons-react';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { hasSealed } from '../../../../../protocol/sealed.ts';
import { shownText } from '../../../../../protocol/shown-text.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { usePlace } from '../../address/use-place.ts';
import { useFocusBack } from '../../shell/use-focus-back.ts';
import { exactText } from '../../words/cell-text.ts';
import { writeTsv } from '../cells/tsv.ts';
import type { EditDialogStore } from '../edit/edit-dialog.ts';
import { tellFailed } from '../edit/notes.ts';
import classes from './toolbar.module.css';

export interface MenuAt {
  readonly row: CurrentRow;
  readonly x: number;
  readonly y: number;
}

interface Props {
  readonly at: MenuAt | undefined;
  readonly definition: TableDefinition;
  /** Undefined where nothing can be edited. */
  readonly dialog: EditDialogStore | undefined;
  readonly onClose: () => void;
}

/** What can be done with one row, where the pointer is. */
export function RowMenu({ at, ...rest }: Props) {
  return at === undefined ? null : <OpenMenu at={at} {...rest} />;
}

function OpenMenu({ at: { row, x, y }, definition, dialog, onClose }: Props & { readonly at: MenuAt }) {
  const [, go] = usePlace();
  useFocusBack();
  return (
    <Menu opened onClose={onClose} position="bottom-start" withinPortal>
      <Menu.Target>
        <span className={classes.menuPlace} style={{ left: x, top: y }} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{shownText(row.key)}</Menu.Label>
        <Menu.Item leftSection={<IconLayoutSidebarRight size={15} />} onClick={() => go({ row: row.key })}>
          open
        </Menu.Item>
        <Menu.Item leftSection={<IconCopy size={15} />} onClick={() => void copyRow(definition, row)}>
          copy row
        </Menu.Item>
        {dialog !== undefined && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconPencil size={15} />}
              onClick={() => dialog.setState({ open: { kind: 'edit', row } })}
            >
              edit row
            </Menu.Item>
            <Menu.Item
              leftSection={<IconTrash size={15} />}
              className={classes.danger}
              onClick={() => dialog.setState({ open: { kind: 'delete', rows: [row] } })}
            >
              delete row
            </Menu.Item>
            {hasSealed(definition) && (
              <Menu.Item
                leftSection={<IconEraser size={15} />}
                className={classes.danger}
                onClick={() => dialog.setState({ open: { kind: 'erase', row } })}
              >
                erase sealed cells
              </Menu.Item>
            )}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

async function copyRow({ columns }: TableDefinition, { row }: CurrentRow): Promise<void> {
  const cells = columns.map(({ name, type }) => exactText(type, row[name] ?? null));
  try {
    await navigator.clipboard.writeText(writeTsv([columns.map(({ name }) => name), cells]));
  } catch {
    tellFailed('this browser does not let the page copy; select the row and press Ctrl+C');
  }
}
