import { Button } from '@mantine/core';
import { IconArrowsDiff, IconHistory } from '@tabler/icons-react';
import { goTo } from '../address/go-to.ts';
import { wholeWords } from '../words/moments.ts';
import { seqWords } from '../words/points.ts';
import classes from './past-band.module.css';
import { useTime } from './time-state.ts';
import { travel } from './travel.ts';
import { useTags } from './use-tags.ts';
import { useWhen, type When } from './use-when.ts';

/** Says, above the rows, that they are not those of now. */
export function PastBand() {
  const at = useWhen('at');
  const since = useWhen('since');
  const isPlaying = useTime((state) => state.isPlaying);
  if (since.at !== undefined) {
    const isBack = at.seq !== undefined && (since.seq ?? 0) > at.seq;
    return (
      <div className={classes.band} data-kind="compare" role="status">
        <IconArrowsDiff size={16} className={classes.icon} />
        <span className={classes.words}>
          {isBack ? 'what differs from ' : 'what changed from '}
          <MomentWords when={since} />
          {isBack ? ' back to ' : ' to '}
          <MomentWords when={at} />
        </span>
        {/* Where there is room the bar of time has it. */}
        <Button
          size="compact-xs"
          variant="default"
          hiddenFrom="sm"
          className={classes.end}
          onClick={() => goTo({ since: undefined })}
        >
          end comparing
        </Button>
      </div>
    );
  }
  if (at.at === undefined) return null;
  return (
    <div className={classes.band} role="status" aria-live={isPlaying ? 'off' : 'polite'}>
      <IconHistory size={16} className={classes.icon} />
      <span className={classes.words}>
        {isPlaying ? 'playing ' : 'as of '}
        <MomentWords when={at} /> — read only
      </span>
      <Button size="compact-xs" variant="default" className={classes.back} onClick={() => travel(undefined)}>
        back to now
      </Button>
    </div>
  );
}

function MomentWords({ when: { at, seq, ms } }: { readonly when: When }) {
  const tags = useTags();
  if (at === undefined) return <b>now</b>;
  if (seq === 0) return <b>before the first change</b>;
  const names = tags.filter((tag) => tag.seq === seq).map(({ name }) => ` · tag ${name}`);
  return (
    <>
      <b>{ms === undefined ? 'then' : wholeWords(ms)}</b>
      {seq !== undefined && ` · ${seqWords(seq)}`}
      {names}
    </>
  );
}
