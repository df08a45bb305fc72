import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CheckpointSigner, openCheckpoint, originOf, parseVerifierKey } from '../../proof/checkpoint.ts';
import { leafHash, ProofError } from '../../proof/hash.ts';

const origin = originOf('V1StGXR8_Z5jdHi6B-myT');
const signer = new CheckpointSigner(generateKeyPairSync('ed25519').privateKey, origin);
const key = parseVerifierKey(signer.verifierKey);
const root = leafHash('an entry');
const note = signer.sign({ size: 1042, root });

describe('P10 a checkpoint', () => {
  test('P10 comes back as it was signed', () => {
    expect(openCheckpoint(note, key)).toEqual({ origin, size: 1042, root });
  });

  test('P10 has the form of C2SP tlog-checkpoint', () => {
    const lines = note.split('\n');
    expect(lines.slice(0, 2)).toEqual([origin, '1042']);
    expect(Buffer.from(lines[2] ?? '', 'base64').toString('hex')).toBe(root);
    expect(lines[3]).toBe('');
    expect(lines[4]).toMatch(new RegExp(`^— ${origin} [A-Za-z0-9+/]+={0,2}$`));
    expect(lines.slice(5)).toEqual(['']);
  });

  test('P10 with extension lines and signatures of others is read all the same', () => {
    const [text = '', signature = ''] = note.split('\n\n');
    const cosigned = `${text}\n\n— witness.example/w AAAAAAAA\n${signature}`;
    expect(openCheckpoint(cosigned, key).size).toBe(1042);
  });

  test.each([
    ['a byte of the text', (text: string) => text.replace('1042', '1043')],
    [
      'its root',
      (text: string) => text.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${Buffer.alloc(32).toString('base64')}\n`),
    ],
    ['its origin', (text: string) => text.replaceAll(origin, 'rowcast/other')],
    [
      'its signature',
      (text: string) =>
        text.replace(/(.)(=*)\n$/, (_all, last: string, pad: string) => `${last === 'A' ? 'Q' : 'A'}${pad}\n`),
    ],
    ['a leading zero in its size', (text: string) => text.replace('\n1042', '\n01042')],
    ['no signature', (text: string) => text.slice(0, text.indexOf('—'))],
    ['cut', (text: string) => text.slice(0, -1)],
    ['nothing', () => ''],
    ['something else', () => 'hello\n'],
  ])('P10 with %s changed is refused', (_what, spoil) => {
    expect(spoil(note)).not.toBe(note);
    expect(() => openCheckpoint(spoil(note), key)).toThrow(ProofError);
  });

  test('P10 of another key under the same name is refused', () => {
    const other = new CheckpointSigner(generateKeyPairSync('ed25519').privateKey, origin);
    expect(() => openCheckpoint(other.sign({ size: 1042, root }), key)).toThrow(/is not signed by the key/);
  });

  test('a verifier key whose id is not that of its key is refused', () => {
    expect(() => parseVerifierKey(signer.verifierKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toThrow(ProofError);
    expect(() => parseVerifierKey('rowcast')).toThrow(ProofError);
  });

  test('a key is the same whoever reads it', () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    const [one, two] = [pem, pem].map((text) => new CheckpointSigner(createPrivateKey(text), origin).verifierKey);
    expect(one).toBe(two);
  });
});
