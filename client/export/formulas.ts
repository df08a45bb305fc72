/** What spreadsheets take for a formula, wide forms of the signs included; blanks ahead of it do not help. */
const formula = /^(?:\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])/u;
/** A number with a sign is a number. */
const number = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A field that no spreadsheet runs: with a `'` ahead, which says "this is text", where it would. */
export function harmless(field: string | null): string | null {
  return field !== null && formula.test(field) && !number.test(field) ? `'${field}` : field;
}
