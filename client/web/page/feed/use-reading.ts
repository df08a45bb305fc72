import { type FocusEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { FeedModel, FeedState } from './feed-model.ts';

/** Lines that are made at first, and more with each step down. */
const stepLines = 60;
/** Pixels below what is seen that are ready. */
const readyPx = 600;
/** Pixels from the top that still are the top. */
const topPx = 8;
/** Pages that are read one after another without the reader doing anything: a filter may fit nothing. */
const unaskedMax = 10;

interface Options {
  readonly model: FeedModel;
  readonly older: FeedState['older'];
  /** How many lines there are to show. */
  readonly lines: number;
}

/** How a reader moves in the list: while the reader looks at something nothing moves, and further down more comes. */
export function useReading({ model, older, lines }: Options) {
  const list = useRef<HTMLDivElement>(null);
  const [linesMax, setLinesMax] = useState(stepLines);
  const unasked = useRef(0);
  const stands = useRef({ isDown: false, isOver: false, isIn: false });
  const settle = useCallback(
    (change: Partial<typeof stands.current>) => {
      Object.assign(stands.current, change);
      const { isDown, isOver, isIn } = stands.current;
      model.hold(isDown || isOver || isIn);
    },
    [model],
  );
  const fill = useCallback(() => {
    const box = list.current;
    if (box === null || box.scrollHeight - box.scrollTop - box.clientHeight > readyPx) return;
    if (lines > linesMax) return setLinesMax(linesMax + stepLines);
    if (older !== 'unread' || unasked.current >= unaskedMax) return;
    unasked.current += 1;
    void model.more();
  }, [model, older, lines, linesMax]);
  useEffect(fill, [fill]);
  const events = useMemo(
    () => ({
      onScroll: () => {
        const isDown = (list.current?.scrollTop ?? 0) > topPx;
        settle({ isDown });
        unasked.current = 0;
        if (isDown) fill();
        else setLinesMax(stepLines);
      },
      onPointerEnter: ({ pointerType }: PointerEvent) => pointerType === 'mouse' && settle({ isOver: true }),
      onPointerLeave: () => settle({ isOver: false }),
      onFocus: ({ target }: FocusEvent) => settle({ isIn: target.matches(':focus-visible') }),
      onBlur: () => settle({ isIn: false }),
    }),
    [fill, settle],
  );
  const goUp = useCallback(() => {
    list.current?.scrollTo({ top: 0 });
    settle({ isDown: false, isOver: false, isIn: false });
  }, [settle]);
  const lookOn = useCallback(() => {
    unasked.current = 0;
    void model.more();
  }, [model]);
  return { list, events, linesMax, goUp, lookOn };
}
