import { fromBase64, leafHash } from '../../../proof/hash.ts';
import { SelectionCheck } from '../../../proof/selection.ts';
import type { LogEntry } from '../../log-reader.ts';
import { entryShape } from '../entry-shape.ts';
import { fileFault } from './file-fault.ts';
import { compare, demandRoot, type FileJob } from './file-job.ts';
import { fileLines } from './file-lines.ts';
import { readEntry } from './read-entries.ts';
import type { ExportedWhat } from './sidecar.ts';

/** The file's own lines are what was signed. Answers how many there are. */
export async function verifyLogFile(job: FileJob, what: ExportedWhat & { kind: 'log' }): Promise<number> {
  const { header, cursor, sidecar, path, signed } = job;
  if (header.file.format === 'csv' || what.last !== cursor.seq) throw fileFault('the proof is not of this file');
  const check = new SelectionCheck((await sidecar.take(header.lines.hashes)).map(fromBase64));
  let count = 0;
  let last = what.first - 1;
  async function* entries(): AsyncGenerator<LogEntry, void, undefined> {
    for await (const line of entryLinesOf(path)) {
      const entry = readEntry(line);
      if (what.table === undefined ? entry.seq !== last + 1 : entry.table !== what.table) {
        throw fileFault(`in the place of entry ${last + 1} stands entry ${entry.seq}`);
      }
      if (entry.seq > what.last || entry.seq <= last) throw fileFault(`entry ${entry.seq} does not belong here`);
      check.push(entry.seq, leafHash(line));
      count += 1;
      last = entry.seq;
      yield { line, entry };
    }
  }
  await compare(job, entryShape, entries());
  if (what.table === undefined && last !== what.last)
    throw fileFault(`entries ${last + 1} to ${what.last} are missing`);
  demandRoot(check, signed);
  return count;
}

/** Lines of NDJSON, and of a JSON array that has one element a line. */
async function* entryLinesOf(path: string): AsyncGenerator<string, void, undefined> {
  for await (const line of fileLines(path)) if (line.startsWith('{')) yield line.replace(/,$/, '');
}
