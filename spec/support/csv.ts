/**
 * Reads CSV as RFC 4180 has it and nothing more, with what it leaves open settled as exports do: an empty field is null,
 * and one of two quotes the empty text. A second opinion on what was written.
 */
export function readCsv(text: string): (string | null)[][] {
  const records: (string | null)[][] = [];
  let record: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const isQuoted = text[at] === '"';
    const [field, end] = isQuoted ? readQuoted(text, at) : readPlain(text, at);
    record.push(isQuoted || field !== '' ? field : null);
    if (text[end] === '\n') {
      records.push(record);
      record = [];
    } else if (text[end] !== ',') throw new Error(`neither comma nor line end at ${end}`);
    at = end + 1;
    if (text[end] === ',' && at === text.length) throw new Error('the last line is cut off');
  }
  return records;
}

function readPlain(text: string, start: number): [field: string, end: number] {
  let end = start;
  while (end < text.length && !',\n'.includes(text[end] ?? '')) end += 1;
  const field = text.slice(start, end);
  if (/["\r]/.test(field)) throw new Error(`a field that needs quotes has none: ${JSON.stringify(field)}`);
  return [field, end];
}

function readQuoted(text: string, start: number): [field: string, end: number] {
  let field = '';
  for (let at = start + 1; ; at += 1) {
    if (at >= text.length) throw new Error('a quote is never closed');
    if (text[at] !== '"') field += text[at];
    else if (text[at + 1] === '"') {
      field += '"';
      at += 1;
    } else return [field, at + 1];
  }
}
