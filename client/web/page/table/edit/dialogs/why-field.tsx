import { TextInput } from '@mantine/core';
import { limits } from '../../../../../../protocol/limits.ts';
import { useOwnCommands } from '../own-commands.ts';

interface Props {
  readonly className?: string | undefined;
  /** In a bar, where there is no room for more than the field. */
  readonly isShort?: boolean;
}

/** The reason that goes with what is changed next; it stays until it is changed. */
export function WhyField({ className, isShort = false }: Props) {
  const why = useOwnCommands((state) => state.why);
  return (
    <TextInput
      className={className}
      size={isShort ? 'xs' : 'sm'}
      placeholder={isShort ? 'reason for edits' : 'why, if you like; it stands in the log'}
      {...(isShort ? { 'aria-label': 'reason for the edits that follow' } : { label: 'reason' })}
      maxLength={limits.whyUnitsMax}
      value={why}
      onChange={(event) => useOwnCommands.setState({ why: event.currentTarget.value })}
    />
  );
}
