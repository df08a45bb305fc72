import { Button, Menu } from '@mantine/core';
import { IconArrowsDiff, IconX } from '@tabler/icons-react';
import type { Tag } from '../../../../protocol/replies.ts';
import { goTo } from '../address/go-to.ts';
import { usePlace } from '../address/use-place.ts';
import { type ComparePoint, comparePoints } from './compare-points.ts';
import type { When } from './use-when.ts';

interface Props {
  readonly at: When;
  readonly tags: readonly Tag[];
}

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
  const { moments, named } = comparePoints(at, tags);
  const item = ({ label, point }: ComparePoint) => (
    <Menu.Item key={label} onClick={() => goTo({ since: point })}>
      {label}
    </Menu.Item>
  );
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
        {moments.map(item)}
        {named.length > 0 && <Menu.Label>tags</Menu.Label>}
        {named.map(item)}
        <Menu.Label>drag the orange handle to move it</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
