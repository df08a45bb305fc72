import { Text } from '@mantine/core';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { TableTools } from '../../tables/table-tools.tsx';
import type { GridEditing } from '../edit/grid-editing.ts';
import type { TableSession } from '../table-session.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { SearchBox } from './search-box.tsx';
import classes from './toolbar.module.css';

interface Props {
  readonly table: string;
  readonly session: TableSession;
  readonly definition: TableDefinition | undefined;
  /** Undefined where nothing can be edited. */
  readonly editing: GridEditing | undefined;
}

/** What can be done with the table. */
export function Toolbar({ table, session, definition }: Props) {
  return (
    <div className={classes.bar}>
      <Text component="h2" fw={600} size="lg" truncate className={classes.name}>
        {table}
      </Text>
      <SearchBox />
      <span className={classes.space} />
      {definition !== undefined && <ColumnsMenu definition={definition} feed={session.feed} />}
      <TableTools table={table} definition={definition} />
    </div>
  );
}
