import type { Problem } from '../../../../../../protocol/errors.ts';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import { type Cell, cellText } from '../../../../../../protocol/values.ts';
import type { PastedLine } from '../paste-plan.ts';
import classes from './paste-dialog.module.css';

/** Lines that are shown; those with problems come first. */
const linesMax = 100;

interface Props {
  readonly lines: readonly PastedLine[];
  /** By `index`, the line's. */
  readonly problems: readonly Problem[];
}

/** Each row that would be changed or made, with the cells before and after. */
export function PastePreview({ lines, problems }: Props) {
  const bad = new Set(problems.map(({ index }) => index));
  const ordered = lines
    .map((line, index) => ({ line, index }))
    .sort((a, b) => Number(bad.has(b.index)) - Number(bad.has(a.index)));
  return (
    <>
      {ordered.slice(0, linesMax).map(({ line, index }) => (
        <PreviewLine key={index} line={line} problems={problems.filter((problem) => problem.index === index)} />
      ))}
      {lines.length > linesMax && <p>and {(lines.length - linesMax).toLocaleString()} more</p>}
    </>
  );
}

function PreviewLine({ line: { key, isNew, cells }, problems }: { line: PastedLine; problems: readonly Problem[] }) {
  const whole = problems.filter(({ column }) => !cells.some((cell) => cell.column === column));
  return (
    <div className={classes.line} data-new={isNew || undefined}>
      <b>{key === undefined ? 'new row' : shownText(key)}</b>
      {isNew && key !== undefined && <i>new</i>}
      {cells.map(({ column, before, after }) => {
        const problem = problems.find((one) => one.column === column);
        return (
          <span key={column} className={classes.cell} data-bad={problem !== undefined || undefined}>
            <small>{column}</small> {before !== null && <s>{shown(before)}</s>} {shown(after)}
            {problem !== undefined && <em>{shownText(problem.message)}</em>}
          </span>
        );
      })}
      {whole.map(({ message, column }) => (
        <span key={`${column} ${message}`} className={classes.cell} data-bad>
          {column !== undefined && <small>{column}</small>} <em>{shownText(message)}</em>
        </span>
      ))}
    </div>
  );
}

function shown(cell: Cell): string {
  return cell === null ? '(empty)' : shownText(cellText(cell)).slice(0, 120);
}
