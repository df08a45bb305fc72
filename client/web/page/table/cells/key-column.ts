/** The column of keys that the server made; no column of a table has this name, as `_` is kept. */
export const keyColumn = '_key';
