import { describe, expect, it } from 'vitest';
import { employeesBatch, employeesTable } from '../../../client/samples/employees.ts';
import { stepSchema } from '../../../protocol/commands.ts';

describe('the sample of employees', () => {
  it('is a table and some fifty people whose SSNs are never issued and stand once', async () => {
    const [create, ...inserts] = await employeesBatch();
    expect(create).toMatchObject({ type: 'table.create', name: employeesTable.name, key: 'id' });
    expect(inserts.length).toBeGreaterThanOrEqual(50);
    const rows = inserts.map((step) => (step.type === 'row.insert' ? step.row : {}));
    expect(new Set(rows.map(({ ssn }) => ssn)).size).toBe(rows.length);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.every(({ ssn }) => /^9\d\d-\d\d-\d{4}$/.test(String(ssn)))).toBe(true);
    for (const step of [create, ...inserts]) expect(stepSchema.safeParse(step).error).toBeUndefined();
  });
});
