import { Alert, Group, Text } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import type { TableDefinition } from '../../../../protocol/table.ts';
import type { GatewayProblem } from '../api/problem.ts';
import { TableModel } from '../ledger/table-model.ts';
import { GridFeed, TableGrid } from './table-grid.tsx';
import classes from './table-view.module.css';

interface Props {
  readonly table: string;
  readonly at: string | undefined;
}

/** One table, of now or as it was. */
export function TableView({ table, at }: Props) {
  const [definition, setDefinition] = useState<TableDefinition>();
  const [problem, setProblem] = useState<GatewayProblem>();
  const [count, setCount] = useState(0);
  const grid = useMemo(() => new GridFeed(), []);
  useEffect(() => {
    const model: TableModel = new TableModel({
      table,
      at,
      listener: {
        begin: (next, rows) => {
          setProblem(undefined);
          setDefinition(next);
          grid.begin(rows);
          setCount(model.rows.size);
        },
        rows: (rows) => {
          grid.add(rows);
          setCount(model.rows.size);
        },
        whole: () => setCount(model.rows.size),
        changes: (changes) => {
          grid.change(changes);
          setCount(model.rows.size);
        },
        failed: setProblem,
      },
    });
    return () => model.close();
  }, [table, at, grid]);
  return (
    <section className={classes.view} aria-label={`table ${table}`} data-past={at !== undefined}>
      <Group className={classes.bar} gap="sm">
        <Text component="h2" fw={600} size="lg" m={0}>
          {table}
        </Text>
        <Text size="xs" c="var(--text-quiet)">
          {count.toLocaleString()} rows
        </Text>
      </Group>
      {problem !== undefined && <Alert color="red">{problem.message}</Alert>}
      {definition !== undefined && <TableGrid definition={definition} feed={grid} />}
    </section>
  );
}
