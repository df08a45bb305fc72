import { isDeepStrictEqual } from 'node:util';
import { fromBase64, leafHash } from '../../../proof/hash.ts';
import { SelectionCheck } from '../../../proof/selection.ts';
import type { Entry } from '../../../protocol/entry.ts';
import type { CurrentRow } from '../../../protocol/errors.ts';
import { matchesFilter } from '../../../protocol/filter.ts';
import { rowShape } from '../row-shape.ts';
import { fileFault } from './file-fault.ts';
import { compare, demandRoot, type FileJob } from './file-job.ts';
import { readRowEntry, readTableEntry } from './read-entries.ts';
import type { ExportedWhat } from './sidecar.ts';
import { TableLife } from './table-life.ts';

/** The file is made once more from the entries of the sidecar. Answers how many entries were shown to be in the log. */
export async function verifyTableFile(job: FileJob, what: ExportedWhat & { kind: 'table' }): Promise<number> {
  const { header, cursor, sidecar, signed } = job;
  const leaves = new Map<number, string>();
  const keep = <Kept extends Entry>(entry: Kept, line: string): Kept => {
    if (entry.seq > cursor.seq) throw fileFault(`entry ${entry.seq} was made after ${cursor.seq}`);
    leaves.set(entry.seq, leafHash(line));
    return entry;
  };
  const changes = await sidecar.take(header.lines.table);
  const life = new TableLife(changes.map((line) => keep(readTableEntry(line), line)));
  const { definition } = life;
  if (!isDeepStrictEqual(definition, what.definition))
    throw fileFault('the proof names other columns than the log gave the table');
  const keys = new Set<string>();
  async function* rows(): AsyncGenerator<CurrentRow, void, undefined> {
    for await (const line of sidecar.each(header.lines.entries)) {
      const row = life.row(keep(readRowEntry(line), line));
      if (keys.has(row.key)) throw fileFault(`row ${row.key} stands twice`);
      keys.add(row.key);
      if (!matchesFilter(definition, what.filter ?? [], row.row))
        throw fileFault(`row ${row.key} does not match the filter`);
      yield row;
    }
  }
  await compare(job, rowShape(definition), rows());
  const check = new SelectionCheck((await sidecar.take(header.lines.hashes)).map(fromBase64));
  for (const [seq, leaf] of [...leaves].sort(([a], [b]) => a - b)) check.push(seq, leaf);
  demandRoot(check, signed);
  return leaves.size;
}
