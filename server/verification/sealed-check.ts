import { sql } from 'kysely';
import { commitmentOf } from '../../proof/hash.ts';
import { isRowEntry, type RowEntry } from '../../protocol/entry.ts';
import type { Executor } from '../database/writer.ts';
import { renamedColumn, type TableLife, type TableLives } from '../log/table-lives.ts';
import { asCalledNow, type Commitment, commitmentsIn, firstOnes, laterOnes } from './commitments.ts';
import { counted, type Findings } from './findings.ts';
import type { ReadChange } from './log-check.ts';

interface KeptValue {
  readonly commitment: string;
  readonly tableId: number;
  readonly key: string;
  readonly column: string;
  readonly salt: Buffer;
  readonly value: string;
}

/** A value that is not what or not where its change says; of its place, a later change may say otherwise. */
interface Misplaced {
  readonly one: Commitment;
  readonly what: string;
  readonly isPlace: boolean;
}

/** A row of one life of a table. */
interface RowOfLife {
  readonly life: TableLife;
  readonly key: string;
  readonly seq: number;
}

/**
 * Holds the values of sealed cells against the log: each must make its commitment and belong to the cell that bears it; of
 * what was erased nothing may be left; and whatever is missing must have been erased.
 */
export class SealedCheck {
  readonly #executor: Executor;
  readonly #findings: Findings;
  readonly #lives: TableLives;
  /** Commitments whose values a restore to an earlier point had not, as they were erased later. */
  readonly #unkept: ReadonlySet<string>;
  #kept = 0;
  #gone = 0;

  /** @param lives as the whole log leaves them: columns are called as they are now */
  constructor(options: { executor: Executor; findings: Findings; lives: TableLives; unkept: ReadonlySet<string> }) {
    this.#executor = options.executor;
    this.#findings = options.findings;
    this.#lives = options.lives;
    this.#unkept = options.unkept;
  }

  /** Takes the changes that follow; `lives` as they were there. */
  async check(changes: readonly ReadChange[], lives: TableLives): Promise<void> {
    const made = commitmentsIn(changes, this.#lives);
    const erased: (RowOfLife & { readonly entry: RowEntry })[] = [];
    for (const { seq, tableId, parsed } of changes) {
      if (!isRowEntry(parsed) || parsed.op !== 'erase') continue;
      const life = this.#lives.byId.get(tableId);
      if (life === undefined) continue;
      for (const { id } of lives.ofName(parsed.table)) {
        erased.push({ life: this.#lives.byId.get(id) ?? life, key: parsed.key, seq, entry: parsed });
      }
    }
    if (made.length > 0) await this.#checkMade(made);
    if (erased.length > 0) await this.#checkErased(erased);
  }

  async #checkMade(made: readonly Commitment[]): Promise<void> {
    const { rows } = await sql<KeptValue>`
      SELECT commitment, table_id AS "tableId", key, "column", salt, value FROM sealed_cell
      WHERE commitment = ANY(${made.map(({ commitment }) => commitment)}::text[])`.execute(this.#executor);
    const kept = new Map(rows.map((row) => [row.commitment, row]));
    const first = new Set(await firstOnes(this.#executor, made, this.#lives));
    const missing: Commitment[] = [];
    const wrong: Misplaced[] = [];
    for (const one of made) {
      const value = kept.get(one.commitment);
      const what = value && problemOf(one, value);
      if (value !== undefined && first.has(one)) this.#kept += 1;
      // What was brought before must be explained from there: an erase may lie between, and it may be another's cell now.
      if (value === undefined && first.has(one)) missing.push(one);
      if (what !== undefined) wrong.push({ one, ...what });
    }
    this.#gone += missing.length;
    await this.#accuse(wrong);
    const unexplained = missing.filter(({ commitment }) => !this.#unkept.has(commitment));
    if (unexplained.length > 0) await this.#demandErased(unexplained);
  }

  /** A value that a revert has put back is kept for the cell in which it stands since. */
  async #accuse(wrong: readonly Misplaced[]): Promise<void> {
    const misplaced = wrong.filter(({ isPlace }) => isPlace).map(({ one }) => one);
    const later = await laterOnes(this.#executor, misplaced, this.#lives);
    const bad = wrong.find(({ one, isPlace }) => !isPlace || (later.get(one) ?? []).length === 0);
    if (bad !== undefined) this.#bad(asCalledNow(bad.one), bad.what);
  }

  #bad({ seq, life, key, column }: Pick<Commitment, 'seq' | 'life' | 'key' | 'column'>, what: string): void {
    const cell = `${life.name}, row ${key}, column ${column}`;
    this.#findings.bad('sealed', {
      seq,
      table: life.name,
      key,
      column,
      what: `the value of ${cell} (#${seq}) ${what}`,
    });
  }

  /** What is missing must have been erased behind its change, or behind one that has put it back. */
  async #demandErased(missing: readonly Commitment[]): Promise<void> {
    const lost = await this.#unerased(missing);
    const later = await laterOnes(this.#executor, lost, this.#lives);
    const lostAgain = new Set(await this.#unerased([...later.values()].flat()));
    const bad = lost.find((one) => later.get(one)?.every((again) => lostAgain.has(again)));
    if (bad !== undefined) this.#bad(asCalledNow(bad), 'is gone, and nobody has erased it');
  }

  /** Those that no erase has ended. */
  async #unerased(missing: readonly Commitment[]): Promise<Commitment[]> {
    if (missing.length === 0) return [];
    const rows: (RowOfLife & { readonly position: number })[] = missing.flatMap((one, position) =>
      this.#lives.ofName(one.life.name).map((life) => ({ life, key: one.key, seq: one.seq, position })),
    );
    const { rows: found } = await sql<{ position: number; seq: number; entry: string }>`
      SELECT wanted.position, c.seq, c.entry FROM unnest(
        ${rows.map(({ position }) => position)}::bigint[], ${rows.map(({ life }) => life.id)}::bigint[],
        ${rows.map(({ key }) => key)}::text[], ${rows.map(({ seq }) => seq)}::bigint[]) AS wanted (position, table_id, key, seq)
      JOIN change c ON c.table_id = wanted.table_id AND c.key = wanted.key AND c.seq >= wanted.seq
        AND strpos(c.entry, '"op":"erase"') > 0`.execute(this.#executor);
    const explained = new Set(
      found.flatMap(({ position, seq, entry }) => {
        const one = missing[position];
        const { op, columns } = JSON.parse(entry) as RowEntry;
        if (one === undefined || op !== 'erase') return [];
        return columns?.includes(renamedColumn(one.life, one.column, one.seq, seq)) ? [position] : [];
      }),
    );
    return missing.filter((_one, position) => !explained.has(position));
  }

  /** Of what was erased no value of before may be left. */
  async #checkErased(erased: readonly (RowOfLife & { readonly entry: RowEntry })[]): Promise<void> {
    const { rows } = await sql<{ position: number; seq: number; column: string }>`
      SELECT gone.position - 1 AS position, min(c.seq) AS seq, s."column"
      FROM unnest(
        ${erased.map(({ life }) => life.id)}::bigint[], ${erased.map(({ key }) => key)}::text[],
        ${erased.map(({ seq }) => seq)}::bigint[]) WITH ORDINALITY AS gone (table_id, key, seq, position)
      JOIN change c ON c.table_id = gone.table_id AND c.key = gone.key AND c.seq < gone.seq
      CROSS JOIN regexp_matches(c.entry, '"sealed":"([A-Za-z0-9_-]{43})"', 'g') AS found (groups)
      JOIN sealed_cell s ON s.commitment = found.groups[1] AND s.table_id = c.table_id AND s.key = c.key
      GROUP BY gone.position, s.commitment, s."column"`.execute(this.#executor);
    for (const { position, seq, column } of rows) {
      const one = erased[position];
      const columns = one?.entry.columns?.map((name) => renamedColumn(one.life, name, one.seq));
      if (one === undefined || columns?.includes(column) !== true) continue;
      this.#bad({ ...one, column, seq }, `is still there, and was erased by change ${one.seq}`);
    }
  }

  /** Holds the number of values against the log that was read to its end. */
  async finish(): Promise<void> {
    const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM sealed_cell`.execute(this.#executor);
    if ((rows[0]?.count ?? 0) !== this.#kept && !this.#findings.isBad('sealed')) await this.#accuseStranger();
    const gone =
      this.#gone === 0 ? 'none was erased' : `of ${counted(this.#gone, 'value')} that was erased none is left`;
    this.#findings.good('sealed', `${counted(this.#kept, 'value')}, each makes its commitment; ${gone}`);
  }

  async #accuseStranger(): Promise<void> {
    const { rows } = await sql<{ id: number; key: string; column: string }>`
      SELECT table_id AS id, key, "column" FROM sealed_cell s WHERE NOT EXISTS (
        SELECT FROM change c WHERE c.table_id = s.table_id AND c.key = s.key AND strpos(c.entry, s.commitment) > 0
      ) ORDER BY table_id, key LIMIT 1`.execute(this.#executor);
    const [stranger] = rows;
    const table = stranger && this.#lives.byId.get(stranger.id)?.name;
    const cell = stranger
      ? `${table ?? `table ${stranger.id}`}, row ${stranger.key}, column ${stranger.column}`
      : 'a cell';
    const { key, column } = stranger ?? {};
    this.#findings.bad('sealed', { table, key, column, what: `a value of ${cell} is kept that no change has made` });
  }
}

function problemOf(
  made: Commitment,
  { tableId, key, column, salt, value, commitment }: KeptValue,
): Pick<Misplaced, 'what' | 'isPlace'> | undefined {
  if (commitmentOf(salt, value) !== commitment) return { what: 'is not the one that was committed to', isPlace: false };
  if (key !== made.key) return { what: 'is kept for another cell', isPlace: false };
  if (tableId !== made.life.id) return { what: 'is kept for another cell', isPlace: true };
  return column === asCalledNow(made).column ? undefined : { what: 'is kept for another column', isPlace: true };
}
