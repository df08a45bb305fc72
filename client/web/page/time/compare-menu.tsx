import { Button, Menu } from '@mantine/core';
import { IconArrowsDiff, IconX } from '@tabler/icons-react';
import type { Tag } from '../../../../protocol/replies.ts';
import { goTo } from '../address/go-to.ts';
import { usePlace } from '../address/use-place.ts';
import { cursorOf } from './travel.ts';
import type { When } from './use-when.ts';

interface Props {
  readonly at: When;
  readonly tags: readonly Tag[];
}

/** Tags that are offered; the field and the address take any. */
const tagsMax = 12;
const hourMs = 3_600_000;

/** Chooses a moment with which the one that is shown is compared. */
export function CompareMenu({ at, tags }: Props) {
  const [{ table, since }] = usePlace();
  const { seq = 0 } = at;
  if (since !== undefined) {
    return (
      <Button
        size="compact-sm"
        variant="light"
        color="orange"
        onClick={() => goTo({ since: undefined })}
        leftSection={<IconX size={14} />}
      >
        end comparing
      </Button>
    );
  }
  const to = (point: string) => () => goTo({ since: point });
  const ms = at.ms ?? Date.now();
  const earlier = tags.filter((tag) => tag.seq < seq).sort((a, b) => b.seq - a.seq);
  return (
    <Menu position="top-end" withArrow shadow="md">
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          disabled={table === undefined || seq === 0}
          leftSection={<IconArrowsDiff size={15} />}
        >
          compare
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>compare with…</Menu.Label>
        <Menu.Item onClick={to(cursorOf(Math.max(0, seq - 10)))}>10 changes before</Menu.Item>
        <Menu.Item onClick={to(new Date(ms - hourMs).toISOString())}>an hour before</Menu.Item>
        <Menu.Item onClick={to(new Date(ms - 24 * hourMs).toISOString())}>a day before</Menu.Item>
        <Menu.Item onClick={to(cursorOf(0))}>the beginning</Menu.Item>
        {earlier.length > 0 && <Menu.Label>tags</Menu.Label>}
        {earlier.slice(0, tagsMax).map(({ name }) => (
          <Menu.Item key={name} onClick={to(name)}>
            {name}
          </Menu.Item>
        ))}
        <Menu.Label>then drag the second handle</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
