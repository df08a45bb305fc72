import { ActionIcon, Button, Menu } from '@mantine/core';
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
import type { Panel } from '../address/address.ts';
import { usePlace } from '../address/use-place.ts';
import { ledger } from '../ledger/ledger.ts';
import { type Login, useLedger } from '../ledger/ledger-state.ts';
import { ColorScheme } from '../people/color-scheme.tsx';
import { changePassword } from '../people/dialogs.ts';
import { askLogin } from '../people/login-request.ts';
import { plainWords } from '../words/plain-words.ts';

/** Of the button that opens the menu, and of that in its place where nobody is logged in. */
export const accountId = 'account';

/** Who is logged in, what goes with that, and how the page looks. */
export function AccountMenu() {
  const login = useLedger((state) => state.login);
  const door = useLedger((state) => state.door);
  if (login !== undefined) return <PersonMenu login={login} />;
  return (
    <>
      <LookMenu />
      {door === 'private' && (
        <Button
          id={accountId}
          size="compact-sm"
          variant="light"
          leftSection={<IconLogin size={15} />}
          onClick={() => askLogin()}
        >
          log in
        </Button>
      )}
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
      <ColorScheme />
    </>
  );
}

function PersonMenu({ login: { user, role } }: { readonly login: Login }) {
  const [, go] = usePlace();
  const item = (panel: Panel, Icon: typeof IconUsers) => (
    <Menu.Item leftSection={<Icon size={15} />} onClick={() => go({ table: undefined, panel })}>
      {panel}
    </Menu.Item>
  );
  return (
    <Menu id={accountId} position="bottom-end" withArrow width={220}>
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
        <Menu.Item leftSection={<IconKey size={15} />} onClick={changePassword}>
          change your password
        </Menu.Item>
        <Menu.Divider />
        <Colours />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void logOut()}>
          log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

async function logOut(): Promise<void> {
  try {
    await ledger.logout();
  } catch (error) {
    notifications.show({ color: 'red', message: plainWords(error) });
  }
}
