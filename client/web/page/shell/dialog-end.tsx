import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  readonly onCancel: () => void;
  /** Whether the dialog opens with the focus on "cancel", as what it does is not taken back. */
  readonly focusesCancel?: boolean | undefined;
  /** What does it. */
  readonly children: ReactNode;
}

/** How a dialog ends: "cancel", and beside it what does it. */
export function DialogEnd({ onCancel, focusesCancel, children }: Props) {
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onCancel} data-autofocus={focusesCancel || undefined}>
        cancel
      </Button>
      {children}
    </Group>
  );
}
