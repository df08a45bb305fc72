import { formatCursor, parseCursor } from '../../../../protocol/cursor.ts';

/** Changes between two points up to which the way from one to the other is shorter than reading every row. */
const stepChangesMax = 1_000;
/** Rows from which on a near point is gone to by what differs; fewer come in one part, which is as short a way as any. */
const stepRowsMinUsual = 200;

interface Way {
  /** The two points, the earlier one first. */
  readonly between: readonly [from: string, to: string];
  readonly direction: 'forward' | 'back';
}

interface Standing {
  readonly seq: number;
  readonly epoch: string;
  readonly rows: number;
  readonly rowsMin?: number | undefined;
}

/** The way from where rows stand to a point of the past by what differs there; undefined where that is not the shorter way. */
export function nearWay({ seq, epoch, rows, rowsMin = stepRowsMinUsual }: Standing, at: string): Way | undefined {
  const point = parseCursor(at);
  if (rows < rowsMin || point?.epoch !== epoch || Math.abs(point.seq - seq) > stepChangesMax) return undefined;
  const [here, there] = [formatCursor({ seq, epoch }), formatCursor(point)];
  return point.seq > seq
    ? { between: [here, there], direction: 'forward' }
    : { between: [there, here], direction: 'back' };
}
