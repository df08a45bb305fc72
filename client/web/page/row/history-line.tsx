import { Badge, Button } from '@mantine/core';
import { type ChangedCell, changedCells } from '../../../../protocol/changed-cells.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { changedWords, namedWords } from '../words/cell-words.ts';
import type { TypeOf } from '../words/column-types.ts';
import { Moment } from '../words/moment.tsx';
import { spanWords } from '../words/points.ts';
import type { Sentence } from '../words/sentence.ts';
import { Words } from '../words/words.tsx';
import classes from './history-line.module.css';
import type { Version } from './lives.ts';
import type { Takeback } from './revert-dialog.tsx';
import { restoreOf, takebackOf } from './takebacks.ts';
import { ThenLink } from './then-link.tsx';

interface Props {
  readonly version: Version;
  /** Whether it is how the row is now. */
  readonly isNow: boolean;
  readonly isNew: boolean;
  readonly typeOf: TypeOf;
  readonly onTakeBack: ((takeback: Takeback) => void) | undefined;
}

const deeds = { insert: 'entered', update: 'changed', delete: 'left', erase: 'erased for good' } as const;

/** One change of a row: what, by whom, when and why, and the ways back. */
export function HistoryLine({ version, isNow, isNew, typeOf, onTakeBack }: Props) {
  const { entry, beginsEarlierLife, takenBackBy } = version;
  const { op, by, at, why, seq, reverts } = entry;
  return (
    <>
      {beginsEarlierLife && <li className={classes.life}>an earlier life of this key</li>}
      <li className={classes.line} data-op={op} data-new={isNew}>
        <div className={classes.head}>
          <b className={classes.op}>{deeds[op]}</b>
          {entry.version > 0 && <span>version {entry.version}</span>}
          {isNow && (
            <Badge size="xs" variant="light" tt="none">
              newest
            </Badge>
          )}
          {takenBackBy !== undefined && (
            <Badge size="xs" color="gray" variant="light" tt="none">
              {takenBackBy.isExact ? 'taken back by' : 'in what was taken back by'} #{takenBackBy.seq}
            </Badge>
          )}
          <span className={classes.seq}>
            <ThenLink seq={seq} />
          </span>
        </div>
        <ul className={classes.cells} data-gone={takenBackBy !== undefined}>
          {changedCells(entry).map((cell) => (
            <li key={cell.name}>
              <Words sentence={cellSentence(op, cell, typeOf)} />
            </li>
          ))}
        </ul>
        <div className={classes.who}>
          {shownText(by)} · <Moment at={at} />
          {reverts !== undefined && ` · took back ${spanWords(reverts)}`}
          {why !== undefined && ` · “${shownText(why)}”`}
        </div>
        {onTakeBack !== undefined && op !== 'erase' && (
          <div className={classes.deeds}>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              fw={500}
              onClick={() => onTakeBack(takebackOf(entry))}
            >
              take this change back
            </Button>
            {!isNow && op !== 'delete' && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                fw={500}
                onClick={() => onTakeBack(restoreOf(entry))}
              >
                make it as it was after this
              </Button>
            )}
          </div>
        )}
      </li>
    </>
  );
}

function cellSentence(op: Version['entry']['op'], cell: ChangedCell, typeOf: TypeOf): Sentence {
  if (op === 'update') return changedWords(cell, typeOf);
  return namedWords(cell.name, op === 'delete' ? cell.was : cell.is, typeOf);
}
