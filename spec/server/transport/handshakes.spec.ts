import { beforeEach, describe, expect, test } from 'vitest';
import { Handshakes } from '../../../server/transport/handshakes.ts';

let now: number;
let handshakes: Handshakes;
beforeEach(() => {
  now = 0;
  handshakes = new Handshakes({ handshakeMs: 1_000, now: () => now });
});

/** What libzmq tells of a connection that comes in. */
function enter(): void {
  handshakes.accept();
  handshakes.letIn();
  handshakes.finish();
}

/** How they stand: inside, and in their handshake. */
const standing = (): [number, number] => [handshakes.inside, handshakes.halfOpen];

describe('P8 connections are told apart by whether their handshake is over', () => {
  test('from accepting to leaving', () => {
    handshakes.accept();
    expect(standing()).toEqual([0, 1]);
    handshakes.letIn();
    expect(standing()).toEqual([1, 1]);
    handshakes.finish();
    expect(standing()).toEqual([1, 0]);
    handshakes.leave();
    expect(standing()).toEqual([0, 0]);
  });

  test('one that fails leaves those inside as they were, whatever leaves between the two', () => {
    enter();
    enter();
    handshakes.accept();
    handshakes.fail();
    handshakes.leave();
    expect(standing()).toEqual([2, 0]);
    handshakes.accept();
    handshakes.fail();
    handshakes.leave();
    handshakes.leave();
    expect(standing()).toEqual([1, 0]);
  });

  test('those that break off without a word are put right when the time of handshakes is over', () => {
    for (let n = 0; n < 5; n += 1) enter();
    for (let n = 0; n < 1_000; n += 1) {
      handshakes.accept();
      handshakes.leave();
    }
    expect(handshakes.connections).toBe(5);
    now = 4_100;
    expect(standing()).toEqual([5, 0]);
    expect(handshakes.connections).toBe(5);
  });

  test('one that was let in and never came does not count for ever', () => {
    handshakes.accept();
    handshakes.letIn();
    handshakes.fail();
    handshakes.leave();
    expect(standing()).toEqual([1, 0]);
    now = 2_100;
    expect(standing()).toEqual([0, 0]);
  });

  test('a year of them ends as it began', () => {
    for (let n = 0; n < 100_000; n += 1) {
      now += 50;
      enter();
      handshakes.accept();
      if (n % 2 === 0) handshakes.fail();
      handshakes.leave();
      handshakes.leave();
      expect(handshakes.connections).toBe(0);
    }
    now += 10_000;
    expect(standing()).toEqual([0, 0]);
  });
});
