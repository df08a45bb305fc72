import { toBase64 } from '../../../proof/hash.ts';
import { type Cursor, formatCursor } from '../../../protocol/cursor.ts';
import type { ExportSummary } from '../export.ts';
import type { RenderOptions } from '../renderer.ts';
import type { Proof } from './prover.ts';
import type { ExportedWhat, SidecarHeader } from './sidecar.ts';

export interface SidecarParts {
  readonly what: ExportedWhat;
  readonly cursor: Cursor;
  readonly summary: ExportSummary;
  readonly options: RenderOptions;
  readonly proof: Proof;
}

/** Lines that are written at once. */
const linesOfText = 1_000;

/** The text of a sidecar, part by part. */
export function* sidecarTexts(parts: SidecarParts): Generator<string, void, undefined> {
  const { table, entries, hashes } = parts.proof;
  yield `${JSON.stringify(headerOf(parts))}\n`;
  for (const lines of [table, entries, hashes.map(toBase64)]) {
    for (let at = 0; at < lines.length; at += linesOfText) yield `${lines.slice(at, at + linesOfText).join('\n')}\n`;
  }
}

function headerOf({ what, cursor, summary, options, proof }: SidecarParts): SidecarHeader {
  const { format, escapeFormulas } = options;
  const { records, bytes, sha256 } = summary;
  return {
    rowcast: 'export proof',
    v: 1,
    file: { format, ...(escapeFormulas === true && { escapeFormulas }), records, bytes, sha256 },
    what,
    cursor: formatCursor(cursor),
    checkpoint: proof.checkpoint,
    verifier: proof.verifier,
    lines: { table: proof.table.length, entries: proof.entries.length, hashes: proof.hashes.length },
  };
}
