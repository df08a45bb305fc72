import { nanoid } from 'nanoid';
import type { Step } from '../protocol/commands.ts';
import type { Problem } from '../protocol/errors.ts';
import { lateAbort } from './abort.ts';
import type { CommandChannel, SendOptions } from './command-channel.ts';
import { type CommandResult, toCommandResult } from './command-result.ts';
import { RowcastError } from './errors.ts';
import { checkSendable } from './sendable.ts';
import type { Timing } from './timing.ts';

export interface LargeBatchOptions extends SendOptions {
  /** The reason, which stands in the log for ever, of all commands that have none of their own. */
  readonly why?: string | undefined;
  /** Called after each part that the server has, and once when all are there and the commit begins. */
  readonly onProgress?: ((progress: LargeBatchProgress) => void) | undefined;
}

export interface LargeBatchProgress {
  /** Commands that the server has so far. */
  readonly commands: number;
  readonly committing: boolean;
  /** How many parts that were, told when the commit begins: with the id it names the commit, by whomever it is sent again. */
  readonly parts?: number;
}

/**
 * Commands of one part, as a request. Others who write wait while the server reads a part, some microseconds a command, and
 * each of their requests may meet several: so parts are small.
 */
const partBytesMax = 65_536;
const partCommandsMax = 250;
/** Bytes of a request around its commands: ids, proof, names. */
const aroundBytes = 1_024;
/**
 * Parts on their way at a time, so that others find their turn between two: one where the server is near, as the next is
 * made meanwhile. Where the way to it takes longer than a part, so many that they fill it.
 */
const partsInFlightMax = 16;
/** Milliseconds that a server nearby has a part answered in. */
const partMs = 10;
/** Milliseconds that a commit may take, and what each part adds: ten times and more what was measured of its commands. */
const commitMs = { base: 60_000, perPart: 1_000 } as const;
/**
 * Milliseconds for dropping a stage that is not needed (the server does so by itself after an hour), and before that for
 * the parts on their way when the caller gives up: one that came behind the drop would stay.
 */
const dropMs = 2_000;

interface Part {
  readonly index: number;
  /** Place of its first command in the batch. */
  readonly firstIndex: number;
  readonly commands: readonly Step[];
}

/**
 * Sends commands of any number in parts, which the server lays ready, and then has them done as one command.
 *
 * The stage bears the command's id. So the same commands under the same id are the same command, even when everything
 * has to be sent again to learn what became of it.
 */
export class LargeBatch {
  readonly #channel: CommandChannel;
  readonly #timing: Timing;
  readonly #options: LargeBatchOptions;
  readonly #id: string;
  #staged = 0;
  /** The shortest time in which a part was answered: it is the way's, whatever else the server has to do now and then. */
  #shortestMs = 0;

  constructor(channel: CommandChannel, timing: Timing, options: LargeBatchOptions) {
    this.#channel = channel;
    this.#timing = timing;
    this.#options = options;
    this.#id = options.id ?? nanoid();
  }

  /** @throws RowcastError as other commands do; `index` of its problems is the place in the whole batch */
  async send(commands: Iterable<Step> | AsyncIterable<Step>): Promise<CommandResult> {
    try {
      const parts = await this.#stage(commands);
      const result = await this.#commit(parts);
      // A commit takes its parts away; one that was known already did so long ago.
      if (result.dryRun === true || this.#options.id !== undefined) await this.#drop();
      return result;
    } catch (error) {
      // A commit that may still be done needs its parts.
      if (!(error instanceof RowcastError && error.outcomeUnknown)) await this.#drop();
      throw error;
    }
  }

  /** Returns how many parts there are. */
  async #stage(commands: Iterable<Step> | AsyncIterable<Step>): Promise<number> {
    const { signal } = this.#options;
    const { body } = await this.#channel.request({ type: 'server.status' }, { signal });
    const { requestBytesMax, changesPerCommandMax } = body.limits;
    const cut = {
      bytesMax: Math.min(partBytesMax, Math.max(requestBytesMax - aroundBytes, requestBytesMax / 2)),
      commandsMax: Math.min(partCommandsMax, changesPerCommandMax),
    };
    const parts = await this.#sendParts(partsOf(commands, cut));
    if (parts === 0) throw new RowcastError('bad_request', 'a batch has one command or more');
    return parts;
  }

  async #sendParts(parts: AsyncIterable<Part>): Promise<number> {
    const sending = new Set<Promise<void>>();
    let count = 0;
    let failure: { readonly error: unknown } | undefined;
    try {
      for await (const part of parts) {
        while (sending.size >= this.#inFlightMax) await Promise.race(sending);
        if (failure !== undefined) throw failure.error;
        if (this.#options.signal?.aborted)
          throw new RowcastError('aborted', 'the batch was given up', { id: this.#id });
        count += 1;
        const sent = this.#sendPart(part)
          .catch((error: unknown) => {
            // Of several that fail the first is told.
            failure ??= { error };
          })
          .finally(() => sending.delete(sent));
        sending.add(sent);
      }
    } finally {
      // What is on its way would come to a stage that was dropped.
      await Promise.all(sending);
    }
    if (failure !== undefined) throw failure.error;
    return count;
  }

  get #inFlightMax(): number {
    return Math.min(partsInFlightMax, Math.max(1, Math.ceil(this.#shortestMs / partMs)));
  }

  async #sendPart({ index, firstIndex, commands }: Part): Promise<void> {
    const { timeoutMs, onProgress } = this.#options;
    const abort = lateAbort(this.#options.signal, dropMs);
    try {
      const part = { stage: this.#id, part: index, commands: [...commands] };
      const sentMs = this.#timing.now();
      await this.#channel.request({ type: 'batch.part', ...part }, { signal: abort.signal, timeoutMs });
      const tookMs = this.#timing.now() - sentMs;
      this.#shortestMs = this.#shortestMs === 0 ? tookMs : Math.min(this.#shortestMs, tookMs);
    } catch (error) {
      throw placed(error, firstIndex);
    } finally {
      abort.release();
    }
    this.#staged += commands.length;
    onProgress?.({ commands: this.#staged, committing: false });
  }

  async #commit(parts: number): Promise<CommandResult> {
    this.#options.onProgress?.({ commands: this.#staged, committing: true, parts });
    return await commitStaged(this.#channel, { ...this.#options, id: this.#id, parts });
  }

  async #drop(): Promise<void> {
    try {
      await this.#channel.request({ type: 'batch.drop', stage: this.#id }, { timeoutMs: dropMs });
    } catch (error) {
      // What went before it says more, and the server drops it after an hour anyway.
      if (!(error instanceof RowcastError)) throw error;
    }
  }
}

/** A large batch of which all parts were sent. */
export interface StagedBatch extends SendOptions {
  /** Of the batch, and so of its stage. */
  readonly id: string;
  /** How many there are. */
  readonly parts: number;
  /** As it was given the first time, where this is not the first. */
  readonly why?: string | undefined;
}

/** Has the parts that lie ready done as one command. @throws RowcastError */
export async function commitStaged(
  channel: CommandChannel,
  { id, parts, why, signal, dryRun, timeoutMs = commitMs.base + commitMs.perPart * parts }: StagedBatch,
): Promise<CommandResult> {
  const commit = { type: 'batch.commit', stage: id, parts, why } as const;
  return { ...toCommandResult(await channel.request(commit, { id, signal, dryRun, timeoutMs })), command: id };
}

/** Cuts commands into parts. @throws RowcastError `invalid`, with the place of the command, when JSON cannot hold it */
async function* partsOf(
  commands: Iterable<Step> | AsyncIterable<Step>,
  { bytesMax, commandsMax }: { readonly bytesMax: number; readonly commandsMax: number },
): AsyncGenerator<Part> {
  let part: Step[] = [];
  let bytes = 0;
  let [index, count] = [0, 0];
  for await (const command of commands) {
    checkCommand(command, count);
    const size = Buffer.byteLength(JSON.stringify(command)) + 1;
    if (part.length > 0 && (bytes + size > bytesMax || part.length >= commandsMax)) {
      yield { index, firstIndex: count - part.length, commands: part };
      index += 1;
      [part, bytes] = [[], 0];
    }
    part.push(command);
    bytes += size;
    count += 1;
  }
  if (part.length > 0) yield { index, firstIndex: count - part.length, commands: part };
}

function checkCommand(command: Step, index: number): void {
  try {
    checkSendable(command);
  } catch (error) {
    if (!(error instanceof RowcastError)) throw error;
    throw new RowcastError(error.code, `commands[${index}].${error.message}`);
  }
}

/** A refusal of a part counts from the part's beginning. */
function placed(error: unknown, firstIndex: number): unknown {
  if (!(error instanceof RowcastError) || error.body?.problems === undefined) return error;
  const problems = error.body.problems.map(
    (problem): Problem => (problem.index === undefined ? problem : { ...problem, index: firstIndex + problem.index }),
  );
  const { code, message, id, outcomeUnknown, cause } = error;
  return new RowcastError(code, message, { body: { ...error.body, problems }, id, outcomeUnknown, cause });
}
