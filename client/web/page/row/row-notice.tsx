import { Button, Text } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { shownText } from '../../../../protocol/shown-text.ts';
import { momentWords } from '../words/moments.ts';
import type { Takeback } from './revert-dialog.tsx';
import classes from './row-notice.module.css';
import type { RowState } from './row-state.ts';

interface Props {
  readonly state: RowState;
  readonly at: string | undefined;
  /** Undefined for those who may not. */
  readonly onTakeBack: ((takeback: Takeback) => void) | undefined;
}

/** Of a row that is not there: that it left, and how it comes back; or that it never was. */
export function RowNotice({ state: { history, definition }, at, onTakeBack }: Props) {
  const left = history.find(({ op }) => op === 'delete');
  const then = at === undefined ? '' : ' then';
  if (definition === undefined) return <Notice text={`There is no such table${then || ' any more'}.`} />;
  if (left === undefined)
    return <Notice text={at === undefined ? 'There never was such a row.' : 'It was not there yet.'} />;
  const { seq, by, at: when, why } = left;
  const reason = why === undefined ? '' : `, “${shownText(why)}”`;
  return (
    <Notice text={`This row has left: ${shownText(by)}, ${momentWords(when, new Date())}${reason}.`}>
      {onTakeBack !== undefined && (
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconArrowBackUp size={15} />}
          onClick={() => onTakeBack({ title: 'Bring the row back', done: `brought ${left.key} back`, what: { seq } })}
        >
          bring it back
        </Button>
      )}
    </Notice>
  );
}

function Notice({ text, children }: { readonly text: string; readonly children?: ReactNode }) {
  return (
    <div className={classes.notice} role="status">
      <Text size="sm">{text}</Text>
      {children}
    </div>
  );
}
