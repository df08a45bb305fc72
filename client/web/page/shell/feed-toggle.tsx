import { ActionIcon, type MantineBreakpoint, Tooltip } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';

interface Props {
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly visibleFrom?: MantineBreakpoint;
  readonly hiddenFrom?: MantineBreakpoint;
}

/** Shows or hides the feed. */
export function FeedToggle({ isOpen, onToggle, ...when }: Props) {
  const label = isOpen ? 'hide the feed' : 'show the feed';
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={isOpen ? 'light' : 'subtle'}
        onClick={onToggle}
        aria-label={label}
        aria-pressed={isOpen}
        {...when}
      >
        <IconActivity size={18} />
      </ActionIcon>
    </Tooltip>
  );
}
