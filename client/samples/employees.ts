import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Step } from '../../protocol/commands.ts';
import type { TableDefinition } from '../../protocol/table.ts';
import { packageRoot } from '../../settings/package-root.ts';

/** The employees of the small program that Rowcast re-imagines. The people are invented. */
export const employeesTable: TableDefinition = {
  name: 'employees',
  key: 'id',
  columns: [
    { name: 'id', type: 'text', required: true, pattern: 'E[0-9]{1,6}' },
    { name: 'name', type: 'text', required: true, min: 1, max: 100 },
    { name: 'last_name', type: 'text', required: true, min: 1, max: 100 },
    { name: 'ssn', type: 'text', required: true, unique: true, sealed: true, pattern: '[0-9]{3}-[0-9]{2}-[0-9]{4}' },
    { name: 'job', type: 'text', required: true, max: 100 },
    { name: 'salary', type: 'decimal', required: true, min: '0', sealed: true },
  ],
};

/** Their social security numbers begin with 900 to 999: such numbers are never issued, so they are nobody's. */
const employeesSchema = z.array(
  z.strictObject({
    id: z.string(),
    name: z.string(),
    last_name: z.string(),
    ssn: z.string().regex(/^9\d\d-\d\d-\d{4}$/),
    job: z.string(),
    salary: z.string(),
  }),
);

/** The table and its people: one batch. */
export async function employeesBatch(): Promise<Step[]> {
  const text = await readFile(new URL('client/samples/employees.json', packageRoot), 'utf8');
  const employees = employeesSchema.parse(JSON.parse(text));
  const { name: table } = employeesTable;
  return [
    { type: 'table.create', ...employeesTable, columns: [...employeesTable.columns] },
    ...employees.map((row): Step => ({ type: 'row.insert', table, row })),
  ];
}
