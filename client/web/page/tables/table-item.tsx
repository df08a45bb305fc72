import { UnstyledButton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { TableSummary } from '../../../../protocol/replies.ts';
import { agoWords } from '../words/moments.ts';
import { amount } from '../words/sentence.ts';
import { signsOfLife, useLives } from './signs-of-life.ts';
import classes from './table-list.module.css';

interface Props {
  readonly summary: TableSummary;
  readonly isCurrent: boolean;
  /** Milliseconds since 1970 that "ago" counts from; undefined of the past. */
  readonly now: number | undefined;
  readonly onChoose: () => void;
}

/** A table in the side bar: its name, its rows, and whether it lives. */
export function TableItem({ summary: { definition, rows }, isCurrent, now, onChoose }: Props) {
  const { name } = definition;
  const dot = useRef<HTMLSpanElement>(null);
  const life = useLives(({ lives }) => lives.get(name));
  const isLive = now !== undefined;
  useEffect(() => {
    if (!isLive || dot.current === null) return;
    return signsOfLife.attach(name, dot.current);
  }, [name, isLive]);
  const rate = isLive ? (life?.perSecond ?? 0) : 0;
  const words =
    now === undefined || life === undefined ? undefined : rate > 0 ? `${rate}/s` : agoWords(life.lastAt, now);
  return (
    <li>
      <UnstyledButton
        className={classes.item}
        aria-current={isCurrent ? 'page' : undefined}
        data-busy={rate > 0 || undefined}
        title={name}
        onClick={onChoose}
      >
        <span ref={dot} className={classes.dot} />
        <span className={classes.name}>{name}</span>
        <span className={classes.rows}>{rows === undefined ? undefined : amount(rows)}</span>
        {words !== undefined && <span className={classes.life}>{words}</span>}
      </UnstyledButton>
    </li>
  );
}
