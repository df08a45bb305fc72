import { IconChevronDown, IconKey, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import type { BlamedChange } from '../../../../protocol/replies.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import type { Column } from '../../../../protocol/table.ts';
import type { Cell } from '../../../../protocol/values.ts';
import { Moment } from '../words/moment.tsx';
import { seqWords } from '../words/points.ts';
import { CellHistory } from './cell-history.tsx';
import classes from './cell-line.module.css';
import { CellValue } from './cell-value.tsx';
import type { RowPlace } from './row-model.ts';

interface Props {
  readonly column: Column;
  readonly isKey: boolean;
  readonly cell: Cell | undefined;
  readonly blame: BlamedChange | undefined;
  readonly newAfter: number;
  readonly place: RowPlace;
}

/** A cell: what it holds, and who made it so, when and why; below, when it is asked for, all that it ever held. */
export function CellLine({ column: { name, type, sealed }, isKey, cell, blame, newAfter, place }: Props) {
  const [isOpen, setOpen] = useState(false);
  const isNew = blame !== undefined && blame.seq > newAfter;
  return (
    <li className={classes.line}>
      <div className={classes.name}>
        <b>{shownText(name)}</b>
        {isKey && <IconKey size={12} aria-label="the key" />}
        {sealed === true && <IconLock size={12} aria-label="sealed" />}
        <span className={classes.type}>{type}</span>
      </div>
      {/* Made anew with each value, so that it flashes. */}
      <div key={blame?.seq} className={classes.value} data-new={isNew}>
        <CellValue cell={cell} type={type} />
      </div>
      <button type="button" className={classes.blame} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <IconChevronDown size={13} aria-hidden />
        <span className={classes.who}>{blame === undefined ? 'what it held' : <Blamed change={blame} />}</span>
      </button>
      {isOpen && <CellHistory key={blame?.seq} place={place} column={name} />}
    </li>
  );
}

function Blamed({ change: { by, at, why, op, seq } }: { readonly change: BlamedChange }) {
  const how = op === 'alter' || op === 'create' ? ' (with the column)' : '';
  const reason = why === undefined ? '' : ` · “${shownText(why, { widthMax: 60 })}”`;
  return (
    <>
      {shownText(by)} · <Moment at={at} />
      {`${how} · ${seqWords(seq)}${reason}`}
    </>
  );
}
