import { NavLink, ScrollArea, Text } from '@mantine/core';
import { usePlace } from '../address/use-place.ts';
import { useLedger } from '../ledger/ledger-state.ts';

/** The tables of the ledger, with how many rows each has. */
export function TableList({ onChosen }: { readonly onChosen: () => void }) {
  const tables = useLedger((state) => state.tables);
  const [place, go] = usePlace();
  return (
    <nav aria-label="tables">
      <Text size="xs" fw={600} c="var(--text-quiet)" px="sm" pt="sm" pb={4}>
        Tables
      </Text>
      <ScrollArea>
        {tables.map(({ definition: { name }, rows = 0 }) => (
          <NavLink
            key={name}
            component="button"
            active={place.table === name}
            label={name}
            rightSection={
              <Text size="xs" c="var(--text-quiet)">
                {rows.toLocaleString()}
              </Text>
            }
            onClick={() => {
              go({ table: name });
              onChosen();
            }}
          />
        ))}
      </ScrollArea>
    </nav>
  );
}
