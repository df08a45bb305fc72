import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Version } from './lives.ts';
import classes from './row-history.module.css';

/** Pixels above and below what is seen in which versions are drawn. */
const nearPixels = 800;
/** Pixels that a version takes, about: until it was drawn once. */
const versionPixels = 90;

interface Props {
  readonly versions: readonly Version[];
  /** Drawn at once, as it is seen first. */
  readonly isFirst: boolean;
  readonly children: (version: Version) => ReactNode;
}

/** A stretch of a row's history, drawn while it is near to what is seen: else an empty place of the same height. */
export function HistoryStretch({ versions, isFirst, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [isDrawn, setDrawn] = useState(isFirst);
  const height = useRef(versions.length * versionPixels);
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const look = (entries: readonly IntersectionObserverEntry[]): void => {
      // While the page is busy several wait: what holds is the last.
      const seen = entries.at(-1);
      // In a tab that is not shown nothing has a height.
      if (seen === undefined || (!seen.isIntersecting && seen.boundingClientRect.height === 0)) return;
      if (!seen.isIntersecting && box.contains(document.activeElement)) return;
      if (!seen.isIntersecting) height.current = seen.boundingClientRect.height;
      setDrawn(seen.isIntersecting);
    };
    const root = box.closest('[role="tabpanel"]');
    const watch = new IntersectionObserver(look, { root, rootMargin: `${nearPixels}px 0px` });
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  if (!isDrawn) return <div ref={place} style={{ height: height.current }} />;
  return (
    <div ref={place}>
      <ol className={classes.versions}>{versions.map((version) => children(version))}</ol>
    </div>
  );
}
