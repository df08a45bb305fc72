import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { shownText } from '../../../../../../protocol/shown-text.ts';
import type { Column } from '../../../../../../protocol/table.ts';
import { exactText } from '../../../words/cell-text.ts';
import { choicesOf } from '../choices.ts';
import { ruleText } from '../rule-text.ts';

/** Characters from which a text has a field of several lines. */
const longFrom = 80;

interface Props {
  readonly column: Column;
  readonly text: string;
  readonly problem?: string | undefined;
  readonly isFirst?: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (text: string) => void;
}

/** The field of one cell, by the type of its column, with what the column demands. */
export function CellField({ column, text, problem, isFirst = false, isDisabled = false, onChange }: Props) {
  const common = {
    label: column.name,
    description: shownText(ruleText(column)),
    error: problem === undefined ? undefined : shownText(problem),
    disabled: isDisabled,
    withAsterisk: column.required === true,
    value: text,
    size: 'sm',
    'data-autofocus': isFirst || undefined,
  } as const;
  const choices = choicesOf(column);
  if (choices !== undefined) {
    const texts = choices.map((choice) => exactText(column.type, choice));
    const data = [{ value: '', label: '(empty)' }, ...texts.map((value) => ({ value, label: shownText(value) }))];
    return <NativeSelect {...common} data={data} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  if (column.type === 'json' || text.length > longFrom || text.includes('\n')) {
    const onInput = (event: { currentTarget: { value: string } }): void => onChange(event.currentTarget.value);
    return <Textarea {...common} autosize minRows={2} maxRows={10} spellCheck={false} onChange={onInput} />;
  }
  return (
    <TextInput
      {...common}
      type={column.type === 'date' ? 'date' : 'text'}
      placeholder={column.type === 'timestamp' ? 'YYYY-MM-DD hh:mm:ss' : ''}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
