import { type Checkpoint, openCheckpoint, type VerifierKey } from '../../proof/checkpoint.ts';

/** Checkpoints that are remembered: of each server that this process speaks to, the last few. */
const notesMax = 64;
const opened = new Map<string, Checkpoint>();

/**
 * Opens a checkpoint like {@link openCheckpoint}. A signature over the same bytes by the same key is verified once in a
 * process: a head comes to every watch, and all of them bear the same checkpoint. @throws ProofError
 */
export function openNote(note: string, key: VerifierKey): Checkpoint {
  // A name has no space and base64 neither, so that no other key and note read the same.
  const id = `${key.name} ${key.publicKey.toString('base64')} ${note}`;
  const known = opened.get(id);
  if (known !== undefined) return known;
  const checkpoint = openCheckpoint(note, key);
  opened.set(id, checkpoint);
  const [oldest] = opened.keys();
  if (opened.size > notesMax && oldest !== undefined) opened.delete(oldest);
  return checkpoint;
}
