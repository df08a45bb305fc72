/** Of all slots so many are used at most: three of four. */
const fullest = 0.75;

/**
 * Texts that were seen, as 64 bits of each: 11 to 21 bytes a text. Two that differ are taken for the same once in some
 * 300,000 sets of ten million: who asks must be able to live with a "seen already" that is wrong.
 */
export class TextSet {
  /** Pairs of hashes; 0, 0 is an empty slot. */
  #slots = new Int32Array(2_048);
  #count = 0;

  /** Answers whether it is new. */
  add(text: string): boolean {
    if (this.#count >= (this.#slots.length / 2) * fullest) this.#grow();
    const isNew = place(this.#slots, ...hashes(text));
    if (isNew) this.#count += 1;
    return isNew;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    for (let at = 0; at < before.length; at += 2) {
      const [low = 0, high = 0] = [before[at], before[at + 1]];
      if (high !== 0) place(this.#slots, low, high);
    }
  }
}

/** cyrb53 by bryc, with all of its 64 bits; the second is never 0. */
function hashes(text: string): [low: number, high: number] {
  let [first, second] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    first = Math.imul(first ^ unit, 0x9e3779b1);
    second = Math.imul(second ^ unit, 0x5f356495);
  }
  first = Math.imul(first ^ (first >>> 16), 0x85ebca6b) ^ Math.imul(second ^ (second >>> 13), 0xc2b2ae35);
  second = Math.imul(second ^ (second >>> 16), 0x85ebca6b) ^ Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return [first | 0, second | 0 || 1];
}

function place(slots: Int32Array, low: number, high: number): boolean {
  const last = slots.length / 2 - 1;
  for (let slot = low & last; ; slot = (slot + 1) & last) {
    const at = slot * 2;
    if (slots[at + 1] === 0) {
      slots[at] = low;
      slots[at + 1] = high;
      return true;
    }
    if (slots[at] === low && slots[at + 1] === high) return false;
  }
}
