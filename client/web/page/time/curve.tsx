import { useComputedColorScheme } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Axis } from './axis.ts';
import { axisText } from './axis-text.ts';
import classes from './timeline.module.css';

/** Pixels below the curve in which its times are written. */
const axisPixels = 18;
/** Pixels of a letter of the axis, at most. */
const letterPixels = 7;
/** Pixels that the handle takes at the end, where it mostly stands. */
const handlePixels = 8;

/** How much was changed when. */
export function Curve({ axis }: { readonly axis: Axis }) {
  const { ref: sizeRef, width, height } = useElementSize<HTMLDivElement>();
  const box = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(sizeRef, box);
  const plot = useRef<UPlot>(undefined);
  const scheme = useComputedColorScheme();
  const data = useRef(dataOf(axis));
  data.current = dataOf(axis);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme has other colours, which a canvas is drawn with
  useEffect(() => {
    const place = box.current;
    if (place === null || width === 0) return;
    const drawn = new UPlot(optionsOf(place, width, height), data.current, place);
    plot.current = drawn;
    return () => drawn.destroy();
  }, [width, height, scheme]);
  useEffect(() => plot.current?.setData(dataOf(axis)), [axis]);
  return <div ref={ref} className={classes.curve} aria-hidden="true" />;
}

/** By its logarithm: an import of a hundred thousand rows leaves the single changes to be seen. */
function dataOf({ startMs, endMs, buckets }: Axis): UPlot.AlignedData {
  const half = (endMs - startMs) / Math.max(1, buckets.length) / 2;
  const times = buckets.map(({ untilMs }) => (untilMs - half) / 1_000);
  // uPlot takes the ends of the axis from the data.
  return [
    [startMs / 1_000, ...times, Math.max(endMs, startMs + 1) / 1_000],
    [null, ...buckets.map(({ changes }) => (changes === 0 ? null : Math.log2(1 + changes))), null],
  ];
}

function optionsOf(place: HTMLElement, width: number, height: number): UPlot.Options {
  const colour = (name: string): string => getComputedStyle(place).getPropertyValue(name).trim();
  return {
    width,
    height,
    padding: [4, 0, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: { x: { range: (_, min, max) => [min, max] }, y: { range: (_, _min, max) => [0, Math.max(1, max)] } },
    series: [
      {},
      {
        ...(UPlot.paths.bars && { paths: UPlot.paths.bars({ size: [0.85, 12, 2] }) }),
        fill: colour('--mantine-color-accent-filled'),
        width: 0,
        points: { show: false },
      },
    ],
    axes: [
      {
        size: axisPixels,
        gap: 2,
        font: `11px ${getComputedStyle(place).fontFamily}`,
        stroke: colour('--text-quiet'),
        grid: { show: false },
        ticks: { show: false },
        space: 90,
        values: (plot, splits, _, __, step) =>
          splits.map((seconds) => wholeText(plot, seconds, axisText(seconds, step))),
      },
      { show: false },
    ],
  };
}

/** The text of a mark where there is room for all of it: at the ends of the axis it would be cut. */
function wholeText(plot: UPlot, seconds: number, text: string): string | null {
  const half = (text.length * letterPixels) / 2;
  const place = plot.valToPos(seconds, 'x');
  return place >= half && place <= plot.width - half - handlePixels ? text : null;
}
