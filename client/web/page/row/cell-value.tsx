import { IconLock } from '@tabler/icons-react';
import { commitmentIn } from '../../../../protocol/sealed.ts';
import { type Cell, type ColumnType, cellText } from '../../../../protocol/values.ts';
import { localTime } from '../words/local-time.ts';
import classes from './cell-value.module.css';
import { shownLines } from './shown-lines.ts';

/** Characters from which on a cell has a window of its own to be scrolled in. */
const longMin = 700;

/** The whole of what a cell holds; that it is empty, or sealed, is said. */
export function CellValue({ cell, type }: { readonly cell: Cell | undefined; readonly type: ColumnType }) {
  if (cell === undefined || cell === null) return <span className={classes.quiet}>empty</span>;
  if (commitmentIn(cell) !== undefined) {
    return (
      <span className={classes.quiet}>
        <IconLock size={13} aria-hidden /> sealed
      </span>
    );
  }
  if (type === 'timestamp' && typeof cell === 'string') return <span title={cell}>{localTime(cell)}</span>;
  const text = type === 'json' ? JSON.stringify(cell, null, 2) : cellText(cell);
  if (text === '') return <span className={classes.quiet}>empty text</span>;
  const isLong = text.length > longMin || text.split('\n', 16).length > 15;
  const className = `${classes.text} ${type === 'json' ? classes.json : ''} ${isLong ? classes.long : ''}`;
  if (!isLong) return <div className={className}>{shownLines(text)}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section className={className} tabIndex={0} aria-label="the whole text">
      {shownLines(text)}
    </section>
  );
}
