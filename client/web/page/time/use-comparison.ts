import { useEffect, useState } from 'react';
import type { GatewayProblem } from '../api/problem.ts';
import type { TableChange } from '../ledger/table-transport.ts';
import type { ComparedRow } from './comparison.ts';
import { ComparisonModel } from './comparison-model.ts';

export interface Compared {
  readonly rows: readonly ComparedRow[];
  readonly counts: Readonly<Record<ComparedRow['mark'], number>>;
  readonly change: Omit<TableChange, 'rows'>;
}

/** Milliseconds for which changes are gathered before they are drawn. */
const gatherMs = 30;

/** What differs in a table between two moments. */
export function useComparison(table: string, since: string, at: string | undefined) {
  const [compared, setCompared] = useState<Compared>();
  const [problem, setProblem] = useState<GatewayProblem>();
  const [model, setModel] = useState<ComparisonModel>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next: ComparisonModel = new ComparisonModel({
      table,
      onChange: (change) => {
        timer ??= setTimeout(() => {
          timer = undefined;
          const { rows, counts } = next.comparison;
          setCompared({ rows: [...rows.values()], counts, change });
          setProblem(undefined);
        }, gatherMs);
      },
      onFailure: setProblem,
    });
    setModel(next);
    return () => {
      clearTimeout(timer);
      next.close();
    };
  }, [table]);
  useEffect(() => model?.show({ since, at }), [model, since, at]);
  return { compared, problem };
}
