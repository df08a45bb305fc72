import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconLink } from '@tabler/icons-react';

/** Copies the address of what is looked at. */
export function CopyLink() {
  return (
    <CopyButton value={location.href}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'copied' : 'copy the address of this row'}>
          <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label="copy the address of this row">
            {copied ? <IconCheck size={16} /> : <IconLink size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
