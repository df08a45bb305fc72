import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core';
import { IconDots, IconTag, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Tag } from '../../../../protocol/replies.ts';
import { goTo } from '../address/go-to.ts';
import { usePlace } from '../address/use-place.ts';
import { useIsEditor } from '../people/rights.ts';
import { Dialog } from '../shell/dialog.tsx';
import { type ComparePoint, comparePoints } from './compare-points.ts';
import { MomentField, momentForms } from './moment-field.tsx';
import { SpeedSelect } from './speed-select.tsx';
import { TagDialog } from './tag-dialog.tsx';
import classes from './time-sheet.module.css';
import type { When } from './use-when.ts';

interface Props {
  readonly at: When;
  readonly tags: readonly Tag[];
}

/** What the bar of time has no room for where the page is narrow, in a dialog. */
export function TimeSheetButton({ at, tags }: Props) {
  const [open, setOpen] = useState<'nothing' | 'sheet' | 'tag'>('nothing');
  const close = (): void => setOpen('nothing');
  return (
    <>
      <ActionIcon variant="subtle" aria-label="more of time" onClick={() => setOpen('sheet')}>
        <IconDots size={18} />
      </ActionIcon>
      {open === 'sheet' && <TimeSheet at={at} tags={tags} onClose={close} onName={() => setOpen('tag')} />}
      {open === 'tag' && <TagDialog at={at} onClose={close} />}
    </>
  );
}

interface SheetProps extends Props {
  readonly onClose: () => void;
  readonly onName: () => void;
}

function TimeSheet({ at, tags, onClose, onName }: SheetProps) {
  const isEditor = useIsEditor();
  return (
    <Dialog onClose={onClose} title="Time" size="sm">
      <Stack gap="md">
        <Part title="go to a moment">
          <div className={classes.field}>
            <MomentField tags={tags} onGone={onClose} />
          </div>
          <Text size="xs" c="var(--text-quiet)">
            {momentForms}
          </Text>
        </Part>
        <Compare at={at} tags={tags} onDone={onClose} />
        <Part title="speed of playing">
          <SpeedSelect />
        </Part>
        {isEditor && (
          <Button variant="default" leftSection={<IconTag size={15} />} disabled={!at.seq} onClick={onName}>
            name this moment
          </Button>
        )}
      </Stack>
    </Dialog>
  );
}

function Compare({ at, tags, onDone }: Props & { readonly onDone: () => void }) {
  const [{ table, since }] = usePlace();
  if (table === undefined || at.seq === 0) return null;
  const to = (point: string | undefined) => (): void => {
    goTo({ since: point });
    onDone();
  };
  if (since !== undefined) {
    return (
      <Button variant="light" color="orange" leftSection={<IconX size={15} />} onClick={to(undefined)}>
        end comparing
      </Button>
    );
  }
  const { moments, named } = comparePoints(at, tags);
  const button = ({ label, point }: ComparePoint) => (
    <Button key={label} size="compact-sm" variant="default" onClick={to(point)}>
      {label}
    </Button>
  );
  return (
    <Part title="compare with">
      <Group gap={6}>
        {moments.map(button)}
        {named.map(button)}
      </Group>
    </Part>
  );
}

interface PartProps {
  readonly title: string;
  readonly children: React.ReactNode;
}

function Part({ title, children }: PartProps) {
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600} component="h3" m={0}>
        {title}
      </Text>
      {children}
    </Stack>
  );
}
