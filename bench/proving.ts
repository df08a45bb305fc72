import { connect } from '../client/index.ts';
import { Frontier } from '../proof/frontier.ts';
import { fromBase64 } from '../proof/hash.ts';
import { verifyConsistency } from '../proof/verify.ts';
import { quantile } from './measure.ts';
import type { Stand } from './stand.ts';

/** Milliseconds of a consistency proof between two sizes drawn at random, asked for over the wire and verified. */
export async function consistencyProofs(
  { admin }: Stand,
  proofs: number,
): Promise<{ medianMs: number; p99Ms: number; mostMs: number }> {
  const { seq: head } = await admin.status();
  const times: number[] = [];
  for (let n = 0; n < proofs; n += 1) {
    const [from = 0, size = 0] = [draw(head), draw(head)].sort((a, b) => a - b);
    const start = performance.now();
    const older = await admin.request({ type: 'log.proof', from, size });
    times.push(performance.now() - start);
    const newer = await admin.request({ type: 'log.proof', from: size, size });
    verifyConsistency({
      from,
      fromRoot: root(from, older.peaks),
      to: size,
      toRoot: root(size, newer.peaks),
      proof: (older.consistency ?? []).map(fromBase64),
    });
  }
  return { medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99), mostMs: Math.max(...times) };
}

/** Entries a second of `rowcast verify`: all are read, hashed and folded, and the table's rows compared with them. */
export async function verifyRate({ address }: Stand): Promise<{ entries: number; perSecond: number }> {
  const newcomer = connect(address, { timeoutMs: 60_000 });
  const { entries, entriesPerSecond } = await newcomer.verify();
  await newcomer.close();
  return { entries, perSecond: entriesPerSecond };
}

function root(size: number, peaks: readonly string[] = []): string {
  return new Frontier(size, peaks.map(fromBase64)).root;
}

function draw(most: number): number {
  return 1 + Math.floor(Math.random() * most);
}
