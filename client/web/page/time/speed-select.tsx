import { NativeSelect } from '@mantine/core';
import classes from './time-bar.module.css';
import { type Speed, speeds, useTime } from './time-state.ts';
import { setSpeed } from './travel.ts';

const options = speeds.map((value) => ({ value, label: value === 'max' ? 'max' : `${value}×` }));

/** How fast the past is played. */
export function SpeedSelect() {
  const speed = useTime((state) => state.speed);
  return (
    <NativeSelect
      size="xs"
      className={classes.speed}
      aria-label="speed"
      data={options}
      value={speed}
      onChange={({ currentTarget }) => setSpeed(currentTarget.value as Speed)}
    />
  );
}
