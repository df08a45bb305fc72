import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerTrackNextFilled,
  IconPlayerTrackPrevFilled,
} from '@tabler/icons-react';
import { usePlace } from '../address/use-place.ts';
import classes from './time-bar.module.css';
import { type Speed, speeds, useTime } from './time-state.ts';
import { pause, play, setSpeed, step } from './travel.ts';
import type { When } from './use-when.ts';

const speedOptions = speeds.map((value) => ({ value, label: value === 'max' ? 'max' : `${value}×` }));

/** Back, on, and by itself. */
export function PlayButtons({ at }: { readonly at: When }) {
  const { isPlaying, speed } = useTime();
  const [{ table }] = usePlace();
  const { seq = 0 } = at;
  return (
    <div className={classes.play}>
      <Button label="one change back" isWide isOff={isPlaying || seq === 0} onClick={() => void step(-1, seq)}>
        <IconPlayerTrackPrevFilled size={15} />
      </Button>
      <Button
        label={isPlaying ? 'pause' : at.at === undefined ? 'play from the beginning' : 'play from here'}
        isOff={table === undefined}
        onClick={() => (isPlaying ? pause() : void play())}
      >
        {isPlaying ? <IconPlayerPauseFilled size={17} /> : <IconPlayerPlayFilled size={17} />}
      </Button>
      <Button label="one change on" isWide isOff={isPlaying || at.at === undefined} onClick={() => void step(1, seq)}>
        <IconPlayerTrackNextFilled size={15} />
      </Button>
      <NativeSelect
        size="xs"
        className={classes.speed}
        aria-label="speed"
        data={speedOptions}
        value={speed}
        onChange={({ currentTarget }) => setSpeed(currentTarget.value as Speed)}
      />
    </div>
  );
}

interface ButtonProps {
  readonly label: string;
  readonly isOff: boolean;
  /** Left out where there is little room. */
  readonly isWide?: boolean;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function Button({ label, isOff, isWide = false, onClick, children }: ButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        className={classes.button}
        size="md"
        aria-label={label}
        disabled={isOff}
        onClick={onClick}
        {...(isWide && { visibleFrom: 'sm' })}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
