import { useMemo } from 'react';
import { type TypeOf, typesIn } from '../words/column-types.ts';
import { useLedger } from './ledger-state.ts';

/** The types that the columns of a table have now. */
export function useTypes(table: string | undefined): TypeOf {
  const definition = useLedger(({ tables }) => tables.find((each) => each.definition.name === table)?.definition);
  return useMemo(() => typesIn(definition), [definition]);
}

/** The same of every table. */
export function useTypesOfAll(): (table: string) => TypeOf {
  const tables = useLedger((state) => state.tables);
  return useMemo(() => {
    const types = new Map(tables.map(({ definition }) => [definition.name, typesIn(definition)]));
    return (table) => types.get(table) ?? typesIn(undefined);
  }, [tables]);
}
