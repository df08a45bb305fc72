import type { Problem } from '../../../../../../protocol/errors.ts';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import { cellsWords, changedWords } from '../../../words/cell-words.ts';
import type { TypeOf } from '../../../words/column-types.ts';
import { count, type Sentence } from '../../../words/sentence.ts';
import { Words } from '../../../words/words.tsx';
import type { PastedCell, PastedLine } from '../paste-plan.ts';
import classes from './paste-dialog.module.css';

/** Lines that are shown; those with problems come first. */
const linesMax = 100;

interface Props {
  readonly lines: readonly PastedLine[];
  /** By `index`, the line's. */
  readonly problems: readonly Problem[];
  readonly typeOf: TypeOf;
}

/** Each row that would be changed or made, with the cells before and after. */
export function PastePreview({ lines, problems, typeOf }: Props) {
  const bad = new Set(problems.map(({ index }) => index));
  const ordered = lines
    .map((line, index) => ({ line, index }))
    .sort((a, b) => Number(bad.has(b.index)) - Number(bad.has(a.index)));
  return (
    <>
      {ordered.slice(0, linesMax).map(({ line, index }) => (
        <PreviewLine
          key={index}
          line={line}
          problems={problems.filter((problem) => problem.index === index)}
          typeOf={typeOf}
        />
      ))}
      {lines.length > linesMax && <p>and {count(lines.length - linesMax, 'more row')}</p>}
    </>
  );
}

interface LineProps extends Omit<Props, 'lines'> {
  readonly line: PastedLine;
}

function PreviewLine({ line: { key, isNew, cells }, problems, typeOf }: LineProps) {
  const whole = problems.filter(({ column }) => !cells.some((cell) => cell.column === column));
  return (
    <div className={classes.line} data-new={isNew || undefined}>
      <b>{key === undefined ? 'new row' : shownText(key)}</b>
      {isNew && key !== undefined && <i>new</i>}
      {cells.map((cell) => {
        const { column } = cell;
        const problem = problems.find((one) => one.column === column);
        return (
          <span key={column} className={classes.cell} data-bad={problem !== undefined || undefined}>
            <Words sentence={pastedWords(cell, isNew, typeOf)} />
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

function pastedWords({ column, before, after }: PastedCell, isNew: boolean, typeOf: TypeOf): Sentence {
  if (isNew) return cellsWords({ [column]: after }, typeOf);
  return changedWords({ name: column, was: before, is: after }, typeOf);
}
