import { TextInput } from '@mantine/core';
import { limits } from '../../../../protocol/limits.ts';

interface Props {
  readonly value: string;
  readonly onChange: (why: string) => void;
  readonly isFirst?: boolean;
}

/** The reason of a change. */
export function WhyInput({ value, onChange, isFirst = false }: Props) {
  return (
    <TextInput
      label="Reason"
      description="Stands in the log for ever; may be left out."
      value={value}
      data-autofocus={isFirst || undefined}
      maxLength={limits.whyUnitsMax}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** A reason that is none is left out. */
export function whyOf(text: string): { readonly why?: string } {
  return text.trim() === '' ? {} : { why: text.trim() };
}
