import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { request } from '../api/request.ts';
import { DeedError } from './deed-error.tsx';
import { useDeed } from './use-deed.ts';

interface Props {
  readonly user: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

/** Asks before an account goes. */
export function RemoveAccount({ user, isOpen, onClose, onRemoved }: Props) {
  const { run, isBusy, error } = useDeed(async () => {
    await request('account.remove', { user });
    onClose();
    onRemoved();
  });
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Remove ${user}?`} size="sm" centered>
      <Stack gap="sm">
        <Text size="sm">
          {user} can log in no more, and every session of {user} ends. What {user} did stays in the log, under this
          name.
        </Text>
        <DeedError error={error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            cancel
          </Button>
          <Button color="red" loading={isBusy} onClick={() => void run()}>
            remove
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
