import { toBase64 } from '../../proof/hash.ts';
import { consistencyRanges, inclusionRanges } from '../../proof/ranges.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import type { Checkpoints } from '../log/checkpoints.ts';
import { readHead } from '../log/head.ts';
import { TreeReader } from '../log/tree-reader.ts';
import { Refused } from '../refused.ts';
import { type QueryAnswer, type QueryContext, refusePlace } from './context.ts';

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
  const tree = new TreeReader(database);
  const [peaks, consistency, inclusion] = await Promise.all([
    from === undefined ? undefined : tree.frontierAt(from),
    from === undefined ? undefined : tree.rangeHashes(consistencyRanges(from, size)),
    seq === undefined ? undefined : tree.rangeHashes(inclusionRanges(seq, size)),
  ]);
  return {
    body: {
      epoch: head.epoch,
      size,
      ...last,
      verifier: checkpoints.verifierKey,
      peaks: peaks?.peaks.map(toBase64),
      consistency: consistency?.map(toBase64),
      inclusion: inclusion?.map(toBase64),
    },
  };
}
