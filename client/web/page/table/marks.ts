/**
 * What colours a row besides the feed, such as a comparison of two moments: it is there only at the later one, only at the
 * earlier one, or at both with other cells in these columns.
 */
export type RowMark =
  | { readonly kind: 'entered' }
  | { readonly kind: 'left' }
  | { readonly kind: 'changed'; readonly columns: ReadonlySet<string> };

/**
 * By key. Given to TableGrid as `marks`, and shown until others are given; a new map for every change, as with any prop.
 * A row that has left is shown only when it is among the rows that the grid was given.
 */
export type Marks = ReadonlyMap<string, RowMark>;

export const noMarks: Marks = new Map();
