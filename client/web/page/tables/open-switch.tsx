import { sealedNames } from '../../../../protocol/sealed.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { useRight } from '../people/rights.ts';
import { FileSwitch } from './file-switch.tsx';

/** Whether who is here may have what is sealed in this table, and there is something. */
export function useMayOpen(definition: TableDefinition | undefined): boolean {
  const isAllowed = useRight() === 'yes';
  return isAllowed && definition !== undefined && sealedNames(definition).length > 0;
}

interface Props {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** Chooses that a file has the values of sealed cells. */
export function OpenSwitch({ isOn, onChange }: Props) {
  return (
    <FileSwitch
      label="sealed values in the open"
      note="whoever gets the file can read them"
      isOn={isOn}
      onChange={onChange}
    />
  );
}
