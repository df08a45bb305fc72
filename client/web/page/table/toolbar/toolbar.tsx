import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { shownText } from '../../../../../protocol/shown-text.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { TableTools } from '../../tables/table-tools.tsx';
import { WhyField } from '../edit/dialogs/why-field.tsx';
import type { TableSession } from '../edit/table-session.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { SearchBox } from './search-box.tsx';
import classes from './toolbar.module.css';
import { UndoButton } from './undo-button.tsx';

interface Props {
  readonly session: TableSession;
  readonly definition: TableDefinition | undefined;
  readonly canEdit: boolean;
}

/** What can be done with the table. */
export function Toolbar({ session: { table, feed, dialog }, definition, canEdit }: Props) {
  return (
    <div className={classes.bar}>
      <Text component="h2" fw={600} size="lg" truncate className={classes.name}>
        {shownText(table)}
      </Text>
      <SearchBox />
      <span className={classes.space} />
      {canEdit && (
        <>
          <WhyField className={classes.why} isShort />
          <UndoButton />
          <Button
            size="compact-sm"
            leftSection={<IconPlus size={15} />}
            onClick={() => dialog.setState({ open: { kind: 'insert' } })}
          >
            row
          </Button>
        </>
      )}
      {definition !== undefined && <ColumnsMenu definition={definition} feed={feed} />}
      <TableTools table={table} definition={definition} />
    </div>
  );
}
