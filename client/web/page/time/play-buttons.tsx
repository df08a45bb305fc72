import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerTrackNextFilled,
  IconPlayerTrackPrevFilled,
} from '@tabler/icons-react';
import { usePlace } from '../address/use-place.ts';
import { SpeedSelect } from './speed-select.tsx';
import classes from './time-bar.module.css';
import { useTime } from './time-state.ts';
import { pause, play, step } from './travel.ts';
import type { When } from './use-when.ts';

/** Back, on, and by itself. */
export function PlayButtons({ at }: { readonly at: When }) {
  const isPlaying = useTime((state) => state.isPlaying);
  const [{ table }] = usePlace();
  const { seq = 0 } = at;
  return (
    <div className={classes.play}>
      <Button label="one change back" isOff={isPlaying || seq === 0} onClick={() => void step(-1, seq)}>
        <IconPlayerTrackPrevFilled size={15} />
      </Button>
      <Button
        label={isPlaying ? 'pause' : at.at === undefined ? 'play from the beginning' : 'play from here'}
        isOff={table === undefined}
        onClick={() => (isPlaying ? pause() : void play())}
      >
        {isPlaying ? <IconPlayerPauseFilled size={17} /> : <IconPlayerPlayFilled size={17} />}
      </Button>
      <Button label="one change on" isOff={isPlaying || at.at === undefined} onClick={() => void step(1, seq)}>
        <IconPlayerTrackNextFilled size={15} />
      </Button>
      <div className={classes.wide}>
        <SpeedSelect />
      </div>
    </div>
  );
}

interface ButtonProps {
  readonly label: string;
  readonly isOff: boolean;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function Button({ label, isOff, onClick, children }: ButtonProps) {
  return (
    <Tooltip label={label} position="bottom">
      <ActionIcon
        variant="subtle"
        className={classes.button}
        size="md"
        aria-label={label}
        disabled={isOff}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
