import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { usePlace } from '../address/use-place.ts';
import type { GatewayProblem } from '../api/problem.ts';
import type { TableModel } from '../ledger/table-model.ts';
import { useIsEditor } from '../people/rights.ts';
import { MomentProblem } from '../time/moment-problem.tsx';
import { useTravel } from '../time/use-travel.ts';
import { leaveConflicts } from './edit/conflicts.ts';
import { EditDialogs } from './edit/dialogs/edit-dialogs.tsx';
import { GridEditing } from './edit/grid-editing.ts';
import { TableSession } from './edit/table-session.ts';
import classes from './table-view.module.css';
import { Refusals } from './toolbar/refusals.tsx';
import { type MenuAt, RowMenu } from './toolbar/row-menu.tsx';
import { StatusLine } from './toolbar/status-line.tsx';
import { Toolbar } from './toolbar/toolbar.tsx';

/** The grid is most of the page's code: it comes in a file of its own, asked for at once, while the ledger is. */
const gridCode = import('./grid/table-grid.tsx');
const TableGrid = lazy(async () => ({ default: (await gridCode).TableGrid }));

interface Props {
  readonly table: string;
  readonly at: string | undefined;
}

interface Shown {
  readonly definition: TableDefinition;
  readonly rows: readonly CurrentRow[];
}

/** One table, of now or as it was. */
export function TableView({ table, at }: Props) {
  const [shown, setShown] = useState<Shown>();
  const [problem, setProblem] = useState<GatewayProblem>();
  const [menu, setMenu] = useState<MenuAt>();
  const [{ search, row }] = usePlace();
  const session = useMemo(() => new TableSession(table), [table]);
  const { feed, pending, dialog } = session;
  const isEditor = useIsEditor();
  const canEdit = isEditor && at === undefined;
  const definition = shown?.definition;
  const editing = useMemo(
    () => (canEdit && definition !== undefined ? new GridEditing({ definition, session }) : undefined),
    [canEdit, definition, session],
  );
  const [model, setModel] = useState<TableModel>();
  // Where it begins; from there on useTravel tells the model where to go.
  const begin = useRef(at);
  begin.current = at;
  useEffect(() => {
    const opened = session.open(begin.current, {
      begin: (next, rows) => {
        setProblem(undefined);
        setShown((before) => sameTable(before, next) ?? { definition: next, rows });
      },
      changed: () => setProblem(undefined),
      failed: setProblem,
    });
    setModel(opened);
    return () => {
      opened.close();
      leaveConflicts(session.table);
    };
  }, [session]);
  useTravel(model, at);
  useEffect(() => feed.find(search ?? ''), [feed, search]);
  useEffect(() => feed.open(row), [feed, row]);
  return (
    <section className={classes.view} aria-label={`table ${table}`} data-past={at !== undefined}>
      {problem?.code !== 'table_not_found' && <Toolbar session={session} definition={definition} canEdit={canEdit} />}
      {problem !== undefined && <MomentProblem problem={problem} table={table} at={at} />}
      {shown !== undefined && (
        <Suspense fallback={<div className={classes.waiting} />}>
          {/* It stays while there is a problem, for when there are rows again. */}
          <div className={problem === undefined ? classes.rows : classes.away}>
            <TableGrid
              definition={shown.definition}
              feed={feed}
              rows={shown.rows}
              editing={editing}
              onMenu={(row, place) => setMenu({ row, ...place })}
            />
          </div>
          <RowMenu
            at={menu}
            definition={shown.definition}
            dialog={canEdit ? dialog : undefined}
            onClose={() => setMenu(undefined)}
          />
        </Suspense>
      )}
      {canEdit && <Refusals pending={pending} feed={feed} />}
      {problem === undefined && <StatusLine feed={feed} dialog={canEdit ? dialog : undefined} />}
      {/* Whoever logs in as somebody else still has what they wrote. */}
      {at === undefined && definition !== undefined && <EditDialogs definition={definition} session={session} />}
    </section>
  );
}

/** While time is dragged a table is begun many times a second: its columns are drawn again only when they are others. */
function sameTable(before: Shown | undefined, definition: TableDefinition): Shown | undefined {
  return JSON.stringify(before?.definition) === JSON.stringify(definition) ? before : undefined;
}
