/** Bounds of an import's memory; each is refused by name. */
export const importLimits = {
  /** UTF-16 units of one record: what stands between two line ends, or one object. */
  recordUnitsMax: 16_777_216,
  /** Bytes of the head by which encoding, format and delimiter are told. */
  headBytes: 65_536,
  /** Bad rows of which the reason is held in memory; beyond that they are counted. */
  badRowsHeld: 100_000,
  /** Changes of each kind that a preview shows. */
  sampleChanges: 5,
  /** Distinct values that a preview shows of a column. */
  sampleValues: 3,
} as const;
