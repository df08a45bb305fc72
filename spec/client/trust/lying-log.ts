import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { KeptCheckpoint } from '../../../client/trust/kept-checkpoint.ts';
import type { LogTrust } from '../../../client/trust/log-trust.ts';
import { type Asked, ProofReads } from '../../../client/trust/proof-reads.ts';
import { CheckpointSigner, originOf } from '../../../proof/checkpoint.ts';
import { Frontier } from '../../../proof/frontier.ts';
import { type Hash, leafHash, toBase64 } from '../../../proof/hash.ts';
import type { HeadMessage } from '../../../protocol/feed.ts';
import { path, proof, treeHash } from '../../proof/reference.ts';

/** What `log.proof` and `log.read` ask for, as far as it matters here. */
interface Question {
  readonly type: string;
  readonly size?: number;
  readonly from?: number;
  readonly seq?: number;
  readonly after?: number;
  readonly limit?: number;
}

/** An entry as a log has it; enough of one for its hash. */
export function entryAt(seq: number, word = 'true'): string {
  return JSON.stringify({ seq, at: '2026-01-01T00:00:00Z', by: 'ada', table: 't', op: 'insert', key: `k${seq}`, word });
}

/**
 * A server that signs and proves by the book over whatever entries it is given, so that a lie of a spec is exactly one:
 * its entries, its key, its epoch and its answers can each be replaced while a client looks.
 */
export class LyingLog {
  epoch = 'epoch-one';
  entries: string[];
  key: KeyObject = generateKeyPairSync('ed25519').privateKey;
  /** Changes an answer before it is given. */
  twist: (question: Question, body: Record<string, unknown>) => Record<string, unknown> = (_question, body) => body;

  constructor(size: number) {
    this.entries = Array.from({ length: size }, (_, index) => entryAt(index + 1));
  }

  grow(count: number): void {
    const size = this.entries.length;
    for (let n = 1; n <= count; n += 1) this.entries.push(entryAt(size + n));
  }

  get reads(): ProofReads {
    return new ProofReads({ request: async (question: Question) => this.answer(question) } as unknown as Asked);
  }

  note(size = this.entries.length): string {
    return this.#signer.sign({ size, root: treeHash(this.#leaves(size)) });
  }

  head(size = this.entries.length): HeadMessage {
    return { epoch: this.epoch, seq: size, at: '', tables: {}, checkpoint: this.note(size) };
  }

  get verifier(): string {
    return this.#signer.verifierKey;
  }

  get #signer(): CheckpointSigner {
    return new CheckpointSigner(this.key, originOf(this.epoch));
  }

  #leaves(size = this.entries.length): Hash[] {
    return this.entries.slice(0, size).map(leafHash);
  }

  answer(question: Question): { body: Record<string, unknown>; lines?: Buffer } {
    if (question.type === 'log.read') {
      const { body, lines } = this.#hashes(question);
      return { body: this.twist(question, body), lines };
    }
    const { from, seq, size = this.entries.length } = question;
    const leaves = this.#leaves(size);
    const frontier = new Frontier();
    for (const leaf of leaves.slice(0, from ?? 0)) frontier.push(leaf);
    const body = {
      epoch: this.epoch,
      size,
      verifier: this.verifier,
      ...(question.size === undefined ? { checkpoint: this.note() } : {}),
      ...(from === undefined
        ? {}
        : { peaks: frontier.peaks.map(toBase64), consistency: proof(from, leaves).map(toBase64) }),
      ...(seq === undefined ? {} : { inclusion: path(seq - 1, leaves).map(toBase64) }),
    };
    return { body: this.twist(question, body) };
  }

  #hashes({ after = 0, limit = 10_000 }: Question): { body: Record<string, unknown>; lines: Buffer } {
    const lines = this.#leaves()
      .slice(after, after + limit)
      .map(toBase64);
    const last = after + lines.length;
    const end = JSON.stringify({ end: { count: lines.length, last } });
    const body = { epoch: this.epoch, head: this.entries.length, count: lines.length, last, more: false };
    return { body, lines: Buffer.from([...lines, end].join('\n')) };
  }
}

/** What a client keeps of a log that it has verified as it is. */
export function keptOf(log: LyingLog): KeptCheckpoint {
  return { verifier: log.verifier, note: log.note(), peaks: '', at: '2026-01-01T00:00:00.000Z' };
}

/** Waits until the trust has a fault. @throws when there is none after all that was to be done */
export async function faultOf(trust: LogTrust): Promise<NonNullable<LogTrust['fault']>> {
  for (let turn = 0; turn < 1_000 && trust.fault === undefined; turn += 1) await new Promise(setImmediate);
  if (trust.fault === undefined) throw new Error('nothing was found');
  return trust.fault;
}
