import {
  ActionIcon,
  Checkbox,
  Collapse,
  Group,
  Text,
  Textarea,
  TextInput,
  Tooltip,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconChevronDown, IconChevronRight, IconKey, IconTrash } from '@tabler/icons-react';
import { shownText } from '../../../../protocol/shown-text.ts';
import { keyTypes } from '../../../../protocol/table.ts';
import classes from './column-editor.module.css';
import { type ColumnField, type ColumnForm, examples, rulesOf } from './column-form.ts';
import { type FormProblems, fieldOf } from './table-form.ts';
import { TypeSelect } from './type-select.tsx';

export interface ColumnEditorProps {
  readonly form: ColumnForm;
  readonly isKey: boolean;
  /** Whether the key may be chosen: of a table that is there it may not. */
  readonly canBeKey: boolean;
  /** Of the column as the ledger has it. */
  readonly wasSealed: boolean;
  readonly problems: FormProblems;
  readonly onChange: (changes: Partial<ColumnForm>) => void;
  readonly onKey: () => void;
  readonly onMove: ((by: 1 | -1) => void) | undefined;
  readonly onRemove: (() => void) | undefined;
}

/** A column: its name and type, and folded below what is demanded of its cells. */
export function ColumnEditor(props: ColumnEditorProps) {
  const { form, isKey, canBeKey, wasSealed, problems, onChange, onKey, onMove, onRemove } = props;
  const problem = (field: ColumnField): string | undefined => problems.get(fieldOf(form, field));
  const hasRuleProblem = (['default', 'min', 'max', 'pattern', 'choices'] as const).some((field) => problem(field));
  const [isOpen, fold] = useDisclosure(false);
  const words = ruleWords(form);
  const title = form.name === '' ? 'the new column' : form.name;
  return (
    <li className={classes.column} aria-label={title}>
      <div className={classes.head}>
        <Tooltip label={keyLabel(isKey, canBeKey)}>
          <ActionIcon
            variant={isKey ? 'filled' : 'subtle'}
            color={isKey ? 'accent' : 'gray'}
            aria-label={isKey ? `${title} is the key` : `make ${title} the key`}
            aria-pressed={isKey}
            disabled={!canBeKey && !isKey}
            onClick={canBeKey ? onKey : undefined}
          >
            <IconKey size={15} />
          </ActionIcon>
        </Tooltip>
        <TextInput
          className={classes.name ?? ''}
          size="xs"
          aria-label="name of the column"
          placeholder="name"
          value={form.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          error={form.name === '' ? undefined : problem('name')}
          spellCheck={false}
        />
        <TypeSelect
          className={classes.type ?? ''}
          size="xs"
          value={form.type}
          onChange={(type) => onChange({ type })}
          error={problem('type')}
          disabled={wasSealed || (isKey && form.origin !== undefined)}
        />
        <Group gap={2} wrap="nowrap" className={classes.tools ?? ''}>
          {onMove !== undefined && (
            <>
              <Tool label={`move ${title} up`} Icon={IconArrowUp} onClick={() => onMove(-1)} />
              <Tool label={`move ${title} down`} Icon={IconArrowDown} onClick={() => onMove(1)} />
            </>
          )}
          {onRemove !== undefined && <Tool label={`remove ${title}`} Icon={IconTrash} onClick={onRemove} />}
        </Group>
      </div>
      <UnstyledButton className={classes.fold} aria-expanded={isOpen || hasRuleProblem} onClick={fold.toggle}>
        {isOpen || hasRuleProblem ? <IconChevronDown size={13} /> : <IconChevronRight size={13} />}
        <span>{words === '' ? 'rules' : shownText(words)}</span>
      </UnstyledButton>
      <Collapse expanded={isOpen || hasRuleProblem}>
        <Rules {...props} problem={problem} />
      </Collapse>
    </li>
  );
}

interface ToolProps {
  readonly label: string;
  readonly Icon: typeof IconTrash;
  readonly onClick: () => void;
}

function Tool({ label, Icon, onClick }: ToolProps) {
  return (
    <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={onClick}>
      <Icon size={14} />
    </ActionIcon>
  );
}

interface RulesProps extends ColumnEditorProps {
  readonly problem: (field: ColumnField) => string | undefined;
}

function Rules({ form, isKey, wasSealed, onChange, problem }: RulesProps) {
  const has = rulesOf(form.type);
  const bound = form.type === 'text' ? 'characters' : examples[form.type];
  const text = (field: 'default' | 'min' | 'max' | 'pattern', label: string, placeholder: string) => (
    <TextInput
      size="xs"
      label={label}
      placeholder={placeholder}
      value={form[field]}
      onChange={(event) => onChange({ [field]: event.currentTarget.value })}
      error={problem(field)}
    />
  );
  return (
    <div className={classes.rules}>
      <Group gap="md" className={classes.wide ?? ''}>
        <Checkbox
          size="xs"
          label="required"
          checked={form.required}
          onChange={(event) => onChange({ required: event.currentTarget.checked })}
        />
        {has.has('unique') && !isKey && (
          <Checkbox
            size="xs"
            label="unique"
            checked={form.unique}
            onChange={(event) => onChange({ unique: event.currentTarget.checked })}
          />
        )}
        {!isKey && (
          <Checkbox
            size="xs"
            label="sealed: only administrators read it, everybody can verify it"
            checked={form.sealed}
            disabled={wasSealed}
            onChange={(event) => onChange({ sealed: event.currentTarget.checked })}
          />
        )}
      </Group>
      {form.sealed && !wasSealed && form.origin !== undefined && (
        <Text size="xs" className={`${classes.wide} ${classes.warning}`}>
          Its past stays public: the log is never rewritten, so the values until now can be read in it for ever. Only
          what is written from now on is sealed, and it cannot be unsealed.
        </Text>
      )}
      {!form.sealed && text('default', 'default', `in new rows: ${examples[form.type]}`)}
      {has.has('min') && text('min', form.type === 'text' ? 'at least (characters)' : 'at least', bound)}
      {has.has('max') && text('max', form.type === 'text' ? 'at most (characters)' : 'at most', bound)}
      {has.has('pattern') && text('pattern', 'pattern', 'E[0-9]+')}
      {has.has('choices') && (
        <Textarea
          className={classes.wide ?? ''}
          size="xs"
          label="choices, one a line"
          autosize
          minRows={1}
          maxRows={6}
          value={form.choices}
          onChange={(event) => onChange({ choices: event.currentTarget.value })}
          error={problem('choices')}
        />
      )}
    </div>
  );
}

function keyLabel(isKey: boolean, canBeKey: boolean): string {
  if (isKey) return 'the key: it names the rows';
  return canBeKey ? `make it the key: ${[...keyTypes].join(', ')}` : 'the key of a table stays';
}

const ruleNames = { default: 'by default', min: 'at least', max: 'at most', pattern: 'pattern' } as const;

/** The rules that are set, in a line. */
function ruleWords(form: ColumnForm): string {
  const { required, unique, sealed, choices, type } = form;
  const isCounted = (field: string): boolean => type === 'text' && (field === 'min' || field === 'max');
  const withUnit = (field: string, text: string): string =>
    isCounted(field) ? `${text} ${text.trim() === '1' ? 'character' : 'characters'}` : text;
  const given = (['default', 'min', 'max', 'pattern'] as const).flatMap((field) =>
    form[field] === '' ? [] : [`${ruleNames[field]} ${withUnit(field, form[field])}`],
  );
  return [
    ...(required ? ['required'] : []),
    ...(unique ? ['unique'] : []),
    ...(sealed ? ['sealed'] : []),
    ...given,
    ...(choices.trim() === '' ? [] : ['choices']),
  ].join(', ');
}
