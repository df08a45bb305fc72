import { describe, expect, test } from 'vitest';
import type { Command } from '../../protocol/commands.ts';
import type { Entry } from '../../protocol/entry.ts';
import { type Check, check, checks, type Finding, type Truth } from './checker.ts';
import { Fold } from './fold.ts';
import {
  type Applied,
  digestLine,
  digestRows,
  type Operation,
  type ReplicaRecord,
  type WatcherRecord,
} from './history.ts';

/** A run without a fault, made by hand: six commands, of which one is a batch and one was refused. */
interface Run {
  entries: Entry[];
  commands: Set<string>;
  operations: Operation[];
  /** Of the whole ledger from the start, and of a table from its snapshot at 2. */
  whole: WatcherRecord;
  ofTable: WatcherRecord;
  replica: ReplicaRecord;
  head: number;
  projection: Truth['projection'];
}

const table = 'item';
const steps: Command[] = [
  { type: 'table.create', name: table, key: 'id', columns: [] },
  { type: 'row.insert', table, row: { id: 'a', n: 1 } },
  {
    type: 'batch',
    commands: [
      { type: 'row.insert', table, row: { id: 'b', n: 2 } },
      { type: 'row.update', table, key: 'a', row: { n: 3 } },
    ],
  },
  { type: 'row.delete', table, key: 'a' },
  { type: 'row.insert', table, row: { id: 'a', n: 5 } },
];

function cleanRun(): Run {
  const definition = { name: table, key: 'id', columns: [] };
  const at = '2026-01-01T00:00:00.000000Z';
  const common = (seq: number, command: string) => ({ seq, at, by: 'ada', command, table });
  const entries: Entry[] = [
    { ...common(1, 'c1'), op: 'create', definition },
    { ...common(2, 'c2'), op: 'insert', key: 'a', version: 1, row: { id: 'a', n: 1 } },
    { ...common(3, 'c3'), group: [3, 4], op: 'insert', key: 'b', version: 1, row: { id: 'b', n: 2 } },
    { ...common(4, 'c3'), group: [3, 4], op: 'update', key: 'a', version: 2, row: { id: 'a', n: 3 }, was: { n: 1 } },
    { ...common(5, 'c4'), op: 'delete', key: 'a', version: 3, was: { id: 'a', n: 3 } },
    { ...common(6, 'c5'), op: 'insert', key: 'a', version: 1, row: { id: 'a', n: 5 } },
  ];
  const lasts = [1, 2, 4, 5, 6];
  const operations: Operation[] = steps.map((body, index) => ({
    id: `c${index + 1}`,
    body,
    status: 'ok',
    seq: lasts[index] ?? 0,
    changes: body.type === 'batch' ? 2 : 1,
    callNs: BigInt(index * 10),
    retNs: BigInt(index * 10 + 5),
  }));
  operations.push({
    id: 'c6',
    body: steps[1] as Command,
    status: 'refused',
    code: 'row_not_found',
    callNs: 60n,
    retNs: 61n,
  });
  const groups = [[1], [2], [3, 4], [5], [6]].map((seqs) => seqs.map((seq) => shown(entries, seq)));
  return {
    entries,
    commands: new Set(['c1', 'c2', 'c3', 'c4', 'c5']),
    operations,
    whole: { name: 'whole', table: undefined, lives: [{ from: 0, groups: [...groups] }] },
    ofTable: { name: 'table', table, lives: [{ from: 2, snapshot: digestAt(entries, 2), groups: groups.slice(2) }] },
    replica: { name: 'replica', table, seq: 6, rows: new Map(foldTo(entries, 6).table(table)) },
    head: 6,
    projection: [...foldTo(entries, 6).table(table).values()].map((row) => ({ table, row })),
  };
}

function shown(entries: readonly Entry[], seq: number): Applied {
  return { seq, digest: digestLine(JSON.stringify(entries[seq - 1])) };
}

function foldTo(entries: readonly Entry[], seq: number): Fold {
  const fold = new Fold();
  for (const entry of entries.slice(0, seq)) fold.apply(entry);
  return fold;
}

function digestAt(entries: readonly Entry[], seq: number): string {
  return digestRows(foldTo(entries, seq).table(table).values());
}

function findingsOf({ entries, commands, head, projection, operations, whole, ofTable, replica }: Run): Finding[] {
  const changes = entries.map((entry) => ({ seq: entry.seq, line: JSON.stringify(entry) }));
  return check(
    { head, changes, commands, projection },
    { operations, watchers: [whole, ofTable], replicas: [replica] },
  );
}

/** Replaces what an operation recorded. */
function amend(run: Run, id: string, change: Partial<Operation>): void {
  run.operations = run.operations.map((operation) => (operation.id === id ? { ...operation, ...change } : operation));
}

function groupsOf(watcher: WatcherRecord): (readonly Applied[])[] {
  const [life] = watcher.lives;
  if (life === undefined) throw new Error('a watcher without a life');
  return life.groups;
}

/** Gives the log another entry at a seq, and lets the watchers have seen it so. */
function relog(run: Run, seq: number, change: Partial<Entry>): void {
  const entry = { ...run.entries[seq - 1], ...change } as Entry;
  run.entries = run.entries.map((one) => (one.seq === seq ? entry : one));
  for (const watcher of [run.whole, run.ofTable]) {
    const groups = groupsOf(watcher);
    for (const [index, group] of groups.entries()) {
      groups[index] = group.map((one) => (one.seq === seq ? shown(run.entries, seq) : one));
    }
  }
}

interface Fault {
  readonly check: Check;
  readonly title: string;
  readonly plant: (run: Run) => void;
}

const faults: Fault[] = [
  { check: 'GAP', title: 'the head is beyond the log', plant: (run) => (run.head = 7) },
  {
    check: 'GAP',
    title: 'a seq was left out',
    plant: (run) => {
      run.entries = run.entries.map((entry) => (entry.seq === 6 ? { ...entry, seq: 7 } : entry));
      run.head = 7;
      amend(run, 'c5', { seq: 7 });
      groupsOf(run.whole)[4] = [{ seq: 7, digest: digestLine(JSON.stringify(run.entries[5])) }];
      groupsOf(run.ofTable)[2] = [{ seq: 7, digest: digestLine(JSON.stringify(run.entries[5])) }];
      run.replica = { ...run.replica, seq: 7, rows: new Map(foldTo(run.entries, 6).table(table)) };
      run.projection = [...run.replica.rows.values()].map((row) => ({ table, row }));
    },
  },
  {
    check: 'FROM_NOWHERE',
    title: 'a change that nobody asked for',
    plant: (run) => (run.operations = run.operations.filter(({ id }) => id !== 'c4')),
  },
  {
    check: 'DUP_EXEC',
    title: 'a command that took effect twice',
    plant: (run) => {
      relog(run, 6, { command: 'c4' });
      run.operations = run.operations.filter(({ id }) => id !== 'c5' && id !== 'c4');
      run.operations.push({ id: 'c4', body: steps[3] as Command, status: 'unknown', callNs: 1n, retNs: 90n });
    },
  },
  {
    check: 'LOST_ACK',
    title: 'an acknowledged command that is not in the log',
    plant: (run) => {
      run.operations.push({
        id: 'lost',
        body: steps[3] as Command,
        status: 'ok',
        seq: 7,
        changes: 1,
        callNs: 80n,
        retNs: 81n,
      });
    },
  },
  { check: 'LOST_ACK', title: 'an answer that was not kept', plant: (run) => run.commands.delete('c5') },
  { check: 'ACK_MISMATCH', title: 'an answer with the seq of another', plant: (run) => amend(run, 'c5', { seq: 5 }) },
  {
    check: 'ACK_MISMATCH',
    title: 'another value than the one that was asked for',
    plant: (run) => amend(run, 'c5', { body: { type: 'row.insert', table, row: { id: 'a', n: 6 } } }),
  },
  {
    check: 'ACK_MISMATCH',
    title: 'half a batch',
    plant: (run) => amend(run, 'c3', { changes: 3 }),
  },
  {
    check: 'REFUSED_BUT_WRITTEN',
    title: 'a refused command that is in the log',
    plant: (run) => amend(run, 'c5', { status: 'refused', code: 'version_conflict' }),
  },
  {
    check: 'REALTIME',
    title: 'an answer came before the call of what is ahead of it',
    plant: (run) => {
      amend(run, 'c5', { callNs: 20n, retNs: 21n });
      amend(run, 'c4', { callNs: 30n, retNs: 31n });
    },
  },
  {
    check: 'REALTIME',
    title: 'an unknown command took effect before what was answered before its call',
    plant: (run) => amend(run, 'c2', { status: 'unknown', callNs: 50n, retNs: 99n }),
  },
  {
    check: 'VERSION',
    title: 'a version that was used before',
    plant: (run) => {
      relog(run, 6, { version: 2 } as Partial<Entry>);
      run.replica = { ...run.replica, rows: new Map(foldTo(run.entries, 6).table(table)) };
      run.projection = [...run.replica.rows.values()].map((row) => ({ table, row }));
    },
  },
  { check: 'SUB_GAP', title: 'a watcher missed a change', plant: ({ whole }) => groupsOf(whole).splice(3, 1) },
  {
    check: 'SUB_DUP_OR_BACK',
    title: 'a watcher saw a change twice',
    plant: ({ whole }) => groupsOf(whole).push(groupsOf(whole)[4] ?? []),
  },
  {
    check: 'SUB_DUP_OR_BACK',
    title: 'a watcher was set back',
    plant: (run) =>
      run.ofTable.lives.push({
        from: 4,
        snapshot: digestAt(run.entries, 4),
        groups: [[shown(run.entries, 5)], [shown(run.entries, 6)]],
      }),
  },
  {
    check: 'SUB_GHOST',
    title: 'a watcher saw what is not in the log',
    plant: ({ whole }) => groupsOf(whole).push([{ seq: 7, digest: digestLine('{"seq":7}') }]),
  },
  {
    check: 'SUB_CONTENT',
    title: 'a watcher saw other bytes',
    plant: ({ whole }) => groupsOf(whole).splice(1, 1, [{ seq: 2, digest: digestLine('{"seq":2}') }]),
  },
  {
    check: 'SUB_SPLIT',
    title: 'a watcher saw one half of a batch and then the other',
    plant: (run) => groupsOf(run.whole).splice(2, 1, [shown(run.entries, 3)], [shown(run.entries, 4)]),
  },
  { check: 'SUB_BEHIND', title: 'a watcher lacks the end', plant: ({ whole }) => groupsOf(whole).pop() },
  { check: 'SUB_BEHIND', title: 'a watcher never began', plant: ({ ofTable }) => ofTable.lives.pop() },
  {
    check: 'STATE',
    title: 'a snapshot that the log does not add up to',
    plant: ({ ofTable }) => ofTable.lives.splice(0, 1, { from: 2, snapshot: 'other', groups: groupsOf(ofTable) }),
  },
  {
    check: 'STATE',
    title: 'a replica with a row too few',
    plant: ({ replica }) => (replica.rows as Map<string, unknown>).delete('b'),
  },
  {
    check: 'STATE',
    title: 'a projection with a row too few',
    plant: (run) => (run.projection = run.projection.slice(1)),
  },
];

test('a run without a fault is found to be so', () => {
  expect(findingsOf(cleanRun())).toEqual([]);
});

describe('every planted fault is caught, and called by its name', () => {
  test.each(faults)('$check: $title', ({ check: name, plant }) => {
    const run = cleanRun();
    plant(run);
    expect(new Set(findingsOf(run).map((finding) => finding.check))).toEqual(new Set([name]));
  });

  test('there is a planted fault for every check', () => {
    expect(new Set(faults.map((fault) => fault.check))).toEqual(new Set(checks));
  });
});

test('20,000 changes and 5 watchers are judged within 5 seconds', () => {
  const run = bigRun(20_000, 5);
  const start = performance.now();
  expect(check(run.truth, run)).toEqual([]);
  console.log(`checker: 20,000 changes, 5 watchers, ${Math.round(performance.now() - start)} ms`);
  expect(performance.now() - start).toBeLessThan(5_000);
});

function bigRun(count: number, watcherCount: number) {
  const { entries: first } = cleanRun();
  const entries: Entry[] = first.slice(0, 1);
  const operations: Operation[] = [];
  for (let seq = 2; seq <= count; seq += 1) {
    const row = { id: `k${seq}`, n: seq };
    const command = `c${seq}`;
    entries.push({ seq, at: '', by: 'ada', command, table, op: 'insert', key: row.id, version: 1, row });
    const times = { callNs: BigInt(seq * 10), retNs: BigInt(seq * 10 + 35) };
    operations.push({ id: command, body: { type: 'row.insert', table, row }, status: 'ok', seq, changes: 1, ...times });
  }
  operations.push({ id: 'c1', body: steps[0] as Command, status: 'ok', seq: 1, changes: 1, callNs: 0n, retNs: 1n });
  const groups = entries.map(({ seq }) => [shown(entries, seq)]);
  const watchers = Array.from({ length: watcherCount }, (_, index) => ({
    name: `w${index}`,
    table: undefined,
    lives: [{ from: 0, groups }],
  }));
  const fold = foldTo(entries, count);
  const truth: Truth = {
    head: count,
    changes: entries.map((entry) => ({ seq: entry.seq, line: JSON.stringify(entry) })),
    commands: new Set(operations.map(({ id }) => id)),
    projection: [...fold.table(table).values()].map((row) => ({ table, row })),
  };
  return { truth, operations, watchers, replicas: [] };
}
