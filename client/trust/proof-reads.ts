import { Frontier } from '../../proof/frontier.ts';
import { fromBase64, type Hash, ProofError } from '../../proof/hash.ts';
import { verifyConsistency } from '../../proof/verify.ts';
import { limits } from '../../protocol/limits.ts';
import type { ReplyOf } from '../../protocol/replies.ts';
import type { CommandChannel } from '../command-channel.ts';
import { entryLines } from '../lines.ts';
import type { TamperedError, TrustFault } from './fault.ts';

/** Where questions go. */
export type Asked = Pick<CommandChannel, 'request'>;

/** What somebody who verifies asks a server for. Nothing of it is believed because the server says so. */
export class ProofReads {
  readonly #channel: Asked;
  readonly #options: { readonly signal: AbortSignal | undefined };

  /** @param signal ends every question that is on its way */
  constructor(channel: Asked, signal?: AbortSignal) {
    this.#channel = channel;
    this.#options = { signal };
  }

  /** The present checkpoint and what it is verified with. */
  async checkpoint(): Promise<ReplyOf<'log.proof'>> {
    const { body } = await this.#channel.request({ type: 'log.proof' }, this.#options);
    return body;
  }

  /** The roots of the largest subtrees over the first `size` entries, as the server has them now. @throws ProofError */
  async frontier(size: number, epoch: string): Promise<Frontier> {
    if (size === 0) return new Frontier();
    const { body } = await this.#channel.request({ type: 'log.proof', from: size, size, epoch }, this.#options);
    return new Frontier(size, hashes(body.peaks));
  }

  /** The same, shown to be the beginning of what was signed. @throws TamperedError when it is not */
  async provenFrontier(size: number, signed: Tree & { readonly epoch: string }, judge: Judge): Promise<Frontier> {
    try {
      const frontier = await this.frontier(size, signed.epoch);
      await this.consistency({ from: frontier, to: signed, epoch: signed.epoch });
      return frontier;
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      const what = `its first ${size} entries are not the beginning of what it has signed`;
      throw judge.declare({ kind: 'rewritten', first: 1, last: size, what });
    }
  }

  /**
   * Demands that a tree begins with another one.
   * @throws ProofError when it does not
   */
  async consistency({ from, to, epoch }: { from: Tree; to: Tree; epoch: string }): Promise<void> {
    const isPlain = from.size === 0 || from.size === to.size;
    const proof = isPlain ? [] : await this.#consistencyProof(from.size, to.size, epoch);
    verifyConsistency({ from: from.size, fromRoot: from.root, to: to.size, toRoot: to.root, proof });
  }

  /** The hashes of the entries behind `after`, up to `to`, as the server has them now. @throws ProofError */
  async leaves(after: number, to: number, epoch: string): Promise<Hash[]> {
    const leaves: Hash[] = [];
    while (after + leaves.length < to) {
      const limit = Math.min(to - after - leaves.length, limits.entriesMax);
      const request = { type: 'log.read', hashes: true, after: after + leaves.length, limit, epoch } as const;
      const { body, lines } = await this.#channel.request(request, this.#options);
      const page = entryLines(lines, body).map(fromBase64);
      if (page.length === 0) throw new ProofError(`the log has no entry behind ${after + leaves.length}`);
      for (const leaf of page) leaves.push(leaf);
    }
    return leaves;
  }

  async #consistencyProof(from: number, size: number, epoch: string): Promise<Hash[]> {
    const { body } = await this.#channel.request({ type: 'log.proof', from, size, epoch }, this.#options);
    return hashes(body.consistency);
  }
}

/** Who says that the log is not what it was. */
interface Judge {
  declare(fault: TrustFault): TamperedError;
}

/** A tree over a log, as far as proofs speak of it. */
export interface Tree {
  readonly size: number;
  readonly root: Hash;
}

function hashes(texts: readonly string[] | undefined): Hash[] {
  if (texts === undefined) throw new ProofError('the server has left out the proof that it was asked for');
  return texts.map(fromBase64);
}
