import type { AlterStep, Column, TableDefinition } from '../../../../protocol/table.ts';

/** A column as it is to be, and what it was called before, if it was there. */
export interface AlteredColumn {
  readonly origin: string | undefined;
  readonly column: Column;
}

/**
 * The steps that make one table of another: columns go first, as their names may be taken again; then they are renamed,
 * retyped and given other rules, and at last new ones are put at their places.
 */
export function stepsBetween(before: TableDefinition, after: readonly AlteredColumn[]): AlterStep[] {
  const kept = after.flatMap(({ origin, column }) => {
    const old = before.columns.find(({ name }) => name === origin);
    return old === undefined ? [] : [{ old, column }];
  });
  const removed = before.columns.filter((old) => !kept.some((one) => one.old === old));
  return [
    ...removed.map(({ name }): AlterStep => ({ do: 'remove', column: name })),
    ...renames(kept),
    ...kept.flatMap(({ old, column }): AlterStep[] =>
      old.type === column.type ? [] : [{ do: 'retype', column: column.name, to: column.type }],
    ),
    ...kept.flatMap(({ old, column }) => otherRules(old, column)),
    ...added(after),
  ];
}

interface Kept {
  readonly old: Column;
  readonly column: Column;
}

/** Each to a name that is free when it is its turn; where names go round in a circle, one steps aside first. */
function renames(kept: readonly Kept[]): AlterStep[] {
  const steps: AlterStep[] = [];
  const names = new Set(kept.map(({ old }) => old.name));
  let left = kept.map(({ old, column }) => ({ from: old.name, to: column.name })).filter(({ from, to }) => from !== to);
  const move = (from: string, to: string): void => {
    steps.push({ do: 'rename', column: from, to });
    names.delete(from);
    names.add(to);
  };
  while (left.length > 0) {
    const free = left.find(({ to }) => !names.has(to));
    const [first] = left;
    if (free !== undefined) {
      move(free.from, free.to);
      left = left.filter((one) => one !== free);
    } else if (first !== undefined) {
      const aside = unusedName(names);
      move(first.from, aside);
      left = left.map((one) => (one === first ? { from: aside, to: one.to } : one));
    }
  }
  return steps;
}

function unusedName(names: ReadonlySet<string>): string {
  let count = 1;
  while (names.has(`aside ${count}`)) count += 1;
  return `aside ${count}`;
}

const rules = ['required', 'unique', 'default', 'min', 'max', 'pattern', 'choices'] as const;

/** What of the rules is different: null takes one away. A seal is never taken away. */
function otherRules(old: Column, column: Column): AlterStep[] {
  const set = Object.fromEntries(
    rules
      .filter((rule) => JSON.stringify(old[rule] ?? null) !== JSON.stringify(column[rule] ?? null))
      .map((rule) => [rule, column[rule] ?? null]),
  );
  const isSealed = column.sealed === true && old.sealed !== true;
  if (Object.keys(set).length === 0 && !isSealed) return [];
  return [{ do: 'rules', column: column.name, set: { ...set, ...(isSealed && { sealed: true }) } }];
}

function added(after: readonly AlteredColumn[]): AlterStep[] {
  return after.flatMap(({ origin, column }, place): AlterStep[] => {
    if (origin !== undefined) return [];
    const next = after.slice(place + 1).find((one) => one.origin !== undefined);
    return [{ do: 'add', column, ...(next !== undefined && { before: next.column.name }) }];
  });
}
