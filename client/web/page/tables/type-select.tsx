import { Select, type SelectProps, Text } from '@mantine/core';
import type { ColumnType } from '../../../../protocol/values.ts';
import { types } from './column-form.ts';
import { typeWords } from './type-words.ts';

interface Props extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'renderOption'> {
  readonly value: ColumnType;
  readonly onChange: (type: ColumnType) => void;
}

/** One of the types, each with what it is for. */
export function TypeSelect({ value, onChange, ...rest }: Props) {
  return (
    <Select
      aria-label="type"
      allowDeselect={false}
      data={[...types]}
      value={value}
      onChange={(type) => type !== null && onChange(type as ColumnType)}
      comboboxProps={{ width: 280, position: 'bottom-start' }}
      renderOption={({ option }) => (
        <div>
          <Text size="sm" fw={500}>
            {option.value}
          </Text>
          <Text size="xs" c="var(--text-quiet)">
            {typeWords[option.value as ColumnType]}
          </Text>
        </div>
      )}
      {...rest}
    />
  );
}
