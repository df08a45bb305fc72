/** Bounds of an import's memory; each is refused by name. */
export const importLimits = {
  /** UTF-16 units of one record: what stands between two line ends, or one object. */
  recordUnitsMax: 16_777_216,
  /** Bytes of the head by which encoding, format and delimiter are told. */
  headBytes: 65_536,
  /**
   * Rows of a file up to which a key is looked for among its columns: their hashes take 128 MiB for each column that could
   * be one. Of a longer file the key has to be named.
   */
  keyGuessRows: 12_000_000,
  /** Problems of which the reason is held in memory; beyond that they are counted. */
  problemsHeld: 100_000,
  /** Changes that the server judges in a dry run for the preview: nobody is held up by so few. */
  judgedChanges: 5_000,
  /** Rows of a table that are asked for one by one rather than reading all of it, when a file has only these. */
  rowsAskedFor: 500,
  /** Changes of each kind that a preview shows. */
  sampleChanges: 5,
  /** Distinct values that a preview shows of a column. */
  sampleValues: 3,
} as const;
