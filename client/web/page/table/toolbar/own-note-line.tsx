import { Group } from '@mantine/core';
import { usePlace } from '../../address/use-place.ts';
import { useIsEditor } from '../../people/rights.ts';
import { OwnNote } from './own-note.tsx';

/** Where no rows are that can be edited, and so no line below them: what was done beside, or before, comes back from here. */
export function OwnNoteLine() {
  const [{ at }] = usePlace();
  const canEdit = useIsEditor() && at === undefined;
  if (!canEdit) return null;
  return (
    <Group px="md" py={4} mih={28} fz="xs" style={{ flex: 'none' }}>
      <OwnNote />
    </Group>
  );
}
