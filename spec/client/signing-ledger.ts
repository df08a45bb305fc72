import type { HeadMessage } from '../../protocol/feed.ts';
import { type Answer, FakeLedger } from './fake-server.ts';
import { LyingLog } from './trust/lying-log.ts';

/** The simple ledger, which signs its log and proves it by the book. */
export class SigningLedger extends FakeLedger {
  readonly #signed = new LyingLog(0);
  /** Changes an answer before it is given. */
  twist: (request: { readonly type: string }, answer: Answer) => Answer = (_request, answer) => answer;

  override headMessage(published = this.head): HeadMessage {
    return { ...super.headMessage(published), checkpoint: this.#present().note(published) };
  }

  override answer(request: { readonly type: string; readonly hashes?: boolean }): Answer {
    const isProof = request.type === 'log.proof' || request.hashes === true;
    return this.twist(request, isProof ? this.#present().answer(request) : super.answer(request));
  }

  #present(): LyingLog {
    this.#signed.epoch = this.epoch;
    this.#signed.entries = this.log.map((entry) => JSON.stringify(entry));
    return this.#signed;
  }
}
