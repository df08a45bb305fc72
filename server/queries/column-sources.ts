import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import { type Cell, type ColumnType, retypeCell } from '../../protocol/values.ts';

/** Where the cells of a column come from in rows that were written before some changes of columns. */
export interface ColumnSource {
  /** The column as it is called after the changes, and its type. */
  readonly name: string;
  readonly type: ColumnType;
  /** What it was then; absent when it was added since. */
  readonly from?: { readonly name: string; readonly type: ColumnType };
  /** What a default filled it with when it was added. */
  readonly filled?: Cell;
}

/**
 * What the steps of `table.alter` do to every row alike, told column by column: the twin of reshapeRow for rows that
 * stay in the database, to which a test holds it.
 */
export function columnSources(definition: TableDefinition, steps: readonly AlterStep[]): ColumnSource[] {
  let sources = new Map<string, ColumnSource>(
    definition.columns.map(({ name, type }) => [name, { name, type, from: { name, type } }]),
  );
  for (const step of steps) {
    switch (step.do) {
      case 'add': {
        const { name, type, default: filled } = step.column;
        sources.set(name, { name, type, ...(filled === undefined ? {} : { filled }) });
        break;
      }
      case 'rename': {
        // In its place among the others.
        const renamed = [...sources].map(([name, source]): [string, ColumnSource] =>
          name === step.column ? [step.to, { ...source, name: step.to }] : [name, source],
        );
        sources = new Map(renamed);
        break;
      }
      case 'remove':
        sources.delete(step.column);
        break;
      case 'retype': {
        const source = sources.get(step.column);
        if (source !== undefined) sources.set(step.column, retyped(source, step.to));
        break;
      }
      case 'rules':
        break;
      default:
        step satisfies never;
    }
  }
  return [...sources.values()];
}

function retyped({ filled, ...source }: ColumnSource, type: ColumnType): ColumnSource {
  const now = filled === undefined ? undefined : retypeCell(filled, source.type, type);
  return { ...source, type, ...(now === undefined ? {} : { filled: now }) };
}
