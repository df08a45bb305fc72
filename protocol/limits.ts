/**
 * The limits of the protocol itself, the same for every server. What an operator may choose stands in setting.ini.
 * Each is refused by name when it is passed (promise P8: memory, queues and time are bounded under any peer).
 */
export const limits = {
  /** Objects and arrays inside each other, in a whole request. JSON.stringify fails at about 5,000. */
  depthMax: 64,
  /** UTF-8 bytes of a table's or a column's name: what PostgreSQL takes for an identifier, as each names a view or its column. */
  nameBytesMax: 63,
  /** UTF-8 bytes of a key: it stands in three indexes, whose rows PostgreSQL limits to about 2,700 bytes. */
  keyBytesMax: 512,
  /** UTF-16 units of one text, decimal or json cell. */
  cellUnitsMax: 1_048_576,
  /** Digits of a decimal. PostgreSQL's numeric takes 16,383 after the point. */
  decimalDigitsMax: 1_000,
  /** Columns of a table. A PostgreSQL view takes 1,600, of which some are ours. */
  columnsMax: 1_000,
  /** Choices of one column. */
  choicesMax: 1_000,
  /** UTF-16 units of a pattern. */
  patternUnitsMax: 1_000,
  /** UTF-16 units of the reason given for a change. */
  whyUnitsMax: 2_000,
  /** Conditions of one filter, and columns of one sort. */
  conditionsMax: 100,
  sortColumnsMax: 16,
  /** UTF-16 units of a search text. */
  searchUnitsMax: 1_000,
  /** Problems that one refusal lists; it says how many more there were. */
  problemsMax: 1_000,
  /** Parts of one stage. */
  partsMax: 100_000,
  /** Steps of one table.alter. */
  alterStepsMax: 1_000,
  /** Characters (code points) of a new password at least, and UTF-16 units of any at most. */
  passwordCharactersMin: 8,
  passwordUnitsMax: 1_024,
  /** Keys that one session may have opened the feed to; the oldest goes. */
  feedKeysMax: 16,
  /** How far behind the highest count of a nonce another may come. */
  countWindow: 4_096,
  /** Commitments that one sealed.open asks for. */
  commitmentsMax: 10_000,
  /** Tables, and rows, that one change.revert may name. */
  revertedMax: 10_000,
  /** Rows that one row.blame asks for, and cells of them. */
  blameRowsMax: 1_000,
  blameCellsMax: 50_000,
  /** Stretches of time that one log.activity asks for. */
  bucketsMax: 1_000,
  /** Bytes of a request that is read whoever has sent it, more than any query needs; larger ones are administrators'. */
  strangerRequestBytesMax: 524_288,
  /** Requests or replies of one bundle, and bytes of all of them. */
  bundleTextsMax: 64,
  bundleBytesMax: 524_288,
  /** Entries of one log.read or row.history reply. */
  entriesMax: 10_000,
} as const;
