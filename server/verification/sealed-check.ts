import { sql } from 'kysely';
import { commitmentOf } from '../../proof/hash.ts';
import { isRowEntry, type RowEntry } from '../../protocol/entry.ts';
import type { Executor } from '../database/writer.ts';
import { newCommitments } from '../log/new-commitments.ts';
import { renamedColumn, type TableLife, type TableLives } from '../log/table-lives.ts';
import { counted, type Findings } from './findings.ts';
import type { ReadChange } from './log-check.ts';

interface Commitment {
  readonly seq: number;
  readonly life: TableLife;
  readonly key: string;
  readonly column: string;
  readonly commitment: string;
}

interface KeptValue {
  readonly commitment: string;
  readonly tableId: number;
  readonly key: string;
  readonly column: string;
  readonly salt: Buffer;
  readonly value: string;
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
    const made: Commitment[] = [];
    const erased: (RowOfLife & { readonly entry: RowEntry })[] = [];
    for (const { seq, tableId, parsed } of changes) {
      if (!isRowEntry(parsed)) continue;
      const life = this.#lives.byId.get(tableId);
      if (life === undefined) continue;
      const { key } = parsed;
      const definition = definitionAt(life, seq);
      for (const one of newCommitments(parsed, definition)) made.push({ ...one, seq, life, key });
      if (parsed.op === 'erase') {
        for (const { id } of lives.ofName(parsed.table)) {
          erased.push({ life: this.#lives.byId.get(id) ?? life, key, seq, entry: parsed });
        }
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
    const missing: Commitment[] = [];
    for (const one of made) {
      const value = kept.get(one.commitment);
      if (value === undefined) missing.push(one);
      else this.#compare(one, value);
    }
    this.#kept += made.length - missing.length;
    this.#gone += missing.length;
    const unexplained = missing.filter(({ commitment }) => !this.#unkept.has(commitment));
    if (unexplained.length > 0) await this.#demandErased(unexplained);
  }

  #compare(made: Commitment, kept: KeptValue): void {
    const what = problemOf(made, kept);
    if (what !== undefined) this.#bad(asCalledNow(made), what);
  }

  #bad({ seq, life, key, column }: Omit<Commitment, 'commitment'>, what: string): void {
    const cell = `${life.name}, row ${key}, column ${column}`;
    this.#findings.bad('sealed', {
      seq,
      table: life.name,
      key,
      column,
      what: `the value of ${cell} (#${seq}) ${what}`,
    });
  }

  /** What is missing must have been erased behind its change. */
  async #demandErased(missing: readonly Commitment[]): Promise<void> {
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
    const bad = missing.find((_one, position) => !explained.has(position));
    if (bad !== undefined) this.#bad(asCalledNow(bad), 'is gone, and nobody has erased it');
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

function asCalledNow(made: Commitment): Commitment {
  return { ...made, column: renamedColumn(made.life, made.column, made.seq) };
}

function problemOf(made: Commitment, { tableId, key, column, salt, value, commitment }: KeptValue): string | undefined {
  if (commitmentOf(salt, value) !== commitment) return 'is not the one that was committed to';
  if (tableId !== made.life.id || key !== made.key) return 'is kept for another cell';
  return column === renamedColumn(made.life, made.column, made.seq) ? undefined : 'is kept for another column';
}

/** A table as it was at a seq within its life. */
function definitionAt({ definition, alterations }: TableLife, seq: number): TableLife['definition'] {
  return alterations.find((alteration) => alteration.seq > seq)?.before ?? definition;
}
