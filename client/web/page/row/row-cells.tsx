import type { Column } from '../../../../protocol/table.ts';
import { CellLine } from './cell-line.tsx';
import classes from './row-cells.module.css';
import type { RowPlace } from './row-model.ts';
import type { RowState } from './row-state.ts';

interface Props {
  readonly state: RowState;
  readonly place: RowPlace;
}

/** All cells of a row, each with who set it. */
export function RowCells({ state: { row, definition, blame, newAfter }, place }: Props) {
  if (row === undefined) return null;
  const columns: readonly Column[] = definition?.columns ?? [];
  return (
    <ol className={classes.cells}>
      {columns.map((column) => (
        <CellLine
          key={column.name}
          column={column}
          isKey={column.name === definition?.key}
          cell={row.row[column.name]}
          blame={blame.get(column.name)}
          newAfter={newAfter}
          place={place}
        />
      ))}
    </ol>
  );
}
