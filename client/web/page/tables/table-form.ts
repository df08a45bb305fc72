import type { Problem } from '../../../../protocol/errors.ts';
import { keyTypes, type TableDefinition, tableDefinitionSchema } from '../../../../protocol/table.ts';
import { type ColumnField, type ColumnForm, emptyColumn, formOf, readColumn } from './column-form.ts';

/** A table as it is typed into a form. */
export interface TableForm {
  readonly name: string;
  /** Which column is the key; undefined when the ledger makes the keys. */
  readonly key: string | undefined;
  readonly columns: readonly ColumnForm[];
}

/** What is wrong, by the field: `name`, or the id of a column and its field. */
export type FormProblems = ReadonlyMap<string, string>;

export function fieldOf({ id }: Pick<ColumnForm, 'id'>, field: ColumnField): string {
  return `${id}.${field}`;
}

/** What a new table begins with: a key and a column to name. */
export function newTableForm(): TableForm {
  const key = emptyColumn({ name: 'id', required: true });
  return { name: '', key: key.id, columns: [key, emptyColumn()] };
}

export function tableFormOf({ name, key, columns }: TableDefinition): TableForm {
  const forms = columns.map(formOf);
  return { name, key: forms.find((form) => form.origin === key && key !== undefined)?.id, columns: forms };
}

export interface ReadForm {
  readonly definition: TableDefinition;
  readonly problems: FormProblems;
}

/** The definition that the form says, and what the protocol's schema has against it. */
export function readForm({ name, key, columns: forms }: TableForm): ReadForm {
  const problems = new Map<string, string>();
  const read = forms.map((form) => {
    const { column, problems: those } = readColumn(form);
    for (const { field, message } of those) problems.set(fieldOf(form, field), message);
    return column;
  });
  const keyForm = forms.find(({ id }) => id === key);
  const definition = { name, ...(keyForm !== undefined && { key: keyForm.name }), columns: read };
  for (const { path, message } of tableDefinitionSchema.safeParse(definition).error?.issues ?? []) {
    const [first, index, field = 'name'] = path;
    const form = first === 'columns' && typeof index === 'number' ? forms[index] : undefined;
    const place = form === undefined ? 'name' : `${form.id}.${String(field)}`;
    if (first !== 'key' && !problems.has(place)) problems.set(place, message);
  }
  if (keyForm !== undefined && !keyTypes.has(keyForm.type))
    problems.set(fieldOf(keyForm, 'type'), `a key is ${[...keyTypes].join(', ')}`);
  for (const form of repeated(forms)) problems.set(fieldOf(form, 'name'), 'stands twice');
  return { definition, problems };
}

function repeated(forms: readonly ColumnForm[]): ColumnForm[] {
  return forms.filter(({ name }, place) => name !== '' && forms.findIndex((form) => form.name === name) < place);
}

/** What of a problem is told at a field. */
export type ToldProblem = Pick<Problem, 'key' | 'column' | 'message'> & { readonly code: string };

/** The server's problems at the fields that they are about; the others are told by themselves. */
export function placeProblems(
  { columns }: TableForm,
  problems: readonly ToldProblem[],
): { readonly placed: FormProblems; readonly rest: readonly ToldProblem[] } {
  const placed = new Map<string, string>();
  const rest: ToldProblem[] = [];
  for (const problem of problems) {
    const { code, column, key, message } = problem;
    const form = key === undefined ? columns.find(({ name }) => name === column) : undefined;
    if (code === 'table_exists') placed.set('name', 'there is a table of this name already');
    else if (form === undefined) rest.push(problem);
    else placed.set(fieldOf(form, fieldIn(message)), message);
  }
  return { placed, rest };
}

/** Which rule a message is about: it names it in its first words. */
function fieldIn(message: string): ColumnField {
  const [, rule] = /\bits (default|min|max|pattern|choice)\b/.exec(message) ?? [];
  if (rule === 'choice') return 'choices';
  return rule === 'default' || rule === 'min' || rule === 'max' || rule === 'pattern' ? rule : 'name';
}
