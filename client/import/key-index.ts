/** Slots for each key: half empty, so that the next free one is near. */
const slotsPerKey = 2;

/**
 * Finds a file's row by its key. It holds no keys, only 16 to 32 bytes a row: a hash and the row's number; whether it is the
 * right one is asked of whoever has the rows.
 */
export class KeyIndex {
  readonly #slots: Int32Array;
  readonly #keyOf: (row: number) => string;

  /** @param rows how many there will be at most */
  constructor(rows: number, keyOf: (row: number) => string) {
    let size = 16;
    while (size < rows * slotsPerKey) size *= 2;
    // Pairs of a hash and a row's number from 1; 0 is an empty slot.
    this.#slots = new Int32Array(size * 2);
    this.#keyOf = keyOf;
  }

  /** The row that has this key, if there is one. */
  find(key: string): number | undefined {
    const at = this.#slotOf(key);
    const found = this.#slots[at + 1] ?? 0;
    return found === 0 ? undefined : found - 1;
  }

  /** Notes a row; answers the one that has its key already, if there is one. */
  add(key: string, row: number): number | undefined {
    const at = this.#slotOf(key);
    const found = this.#slots[at + 1] ?? 0;
    if (found !== 0) return found - 1;
    this.#slots[at] = hash(key);
    this.#slots[at + 1] = row + 1;
    return undefined;
  }

  /** The slot of the key, or the empty one in which it would be. */
  #slotOf(key: string): number {
    const size = this.#slots.length / 2;
    const hashed = hash(key);
    for (let slot = hashed & (size - 1); ; slot = (slot + 1) & (size - 1)) {
      const row = this.#slots[slot * 2 + 1] ?? 0;
      if (row === 0 || (this.#slots[slot * 2] === hashed && this.#keyOf(row - 1) === key)) return slot * 2;
    }
  }
}

/** FNV-1a, and its bits mixed once more, as the low ones choose the slot. */
function hash(key: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) value = Math.imul(value ^ key.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) | 0;
}
