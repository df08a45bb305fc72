import { Button, Center, Text } from '@mantine/core';
import { useLedger } from '../ledger/ledger-state.ts';
import { wholeWords } from '../words/moments.ts';
import { seqWords } from '../words/points.ts';
import { CompareMenu } from './compare-menu.tsx';
import { MomentField } from './moment-field.tsx';
import { PlayButtons } from './play-buttons.tsx';
import { TagButton } from './tag-button.tsx';
import classes from './time-bar.module.css';
import { TimeSheetButton } from './time-sheet.tsx';
import { Timeline } from './timeline.tsx';
import { travel } from './travel.ts';
import { useActivity } from './use-activity.ts';
import { useTags } from './use-tags.ts';
import { useWhen, type When } from './use-when.ts';

/** When it is that is looked at: the past as a curve, to be dragged, typed, played and compared. */
export function TimeBar() {
  const axis = useActivity();
  const tags = useTags();
  const at = useWhen('at');
  const hasBegun = useLedger(({ head }) => head > 0);
  if (axis === undefined) {
    return hasBegun ? null : (
      <Center h="100%">
        <Text size="xs" c="var(--text-quiet)">
          here will be everything that happens
        </Text>
      </Center>
    );
  }
  const names = at.at === undefined ? [] : tags.filter(({ seq }) => seq === at.seq).map(({ name }) => name);
  return (
    <section className={classes.bar} aria-label="time">
      <div className={classes.controls}>
        <PlayButtons at={at} />
        <MomentText at={at} names={names} />
        <div className={classes.wide}>
          <MomentField tags={tags} />
        </div>
        <div className={classes.wide}>
          <TagButton at={at} />
        </div>
        <div className={classes.wide}>
          <CompareMenu at={at} tags={tags} />
        </div>
        <Button
          size="compact-sm"
          className={classes.now}
          disabled={at.at === undefined}
          onClick={() => travel(undefined)}
        >
          now
        </Button>
        <div className={classes.narrow}>
          <TimeSheetButton at={at} tags={tags} />
        </div>
      </div>
      <div className={classes.line}>
        <Timeline axis={axis} tags={tags} />
      </div>
    </section>
  );
}

/** The moment in words, the most telling first: there may be little room. */
function MomentText({ at, names }: { readonly at: When; readonly names: readonly string[] }) {
  const { seq, ms, problem } = at;
  const isNow = at.at === undefined;
  const when = isNow
    ? 'now'
    : seq === 0
      ? 'before the first change'
      : ms !== undefined
        ? wholeWords(ms)
        : problem === undefined
          ? 'then'
          : 'no such moment';
  return (
    <div className={classes.moment} data-past={!isNow}>
      {when}
      {seq !== undefined && seq > 0 && <span className={classes.quiet}> · {seqWords(seq)}</span>}
      {names.map((name) => (
        <span key={name} className={classes.quiet}>
          {' '}
          · tag {name}
        </span>
      ))}
    </div>
  );
}
