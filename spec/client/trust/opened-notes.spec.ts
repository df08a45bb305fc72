import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { openNote } from '../../../client/trust/opened-notes.ts';
import { CheckpointSigner, originOf, parseVerifierKey } from '../../../proof/checkpoint.ts';
import { leafHash, ProofError } from '../../../proof/hash.ts';

const root = leafHash('an entry');

function signerOf(origin = originOf('a-life')) {
  const signer = new CheckpointSigner(generateKeyPairSync('ed25519').privateKey, origin);
  return { signer, key: parseVerifierKey(signer.verifierKey) };
}

test('P10 a checkpoint that was opened before opens for the same bytes and key only', () => {
  const { signer, key } = signerOf();
  const note = signer.sign({ size: 7, root });
  expect(openNote(note, key)).toEqual({ origin: originOf('a-life'), size: 7, root });
  expect(openNote(note, parseVerifierKey(signer.verifierKey))).toBe(openNote(note, key));
  expect(() => openNote(note, signerOf().key)).toThrow(ProofError);
  expect(() => openNote(note, { ...key, name: originOf('another-life') })).toThrow(ProofError);
  expect(() => openNote(note.replace('\n7\n', '\n8\n'), key)).toThrow(ProofError);
});

test('P8 few are remembered, and what is forgotten is verified again', () => {
  const { signer, key } = signerOf();
  const notes = Array.from({ length: 100 }, (_, size) => signer.sign({ size, root }));
  const first = openNote(notes[0] ?? '', key);
  for (const [size, note] of notes.entries()) expect(openNote(note, key).size).toBe(size);
  expect(openNote(notes[0] ?? '', key)).toEqual(first);
  expect(openNote(notes[0] ?? '', key)).not.toBe(first);
});
