import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import { inverseAlter } from '../domain/inverse-alter.ts';

/** What leads from a table back to what it was before some changes of columns. */
interface StepsBack {
  readonly steps: readonly AlterStep[];
  /** Columns that they bring back without their cells, as they are called behind the steps. */
  readonly returning: readonly string[];
}

/**
 * That a column was sealed no step takes back: it is told by the definitions alone.
 * @param was the table before the steps
 */
export function stepsBack(was: TableDefinition, steps: readonly AlterStep[]): StepsBack {
  const inverse = inverseAlter(was, steps.map(withoutSeal));
  if ('problem' in inverse) throw new Error(`what leads back to table ${was.name} ${inverse.problem}`);
  return { steps: [...inverse.steps, ...inverse.afterwards], returning: inverse.returning };
}

function withoutSeal(step: AlterStep): AlterStep {
  if (step.do !== 'rules') return step;
  const { sealed: _sealed, ...set } = step.set;
  return { ...step, set };
}
