import { openCheckpoint, originOf, parseVerifierKey } from '../../proof/checkpoint.ts';
import { Frontier } from '../../proof/frontier.ts';
import { commitmentOf, leafHash, ProofError, toBase64 } from '../../proof/hash.ts';
import { type Entry, entrySchema, isRowEntry } from '../../protocol/entry.ts';
import { FoldError } from '../../protocol/fold.ts';
import type { Json } from '../../protocol/json.ts';
import { limits } from '../../protocol/limits.ts';
import type { SealedCell } from '../domain/sealing.ts';
import { newCommitments } from '../log/new-commitments.ts';
import { type TableLife, TableLives } from '../log/table-lives.ts';
import {
  type BackupCounts,
  type BackupHeader,
  type CopiedRow,
  type CopiedTable,
  copiedRowSchema,
  copiedTables,
  DamagedError,
  noCounts,
  type SealedLine,
  sealedLineSchema,
} from './format.ts';
import type { BackupReading } from './read-backup.ts';

/** An entry of a backup, with the values of the commitments that it brings, and those of which none is kept. */
export interface EntryStep {
  readonly kind: 'entry';
  readonly text: string;
  readonly entry: Entry;
  readonly life: TableLife;
  readonly sealed: readonly SealedCell[];
  readonly gone: readonly string[];
}

export interface RowStep {
  readonly kind: 'row';
  readonly table: CopiedTable;
  readonly row: CopiedRow;
  /** Length of its line, in UTF-16 units. */
  readonly units: number;
}

/**
 * Goes through a backup, verified on the way: every entry is hashed and must follow the one before, every value must make
 * the commitment of its entry, and in the end all counts and the root must be those of header and trailer.
 */
export class BackupSteps {
  readonly #reading: BackupReading;
  readonly #lives = new TableLives();
  readonly #frontier = new Frontier();
  readonly #counts = noCounts();
  #sealed: SealedLine[] = [];

  constructor(reading: BackupReading) {
    this.#reading = reading;
  }

  get header(): BackupHeader {
    return this.#reading.header;
  }

  get counts(): BackupCounts {
    return this.#counts;
  }

  /** The tables as far as the entries were read. */
  get lives(): TableLives {
    return this.#lives;
  }

  /** @throws DamagedError */
  async *all(): AsyncGenerator<EntryStep | RowStep> {
    checkSignature(this.header);
    for await (const line of this.#reading.lines) {
      if (line.kind === 'end') this.#checkEnd(line.counts);
      else if (line.kind === 'entry') yield this.#entry(line.text);
      else if (line.text.startsWith('["sealed"')) this.#takeSealed(line.text);
      else yield this.#row(line.text);
    }
  }

  #takeSealed(text: string): void {
    const parsed = sealedLineSchema.safeParse(parseLine(text));
    if (!parsed.success) throw new DamagedError(`a value ahead of entry ${this.#frontier.size + 1} is damaged`);
    if (this.#sealed.length === limits.columnsMax)
      throw new DamagedError(`more than ${limits.columnsMax} values stand ahead of entry ${this.#frontier.size + 1}`);
    this.#sealed.push(parsed.data);
    this.#counts.sealed += 1;
  }

  #entry(text: string): EntryStep {
    const seq = this.#frontier.size + 1;
    // As it stands: a column may have more to it than this version knows.
    const entry = parseLine(text) as Entry;
    if (!entrySchema.safeParse(entry).success)
      throw new DamagedError(`in the place of entry ${seq} stands what is no entry`);
    if (entry.seq !== seq) throw new DamagedError(`entry ${seq} is missing`);
    this.#frontier.push(leafHash(text));
    this.#counts.entries += 1;
    const life = this.#lifeOf(entry);
    const brought = isRowEntry(entry) ? newCommitments(entry, life.definition) : [];
    const values = new Map(this.#sealed.map(([, commitment, salt, value]) => [commitment, { salt, value }]));
    this.#sealed = [];
    const sealed: SealedCell[] = [];
    const gone: string[] = [];
    for (const { column, commitment } of brought) {
      const kept = values.get(commitment);
      if (kept === undefined) gone.push(commitment);
      else sealed.push({ column, commitment, ...kept });
    }
    if (sealed.length < values.size) throw new DamagedError(`ahead of entry ${seq} stands a value that is not its own`);
    const wrong = sealed.find(
      ({ commitment, salt, value }) => commitmentOf(Buffer.from(salt, 'hex'), value) !== commitment,
    );
    if (wrong !== undefined) throw new DamagedError(`a value of entry ${seq} is not the one that was committed to`);
    return { kind: 'entry', text, entry, life, sealed, gone };
  }

  #lifeOf(entry: Entry): TableLife {
    try {
      if (!isRowEntry(entry)) return this.#lives.apply(entry);
    } catch (error) {
      if (error instanceof FoldError) throw new DamagedError(error.message);
      throw error;
    }
    const life = this.#lives.living(entry.table);
    if (life === undefined)
      throw new DamagedError(`entry ${entry.seq} is of the table ${entry.table}, which is not there`);
    return life;
  }

  #row(text: string): RowStep {
    const parsed = parseLine(text);
    const [name, row] = Array.isArray(parsed) ? (parsed as readonly Json[]) : [];
    const table = copiedTables.find((one) => one === name);
    if (table === undefined) throw new DamagedError(`it has a row of a table that is not known: ${text.slice(0, 40)}`);
    const { data } = copiedRowSchema.safeParse(row);
    if (data === undefined) throw new DamagedError(`a row of ${table} in it is damaged: ${text.slice(0, 40)}`);
    this.#counts[table] += 1;
    return { kind: 'row', table, row: data, units: text.length };
  }

  #checkEnd(counts: Readonly<Record<string, number>>): void {
    const { seq, root } = this.header;
    const wrong = Object.entries(this.#counts).find(([name, count]) => counts[name] !== count);
    if (wrong !== undefined) throw new DamagedError(`it has ${wrong[1]} of ${wrong[0]}, and had ${counts[wrong[0]]}`);
    if (this.#frontier.size !== seq) throw new DamagedError(`it has ${this.#frontier.size} entries, and had ${seq}`);
    if (toBase64(this.#frontier.root) !== root)
      throw new DamagedError('its entries are not those that its root is over');
  }
}

/** Held against its own key: whose that is, people compare. */
function checkSignature({ epoch, seq, root, checkpoint, verifier }: BackupHeader): void {
  if (checkpoint === undefined || verifier === undefined) return;
  try {
    const key = parseVerifierKey(verifier);
    const signed = openCheckpoint(checkpoint, key);
    const isSame = key.name === originOf(epoch) && signed.size === seq && toBase64(signed.root) === root;
    if (!isSame) throw new DamagedError('what is signed is not what its header says');
  } catch (error) {
    if (error instanceof ProofError) throw new DamagedError(error.message);
    throw error;
  }
}

/** @throws DamagedError */
export function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DamagedError(`a line of it is no JSON: ${text.slice(0, 40)}`);
  }
}
