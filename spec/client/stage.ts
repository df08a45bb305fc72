import { Ledger } from '../../client/client.ts';
import type { EventQueueLimits } from '../../client/event-queue.ts';
import type { LiveBufferLimits } from '../../client/live-buffer.ts';
import { MemoryStore } from '../../client/trust/checkpoint-store.ts';
import { FakeNetwork } from './fake-network.ts';
import type { Draft } from './fake-server.ts';
import { FakeLedger } from './fake-server.ts';
import { FakeTiming, settled } from './fake-timing.ts';
import { Dice } from './random.ts';
import { SigningLedger } from './signing-ledger.ts';

export interface StageOptions {
  readonly seed?: number;
  readonly pageMax?: number;
  readonly queueLimits?: EventQueueLimits;
  readonly bufferLimits?: LiveBufferLimits;
  /** What is served; it is verified when it signs. */
  readonly server?: FakeLedger;
}

/** A ledger, a network without faults and a client, for what happens in one certain order. */
export class Stage {
  readonly dice: Dice;
  readonly timing: FakeTiming;
  readonly server: FakeLedger;
  readonly network: FakeNetwork;
  readonly ledger: Ledger;

  constructor({ seed = 1, pageMax = 10_000, server, queueLimits, bufferLimits }: StageOptions = {}) {
    this.dice = new Dice(seed);
    this.timing = new FakeTiming(this.dice);
    this.server = server ?? new FakeLedger(() => pageMax);
    this.network = new FakeNetwork(this.server, this.dice);
    this.ledger = new Ledger({
      transport: this.network,
      addresses: [{ host: 'one', commandsPort: 5555, feedPort: 5556 }],
      timing: this.timing,
      timeoutMs: 3_000,
      session: undefined,
      checkpoints: server instanceof SigningLedger ? new MemoryStore() : undefined,
      queueLimits,
      bufferLimits,
    });
  }

  /** Records one command and publishes it. */
  write(...drafts: Draft[]): void {
    this.server.commit(drafts);
    this.network.publish();
  }

  /** Moves everything that can move. */
  async quiet(): Promise<void> {
    await settled();
    while (this.network.busy) {
      this.network.deliver();
      await settled();
    }
  }

  /** Lets seconds pass, each with its head. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.timing.advance(1_000);
      this.network.beat();
      await this.quiet();
    }
  }
}

export function insert(key: string, row: Record<string, string | number>, table = 'rate'): Draft {
  return { table, op: 'insert', key, version: 1, row };
}
