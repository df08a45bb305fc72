import { isDeepStrictEqual } from 'node:util';
import type { Step } from '../../protocol/commands.ts';
import { type Entry, groupOf, isRowEntry } from '../../protocol/entry.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import { Fold } from './fold.ts';
import {
  type Applied,
  digestLine,
  digestRows,
  type History,
  type Operation,
  type WatcherLife,
  type WatcherRecord,
} from './history.ts';
import type { TestLedger } from './ledger.ts';

/**
 * What can be wrong, each with the promise that it breaks.
 *
 * GAP (P3) · FROM_NOWHERE (P2, P9) · DUP_EXEC (P2) · LOST_ACK (P1) · ACK_MISMATCH (P1) · REFUSED_BUT_WRITTEN (P2) ·
 * REALTIME (P4) · VERSION (P3) · SUB_GAP, SUB_DUP_OR_BACK, SUB_GHOST, SUB_CONTENT (P5) · SUB_SPLIT (P6) ·
 * SUB_BEHIND (P7) · STATE (P5): the fold of the log, the projection, every snapshot and every replica are one.
 */
export const checks = [
  'GAP',
  'FROM_NOWHERE',
  'DUP_EXEC',
  'LOST_ACK',
  'ACK_MISMATCH',
  'REFUSED_BUT_WRITTEN',
  'REALTIME',
  'VERSION',
  'SUB_GAP',
  'SUB_DUP_OR_BACK',
  'SUB_GHOST',
  'SUB_CONTENT',
  'SUB_SPLIT',
  'SUB_BEHIND',
  'STATE',
] as const;
export type Check = (typeof checks)[number];

export interface Finding {
  readonly check: Check;
  readonly message: string;
}

export interface LoggedChange {
  readonly seq: number;
  readonly line: string;
}

/** What PostgreSQL holds, read past every server. */
export interface Truth {
  readonly head: number;
  readonly changes: readonly LoggedChange[];
  /** Ids of the accepted commands. */
  readonly commands: ReadonlySet<string>;
  /** The living tables' rows. */
  readonly projection: readonly ProjectedRow[];
}

export interface ProjectedRow {
  readonly table: string;
  readonly row: CurrentRow;
}

interface StoredRow extends Omit<CurrentRow, 'seq' | 'version'> {
  readonly table: string;
  readonly seq: string;
  readonly version: string;
}

/** Reads the truth as the owner, in SQL: never from a server's own answer. */
export async function readTruth(ledger: TestLedger): Promise<Truth> {
  const heads = await ledger.query<{ seq: string }>('SELECT seq FROM head');
  const changes = await ledger.query<{ seq: string; line: string }>(
    'SELECT seq, entry AS line FROM change ORDER BY seq',
  );
  const commands = await ledger.query<{ id: string }>('SELECT id FROM command');
  const rows = await ledger.query<StoredRow>(
    `SELECT t.name AS "table", r.key, r.version, r.seq, r.at, r.by, r.cells AS row
     FROM row_projection r JOIN table_projection t ON t.id = r.table_id WHERE t.dropped IS NULL`,
  );
  return {
    head: Number(heads[0]?.seq),
    changes: changes.map(({ seq, line }) => ({ seq: Number(seq), line })),
    commands: new Set(commands.map(({ id }) => id)),
    projection: rows.map(({ table, version, seq, ...row }) => ({
      table,
      row: { ...row, version: Number(version), seq: Number(seq) },
    })),
  };
}

/** Holds what the clients saw against the truth. Empty when every promise was kept. */
export function check(truth: Truth, history: Pick<History, 'operations' | 'watchers' | 'replicas'>): Finding[] {
  const log = new Log(truth);
  return [
    ...checkGaps(truth, log),
    ...checkCommands(log, truth, history.operations),
    ...history.operations.flatMap((operation) => checkAnswer(log, truth, operation)),
    ...checkRealTime(log, history.operations),
    ...checkVersions(log),
    ...history.watchers.flatMap((watcher) => new WatcherCheck(log, watcher).run()),
    ...checkStates(log, truth, history),
  ];
}

/** The log with what it is looked up by. */
class Log {
  readonly entries: readonly Entry[];
  readonly #bySeq = new Map<number, { readonly entry: Entry; readonly line: string }>();
  readonly #byCommand = new Map<string, Entry[]>();
  readonly #seqsByTable = new Map<string, number[]>();
  readonly #seqs: readonly number[];

  constructor({ changes }: Truth) {
    this.entries = changes.map(({ line }) => JSON.parse(line) as Entry);
    this.#seqs = changes.map(({ seq }) => seq);
    for (const [index, entry] of this.entries.entries()) {
      this.#bySeq.set(entry.seq, { entry, line: changes[index]?.line ?? '' });
      push(this.#byCommand, entry.command, entry);
      push(this.#seqsByTable, entry.table, entry.seq);
    }
  }

  at(seq: number): { readonly entry: Entry; readonly line: string } | undefined {
    return this.#bySeq.get(seq);
  }

  of(command: string): readonly Entry[] {
    return this.#byCommand.get(command) ?? [];
  }

  get commands(): Iterable<[string, readonly Entry[]]> {
    return this.#byCommand;
  }

  /** In order; of the whole ledger when no table is named. */
  seqs(table: string | undefined): readonly number[] {
    return table === undefined ? this.#seqs : (this.#seqsByTable.get(table) ?? []);
  }
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

/** P3: 1, 2, 3 … without a hole, as many as the head says, and each entry says its own seq. */
function checkGaps({ head, changes }: Truth, log: Log): Finding[] {
  const findings: Finding[] = [];
  const found = (message: string): void => void findings.push({ check: 'GAP', message });
  for (const [index, { seq }] of changes.entries()) {
    if (seq !== index + 1) {
      found(`the change at place ${index + 1} has seq ${seq}`);
      break;
    }
    if (log.entries[index]?.seq !== seq) found(`the entry of change ${seq} says seq ${log.entries[index]?.seq}`);
  }
  const last = changes.at(-1)?.seq ?? 0;
  if (last !== changes.length || head !== last) {
    found(`max(seq) is ${last}, count(*) ${changes.length}, the head ${head}`);
  }
  return findings;
}

/** P2: a command's changes are one group, and were asked for by somebody. */
function checkCommands(log: Log, truth: Truth, operations: readonly Operation[]): Finding[] {
  const findings: Finding[] = [];
  const sent = new Set(operations.map(({ id }) => id));
  for (const [id, entries] of log.commands) {
    if (!sent.has(id)) findings.push({ check: 'FROM_NOWHERE', message: `nobody sent the command ${id}` });
    if (!truth.commands.has(id)) findings.push({ check: 'LOST_ACK', message: `the answer of ${id} was not kept` });
    const [first] = entries;
    if (first === undefined) continue;
    const [from, to] = groupOf(first);
    const isOneGroup =
      entries.length === to - from + 1 &&
      entries.every((entry, index) => entry.seq === from + index && isDeepStrictEqual(groupOf(entry), [from, to]));
    if (!isOneGroup) {
      const seqs = entries.map(({ seq }) => seq).join(', ');
      findings.push({ check: 'DUP_EXEC', message: `command ${id} took effect at ${seqs}, in groups that are not one` });
    }
  }
  return findings;
}

/** P1: an acknowledged command is in the log where the answer said; a refused one is nowhere. */
function checkAnswer(log: Log, truth: Truth, operation: Operation): Finding[] {
  const { id, status, seq, changes } = operation;
  const entries = log.of(id);
  if (status === 'refused' && (entries.length > 0 || truth.commands.has(id))) {
    return [{ check: 'REFUSED_BUT_WRITTEN', message: `${id} was refused (${operation.code}) and is in the log` }];
  }
  if (status !== 'ok') return [];
  if (!truth.commands.has(id)) return [{ check: 'LOST_ACK', message: `${id} was acknowledged and is not there` }];
  if (changes === 0) return [];
  if (entries.length === 0)
    return [{ check: 'LOST_ACK', message: `${id} was acknowledged at ${seq} and is not there` }];
  const problem = answerProblem(operation, entries);
  return problem === undefined ? [] : [{ check: 'ACK_MISMATCH', message: `${id}: ${problem}` }];
}

function answerProblem({ seq, changes, body }: Operation, entries: readonly Entry[]): string | undefined {
  if (entries.at(-1)?.seq !== seq) return `was acknowledged at ${seq} and stands at ${entries.at(-1)?.seq}`;
  if (entries.length !== changes) return `answered ${changes} changes and recorded ${entries.length}`;
  const steps = body.type === 'batch' ? body.commands : [body];
  if (steps.length !== entries.length) return undefined; // some steps changed nothing: their number was judged above
  const wrong = entries.findIndex((entry, index) => !isAsAsked(steps[index], entry));
  return wrong < 0 ? undefined : `what it recorded at ${entries[wrong]?.seq} is not what was asked for`;
}

function isAsAsked(step: Step | undefined, entry: Entry): boolean {
  if (step === undefined) return false;
  if (step.type === 'table.create') return entry.op === 'create' && entry.table === step.name;
  if (entry.table !== step.table) return false;
  if (!isRowEntry(entry)) return step.type === `table.${entry.op}`;
  if (step.type === 'row.delete') return entry.op === 'delete' && entry.key === step.key;
  if (!('row' in step) || (step.key !== undefined && step.key !== entry.key)) return false;
  return Object.entries(step.row).every(([name, cell]) => isDeepStrictEqual(entry.row?.[name] ?? null, cell));
}

/**
 * P4 by a sweep: going through the calls in order of time, the highest seq among all answers that had come before a
 * call must be below the seq of what was called. O(n log n), as the log gives the order and nothing is searched for.
 */
function checkRealTime(log: Log, operations: readonly Operation[]): Finding[] {
  const placed = operations.flatMap((operation) => {
    const entries = log.of(operation.id);
    const [first, last] = [entries[0]?.seq, entries.at(-1)?.seq];
    return first === undefined || last === undefined ? [] : [{ operation, first, last }];
  });
  const calls = [...placed].sort((a, b) => compare(a.operation.callNs, b.operation.callNs));
  const answers = placed
    .filter(({ operation }) => operation.status === 'ok')
    .sort((a, b) => compare(a.operation.retNs, b.operation.retNs));
  const findings: Finding[] = [];
  let answered = 0;
  let highest: (typeof placed)[number] | undefined;
  for (const call of calls) {
    for (let next = answers[answered]; next !== undefined && next.operation.retNs < call.operation.callNs; ) {
      if (highest === undefined || next.last > highest.last) highest = next;
      answered += 1;
      next = answers[answered];
    }
    if (highest !== undefined && highest.last >= call.first) {
      const message = `${highest.operation.id} was answered at ${highest.last} before ${call.operation.id} was sent, which is at ${call.first}`;
      findings.push({ check: 'REALTIME', message });
    }
  }
  return findings;
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Of every row's life: 1, then one more with each change. */
function checkVersions(log: Log): Finding[] {
  const findings: Finding[] = [];
  const tables = new Map<string, Map<string, number>>();
  for (const entry of log.entries) {
    if (!isRowEntry(entry)) {
      if (entry.op !== 'alter') tables.set(entry.table, new Map());
      continue;
    }
    // What was sealed of a row that is gone was erased: no row has changed.
    if (entry.op === 'erase' && entry.row === undefined) continue;
    const { table, key, op, version, seq } = entry;
    const rows = tables.get(table) ?? new Map<string, number>();
    const before = rows.get(key);
    if (version !== (before ?? 0) + 1 || (op === 'insert') !== (before === undefined)) {
      findings.push({
        check: 'VERSION',
        message: `${op} of ${table}/${key} at ${seq} has version ${version} after ${before}`,
      });
    }
    if (op === 'delete') rows.delete(key);
    else rows.set(key, version);
    tables.set(table, rows);
  }
  return findings;
}

/** P5, P6 and P7 of one watcher: exactly the log from where it began, in order, once, in whole groups, to the end. */
class WatcherCheck {
  readonly #log: Log;
  readonly #watcher: WatcherRecord;
  readonly #seqs: readonly number[];
  readonly #findings: Finding[] = [];
  /** The seq up to which it has seen everything, and how many of its seqs that are. */
  #position = 0;
  #place = 0;

  constructor(log: Log, watcher: WatcherRecord) {
    this.#log = log;
    this.#watcher = watcher;
    this.#seqs = log.seqs(watcher.table);
  }

  run(): Finding[] {
    for (const life of this.#watcher.lives) this.#live(life);
    const upTo = this.#watcher.upTo ?? this.#seqs.at(-1) ?? 0;
    const next = this.#seqs[this.#place];
    if (next !== undefined && next <= upTo) this.#found('SUB_BEHIND', `stands at ${this.#position}, before ${upTo}`);
    if (this.#watcher.lives.length === 0) this.#found('SUB_BEHIND', 'never began');
    return this.#findings;
  }

  #live({ from, groups }: WatcherLife): void {
    if (from < this.#position) this.#found('SUB_DUP_OR_BACK', `began again at ${from}, behind ${this.#position}`);
    if (from > (this.#log.seqs(undefined).at(-1) ?? 0)) this.#found('SUB_GHOST', `began at ${from}, beyond the log`);
    this.#moveTo(from);
    for (const group of groups) {
      for (const one of group) this.#apply(one);
      this.#checkWhole(group);
    }
  }

  #apply({ seq, digest }: Applied): void {
    const logged = this.#log.at(seq);
    const { table } = this.#watcher;
    if (logged === undefined || (table !== undefined && logged.entry.table !== table)) {
      this.#found('SUB_GHOST', `was shown ${seq}, which is not in the log`);
      return;
    }
    if (digestLine(logged.line) !== digest) this.#found('SUB_CONTENT', `was shown another ${seq} than the log's`);
    if (seq <= this.#position) {
      this.#found('SUB_DUP_OR_BACK', `was shown ${seq} after ${this.#position}`);
      return;
    }
    const next = this.#seqs[this.#place];
    if (next !== seq) this.#found('SUB_GAP', `was shown ${seq} where ${next} comes next`);
    this.#moveTo(seq);
  }

  #moveTo(seq: number): void {
    this.#position = seq;
    // Mostly the very next one; from a snapshot on, a long way.
    if (this.#seqs[this.#place] === seq) this.#place += 1;
    else this.#place = firstBeyond(this.#seqs, seq);
  }

  /** P6: the entries of one event are all that its command did to what is watched. */
  #checkWhole(group: readonly Applied[]): void {
    const first = group[0] === undefined ? undefined : this.#log.at(group[0].seq)?.entry;
    if (first === undefined) return;
    const [from, to] = groupOf(first);
    const whole = firstBeyond(this.#seqs, to) - firstBeyond(this.#seqs, from - 1);
    if (whole !== group.length || group.some(({ seq }) => seq < from || seq > to)) {
      this.#found('SUB_SPLIT', `was shown ${group.length} of the ${whole} changes ${from} to ${to} of one command`);
    }
  }

  #found(kind: Check, message: string): void {
    this.#findings.push({ check: kind, message: `watcher ${this.#watcher.name} ${message}` });
  }
}

/** How many of the ascending seqs are not beyond this one. */
function firstBeyond(seqs: readonly number[], seq: number): number {
  let [low, high] = [0, seqs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seqs[middle] ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The state oracle: one fold over the log, held against all that ever showed a state. */
function checkStates(
  log: Log,
  truth: Truth,
  { watchers, replicas }: Pick<History, 'watchers' | 'replicas'>,
): Finding[] {
  const shown: Shown[] = [];
  for (const { name, table, lives } of watchers) {
    for (const { from, snapshot } of lives) {
      if (table === undefined || snapshot === undefined) continue;
      shown.push({ name: `snapshot of ${name}`, table, seq: from, digest: snapshot });
    }
  }
  for (const { name, table, seq, rows } of replicas) {
    shown.push({ name: `replica ${name}`, table, seq, digest: digestRows(rows.values()) });
  }
  shown.sort((a, b) => a.seq - b.seq);
  const findings: Finding[] = [];
  const fold = new Fold();
  let next = 0;
  const compareUpTo = (seq: number): void => {
    for (let one = shown[next]; one !== undefined && one.seq < seq; one = shown[next]) {
      next += 1;
      if (digestRows(fold.table(one.table).values()) === one.digest) continue;
      findings.push({ check: 'STATE', message: `${one.name} of ${one.table} at ${one.seq} is not what the log says` });
    }
  };
  try {
    for (const entry of log.entries) {
      compareUpTo(entry.seq);
      fold.apply(entry);
    }
  } catch (error) {
    return [...findings, { check: 'STATE', message: String(error) }];
  }
  compareUpTo(Number.POSITIVE_INFINITY);
  return [...findings, ...checkProjection(fold, truth)];
}

interface Shown {
  readonly name: string;
  readonly table: string;
  readonly seq: number;
  readonly digest: string;
}

function checkProjection(fold: Fold, { projection }: Truth): Finding[] {
  const projected = new Map<string, CurrentRow[]>();
  for (const { table, row } of projection) push(projected, table, row);
  const findings: Finding[] = [];
  for (const table of new Set([...fold.tables.keys(), ...projected.keys()])) {
    if (digestRows(projected.get(table) ?? []) === digestRows(fold.table(table).values())) continue;
    findings.push({ check: 'STATE', message: `row_projection of ${table} is not what the log adds up to` });
  }
  return findings;
}
