import { Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconLogin, IconLogout } from '@tabler/icons-react';
import { ledger } from '../ledger/ledger.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { LoginDialog } from './login-dialog.tsx';

/** Who is logged in, and what goes with that. */
export function AccountMenu() {
  const { login, door } = useLedger();
  const [isOpen, dialog] = useDisclosure(false);
  if (login === undefined) {
    if (door === 'public') return null;
    return (
      <>
        <Button size="compact-sm" variant="light" leftSection={<IconLogin size={15} />} onClick={dialog.open}>
          log in
        </Button>
        <LoginDialog isOpen={isOpen} onClose={dialog.close} />
      </>
    );
  }
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" rightSection={<IconChevronDown size={14} />}>
          {login.user}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{login.role}</Menu.Label>
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void ledger.logout()}>
          log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
