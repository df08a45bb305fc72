import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Ledger, loadSample } from '../../client/index.ts';

/** Two people who work on the employees of the sample. */
export const people = [
  { user: 'ada', role: 'administrator', password: 'a password of the screenshots' },
  { user: 'grace', role: 'administrator', password: 'another of the screenshots' },
] as const;

/** Milliseconds between two changes, so that the curve of time has more than one hill. */
const pausesMs = [120, 90, 700, 80, 150, 1_100, 60, 60, 60, 900, 130, 400, 1_300, 110, 90];

interface Deed {
  readonly by: 'ada' | 'grace';
  readonly why: string;
  do(ledger: Ledger, why: string): Promise<unknown>;
}

const set = (key: string, row: Record<string, string>) => (ledger: Ledger, why: string) =>
  ledger.update('employees', key, row, { why });

/** What happened in the company this year. */
const deeds: readonly Deed[] = [
  { by: 'ada', why: 'annual review', do: set('E01', { salary: '4900.00' }) },
  { by: 'ada', why: 'annual review', do: set('E04', { salary: '2600.00' }) },
  { by: 'ada', why: 'annual review', do: set('E02', { salary: '4400.00' }) },
  { by: 'grace', why: 'finished her training', do: set('E04', { job: 'warehouse lead' }) },
  { by: 'grace', why: 'married', do: set('E01', { last_name: 'Okafor-Lind' }) },
  {
    by: 'grace',
    why: 'starts on Monday',
    do: (ledger, why) =>
      ledger.insert(
        'employees',
        { id: 'E90', name: 'Mina', last_name: 'Petrov', ssn: '951-11-4821', job: 'engineer', salary: '5100.00' },
        { why },
      ),
  },
  { by: 'ada', why: 'moves to the tools team', do: set('E03', { job: 'toolmaker' }) },
  { by: 'ada', why: 'raise that was agreed on', do: set('E03', { salary: '6050.00' }) },
  { by: 'grace', why: 'left at the end of June', do: (ledger, why) => ledger.delete('employees', 'E05', { why }) },
  { by: 'ada', why: 'the form said so', do: set('E01', { job: 'lead engineer' }) },
  { by: 'ada', why: 'typing error', do: set('E02', { salary: '4450.00' }) },
  { by: 'grace', why: 'back from leave', do: set('E07', { job: 'accountant' }) },
  { by: 'grace', why: 'probation ended', do: set('E90', { salary: '5300.00' }) },
  { by: 'ada', why: 'annual review', do: set('E06', { job: 'senior accountant' }) },
];

/** The seqs behind which the review ended and the present begins. */
export interface History {
  readonly review: number;
  readonly head: number;
  readonly epoch: string;
}

/** Makes the sample and its history, by two people. */
export async function makeHistory(admin: Ledger, address: string): Promise<History> {
  for (const person of people) await admin.accounts.add(person);
  for await (const _ of loadSample(admin, 'employees'));
  const ledgers = new Map<string, Ledger>();
  for (const { user, password } of people) {
    const ledger = connect(address, { checkpoints: 'memory' });
    await ledger.login(user, password);
    ledgers.set(user, ledger);
  }
  for (const [index, deed] of deeds.entries()) {
    const ledger = ledgers.get(deed.by);
    if (ledger === undefined) throw new Error(`nobody is called ${deed.by}`);
    await sleep(pausesMs[index] ?? 100);
    await deed.do(ledger, deed.why);
    if (index === 2) await ledger.tag('annual-review', { why: 'salaries of this year' });
  }
  for (const ledger of ledgers.values()) await ledger.close();
  const { seq, epoch } = await admin.status();
  const review = (await admin.tags()).find(({ name }) => name === 'annual-review')?.seq ?? 0;
  return { review, head: seq, epoch };
}
