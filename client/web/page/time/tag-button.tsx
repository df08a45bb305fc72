import { ActionIcon, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTag } from '@tabler/icons-react';
import { useIsEditor } from '../people/rights.ts';
import { TagDialog } from './tag-dialog.tsx';
import type { When } from './use-when.ts';

/** Gives the moment that is shown a name, for administrators. */
export function TagButton({ at }: { readonly at: When }) {
  const isEditor = useIsEditor();
  const [isOpen, dialog] = useDisclosure(false);
  if (!isEditor && !isOpen) return null;
  return (
    <>
      <Tooltip label="name this moment">
        <ActionIcon variant="subtle" aria-label="name this moment" disabled={!at.seq} onClick={dialog.open}>
          <IconTag size={16} />
        </ActionIcon>
      </Tooltip>
      {isOpen && <TagDialog at={at} onClose={dialog.close} />}
    </>
  );
}
