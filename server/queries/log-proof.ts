import { toBase64 } from '../../proof/hash.ts';
import { consistencyRanges, inclusionRanges, peakRanges, type Range } from '../../proof/ranges.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import type { Checkpoints } from '../log/checkpoints.ts';
import { readHead } from '../log/head.ts';
import { refusePlace } from '../log/point.ts';
import { TreeReader } from '../log/tree-reader.ts';
import { Refused } from '../refused.ts';
import type { QueryAnswer, QueryContext } from './context.ts';

/** Proofs from the tree over the log, of a size of the reader's choice or of the last checkpoint. */
export async function logProof(
  { database }: QueryContext,
  checkpoints: Checkpoints,
  query: QueryOf<'log.proof'>,
): Promise<QueryAnswer> {
  // Both at once: what is published meanwhile belongs to the next checkpoint.
  const last = query.size === undefined ? { size: checkpoints.size, checkpoint: checkpoints.note } : undefined;
  const { from, seq, epoch, size = checkpoints.size } = query;
  const head = await readHead(database);
  refusePlace(head, Math.max(size, from ?? 0, seq ?? 0), epoch);
  if (Math.max(from ?? 0, seq ?? 0) > size) {
    const message = `the tree of ${size} entries says nothing of what is behind them; ask with a larger size`;
    throw new Refused({ code: 'bad_request', message });
  }
  const wanted = {
    peaks: from === undefined ? undefined : peakRanges(from),
    consistency: from === undefined ? undefined : consistencyRanges(from, size),
    inclusion: seq === undefined ? undefined : inclusionRanges(seq, size),
  };
  const hashes = await new TreeReader(database).rangeHashes(Object.values(wanted).flatMap((ranges) => ranges ?? []));
  const take = (ranges: readonly Range[] | undefined) => ranges && hashes.splice(0, ranges.length).map(toBase64);
  return {
    body: {
      epoch: head.epoch,
      size,
      ...last,
      verifier: checkpoints.verifierKey,
      peaks: take(wanted.peaks),
      consistency: take(wanted.consistency),
      inclusion: take(wanted.inclusion),
    },
  };
}
