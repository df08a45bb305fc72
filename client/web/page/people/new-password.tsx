import { PasswordInput } from '@mantine/core';
import { limits } from '../../../../protocol/limits.ts';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (password: string) => void;
  readonly isFirst?: boolean;
}

/** A password that is chosen anew. */
export function NewPassword({ label, value, onChange, isFirst = false }: Props) {
  const isShort = value !== '' && !isPassword(value);
  return (
    <PasswordInput
      label={label}
      description={`${limits.passwordCharactersMin} characters or more`}
      error={isShort ? 'too short' : undefined}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="new-password"
      required
      data-autofocus={isFirst || undefined}
    />
  );
}

export function isPassword(text: string): boolean {
  return [...text].length >= limits.passwordCharactersMin && text.length <= limits.passwordUnitsMax;
}
