import { ActionIcon, Badge, Menu, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBan, IconDots, IconKey, IconTrash, IconUserCheck, IconUserShield } from '@tabler/icons-react';
import type { Account, AccountOf } from '../../../../protocol/accounts.ts';
import { sendCommand } from '../api/send-command.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { dateWords } from '../words/moments.ts';
import { plainWords } from '../words/plain-words.ts';
import { count } from '../words/sentence.ts';
import { removeAccount, resetPassword } from './dialogs.ts';
import classes from './people-area.module.css';

interface Props {
  readonly account: Account;
  readonly onChanged: () => void;
}

type Changes = Omit<AccountOf<'account.change'>, 'type' | 'user'>;

/** One account. */
export function AccountRow({ account: { user, role, disabled, created }, onChanged }: Props) {
  const own = useLedger((state) => state.login?.user);
  const change = async (changes: Changes): Promise<void> => {
    try {
      const {
        reply: { ended },
      } = await sendCommand('account.change', { user, ...changes });
      if (ended > 0) notifications.show({ message: `${count(ended, 'session')} of ${user} ended` });
      onChanged();
    } catch (error) {
      notifications.show({ color: 'red', message: plainWords(error), autoClose: 8_000 });
    }
  };
  const other = role === 'administrator' ? 'viewer' : 'administrator';
  return (
    <Table.Tr className={classes.row}>
      <Table.Td>
        <Text size="sm" fw={500} {...(disabled && { td: 'line-through', c: 'var(--text-quiet)' })}>
          {user}{' '}
          {own === user && (
            <Badge variant="light" tt="none">
              you
            </Badge>
          )}{' '}
          {disabled && (
            <Badge color="gray" variant="light" tt="none">
              disabled
            </Badge>
          )}
        </Text>
      </Table.Td>
      <Table.Td>{role}</Table.Td>
      <Table.Td visibleFrom="xs" className={classes.quiet}>
        {dateWords(created)}
      </Table.Td>
      <Table.Td align="right">
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`change ${user}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconUserShield size={15} />} onClick={() => void change({ role: other })}>
              make {user} {other === 'viewer' ? 'a viewer' : 'an administrator'}
            </Menu.Item>
            <Menu.Item leftSection={<IconKey size={15} />} onClick={() => resetPassword(user)}>
              set a new password
            </Menu.Item>
            <Menu.Item
              leftSection={disabled ? <IconUserCheck size={15} /> : <IconBan size={15} />}
              onClick={() => void change({ disabled: !disabled })}
            >
              {disabled ? 'enable' : 'disable'}
            </Menu.Item>
            <Menu.Item c="var(--broken)" leftSection={<IconTrash size={15} />} onClick={() => removeAccount(user)}>
              remove
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Table.Td>
    </Table.Tr>
  );
}
