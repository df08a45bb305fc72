import { TextInput } from '@mantine/core';
import { limits } from '../../../../../../protocol/limits.ts';
import { WhyInput } from '../../../tables/why-input.tsx';
import { useOwnCommands } from '../own-commands.ts';

interface Props {
  readonly className?: string | undefined;
  /** In a bar, where there is no room for more than the field. */
  readonly isShort?: boolean;
}

/** The reason that goes with what is changed next; it stays until it is changed. */
export function WhyField({ className, isShort = false }: Props) {
  const why = useOwnCommands((state) => state.why);
  const setWhy = (text: string): void => useOwnCommands.setState({ why: text });
  if (!isShort) return <WhyInput value={why} onChange={setWhy} />;
  return (
    <TextInput
      className={className}
      size="xs"
      placeholder="reason for edits"
      aria-label="reason for the edits that follow"
      maxLength={limits.whyUnitsMax}
      value={why}
      onChange={(event) => setWhy(event.currentTarget.value)}
    />
  );
}
