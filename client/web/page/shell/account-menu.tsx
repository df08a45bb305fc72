import { ActionIcon, Box, Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconChevronDown,
  IconDevices,
  IconKey,
  IconListDetails,
  IconLogin,
  IconLogout,
  IconPalette,
  IconUsers,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Panel } from '../address/address.ts';
import { usePlace } from '../address/use-place.ts';
import { ledger } from '../ledger/ledger.ts';
import { type Login, useLedger } from '../ledger/ledger-state.ts';
import { ColorScheme } from '../people/color-scheme.tsx';
import { askLogin } from '../people/login-request.ts';
import { PasswordDialog } from '../people/password-dialog.tsx';
import { LoginDialog } from './login-dialog.tsx';

/** Who is logged in, what goes with that, and how the page looks. */
export function AccountMenu() {
  const { login, door, hasExpired } = useLedger();
  useEffect(() => {
    if (!hasExpired) return;
    const message = 'Your login has ended: nothing was done for a while, or somebody ended it. Reading goes on.';
    notifications.show({ id: 'login-ended', title: 'Logged out', message, color: 'orange', autoClose: false });
    return () => void notifications.hide('login-ended');
  }, [hasExpired]);
  if (login !== undefined) return <PersonMenu login={login} />;
  return (
    <>
      <LookMenu />
      {door === 'private' && (
        <Button size="compact-sm" variant="light" leftSection={<IconLogin size={15} />} onClick={() => askLogin()}>
          log in
        </Button>
      )}
      <LoginDialog />
    </>
  );
}

function LookMenu() {
  return (
    <Menu position="bottom-end" withArrow width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" aria-label="colours of the page" visibleFrom="xs">
          <IconPalette size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Colours />
      </Menu.Dropdown>
    </Menu>
  );
}

function Colours() {
  return (
    <>
      <Menu.Label>colours</Menu.Label>
      <Box px="xs" pb="xs">
        <ColorScheme />
      </Box>
    </>
  );
}

function PersonMenu({ login: { user, role } }: { readonly login: Login }) {
  const [, go] = usePlace();
  const [isChanging, setChanging] = useState(false);
  const item = (panel: Panel, Icon: typeof IconUsers) => (
    <Menu.Item leftSection={<Icon size={15} />} onClick={() => go({ table: undefined, panel })}>
      {panel}
    </Menu.Item>
  );
  return (
    <>
      <Menu position="bottom-end" withArrow width={220}>
        <Menu.Target>
          <Button size="compact-sm" variant="subtle" rightSection={<IconChevronDown size={14} />} maw={140}>
            {user}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{role}</Menu.Label>
          {role === 'administrator' && item('accounts', IconUsers)}
          {item('sessions', IconDevices)}
          {role === 'administrator' && item('audit', IconListDetails)}
          <Menu.Item leftSection={<IconKey size={15} />} onClick={() => setChanging(true)}>
            change your password
          </Menu.Item>
          <Menu.Divider />
          <Colours />
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void ledger.logout()}>
            log out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <PasswordDialog isOpen={isChanging} onClose={() => setChanging(false)} />
    </>
  );
}
