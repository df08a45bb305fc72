/**
 * How one kind of thing looks in every format. Rows and entries of the log have theirs; whatever else is to be exported
 * (a diff) brings its own, and the formats need not know of it.
 */
export interface RecordShape<Item> {
  /** Names of the fields: the first line of a CSV. */
  readonly columns: readonly string[];
  /** The fields of a CSV: null where there is nothing, which is another thing than an empty text. */
  fields(item: Item): readonly (string | null)[];
  /** One JSON text, without a line end. */
  json(item: Item): string;
}
