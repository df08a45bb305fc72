import { type Column, columnTypeSchema } from '../../../../protocol/table.ts';
import { type Cell, type ColumnType, cellFormText, cellFromText } from '../../../../protocol/values.ts';

/** A column as it is typed into a form: everything that may be wrong is text. */
export interface ColumnForm {
  /** In the form, whatever it is called. */
  readonly id: string;
  /** The column's name before, when the table has it already. */
  readonly origin: string | undefined;
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  readonly unique: boolean;
  readonly sealed: boolean;
  readonly default: string;
  readonly min: string;
  readonly max: string;
  readonly pattern: string;
  /** One a line. */
  readonly choices: string;
}

export type ColumnField = Exclude<keyof ColumnForm, 'id' | 'origin'>;

/** A field of a column and what is wrong with it. */
export interface FieldProblem {
  readonly field: ColumnField;
  readonly message: string;
}

let count = 0;

export function emptyColumn(given: Partial<ColumnForm> = {}): ColumnForm {
  count += 1;
  return {
    id: `column-${count}`,
    origin: undefined,
    name: '',
    type: 'text',
    required: false,
    unique: false,
    sealed: false,
    default: '',
    min: '',
    max: '',
    pattern: '',
    choices: '',
    ...given,
  };
}

/** A column of a table that is there, to be changed. */
export function formOf(column: Column): ColumnForm {
  const { name, type, required, unique, sealed, pattern, choices } = column;
  const text = (cell: Cell | undefined, of: ColumnType): string =>
    cell === undefined || cell === null ? '' : cellFormText(of, cell);
  return emptyColumn({
    origin: name,
    name,
    type,
    required: required === true,
    unique: unique === true,
    sealed: sealed === true,
    default: text(column.default, type),
    min: text(column.min, boundType(type)),
    max: text(column.max, boundType(type)),
    pattern: pattern ?? '',
    choices: (choices ?? []).map((choice) => text(choice, type)).join('\n'),
  });
}

/** Which rules a type has. The server judges it again. */
export function rulesOf(type: ColumnType): ReadonlySet<ColumnField> {
  const rules: ColumnField[] = ['required', 'sealed', 'default'];
  if (type !== 'json') rules.push('unique', 'choices');
  if (type !== 'json' && type !== 'boolean') rules.push('min', 'max');
  if (type === 'text') rules.push('pattern');
  return new Set(rules);
}

/** The column that the form says, with what is wrong with its texts. */
export function readColumn(form: ColumnForm): { readonly column: Column; readonly problems: readonly FieldProblem[] } {
  const { type } = form;
  const has = rulesOf(type);
  const problems: FieldProblem[] = [];
  const read = (field: 'default' | 'min' | 'max', of: ColumnType): Cell | undefined => {
    const text = of === 'text' ? form[field] : form[field].trim();
    if (!has.has(field) || text === '') return undefined;
    const cell = cellFromText(of, text);
    if (cell === undefined) problems.push({ field, message: `no ${of}; write such as ${examples[of]}` });
    return cell;
  };
  const byDefault = form.sealed ? undefined : read('default', type);
  const min = read('min', boundType(type));
  const max = read('max', boundType(type));
  const choices = has.has('choices') ? readChoices(form, problems) : [];
  const column: Column = {
    name: form.name,
    type,
    ...(form.required && { required: true }),
    ...(form.unique && has.has('unique') && { unique: true }),
    ...(form.sealed && { sealed: true as const }),
    ...(byDefault !== undefined && { default: byDefault }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(has.has('pattern') && form.pattern !== '' && { pattern: form.pattern }),
    ...(choices.length > 0 && { choices }),
  };
  return { column, problems };
}

function readChoices({ type, choices }: ColumnForm, problems: FieldProblem[]): Cell[] {
  const lines = choices.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line) => {
    const cell = cellFromText(type, type === 'text' ? line : line.trim());
    if (cell !== undefined) return [cell];
    problems.push({ field: 'choices', message: `${line.trim()} is no ${type}; write such as ${examples[type]}` });
    return [];
  });
}

/** The bounds of a text are about its characters. */
function boundType(type: ColumnType): ColumnType {
  return type === 'text' ? 'integer' : type;
}

/** A value of each type, as it is written. */
export const examples: Readonly<Record<ColumnType, string>> = {
  text: 'any text',
  integer: '42',
  number: '2.5',
  decimal: '1234.50',
  boolean: 'true',
  date: '2026-05-01',
  timestamp: '2026-05-01T12:00:00Z',
  json: '{"a": 1}',
};

export const types: readonly ColumnType[] = columnTypeSchema.options;
