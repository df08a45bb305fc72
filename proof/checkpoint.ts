import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { fromBase64, type Hash, hashBytes, ProofError, toBase64 } from './hash.ts';

/** The log as it was at one moment: how many entries, and the root of the tree over them. */
export interface Checkpoint {
  /** Which log: {@link originOf} its epoch. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** A log is one life of a ledger: another epoch is another log. */
export function originOf(epoch: string): string {
  return `rowcast/${epoch}`;
}

/** Ed25519 in a signed note (C2SP signed-note). */
const algorithm = 1;
const keyIdBytes = 4;
const signatureBytes = 64;

/** Signs checkpoints as signed notes in the form of C2SP tlog-checkpoint. The key bears the name of the log. */
export class CheckpointSigner {
  readonly #key: KeyObject;
  readonly #origin: string;
  readonly #publicKey: Buffer;

  /** @param key a private Ed25519 key */
  constructor(key: KeyObject, origin: string) {
    this.#key = key;
    this.#origin = origin;
    this.#publicKey = rawPublicKey(createPublicKey(key));
  }

  /** What verifies the signatures, in the form of signed notes: `NAME+ID+KEY`. */
  get verifierKey(): string {
    const id = keyId(this.#origin, this.#publicKey).toString('hex');
    return `${this.#origin}+${id}+${Buffer.concat([Buffer.of(algorithm), this.#publicKey]).toString('base64')}`;
  }

  sign({ size, root }: Omit<Checkpoint, 'origin'>): string {
    const text = `${this.#origin}\n${size}\n${toBase64(root)}\n`;
    const signature = Buffer.concat([keyId(this.#origin, this.#publicKey), sign(null, Buffer.from(text), this.#key)]);
    return `${text}\n— ${this.#origin} ${signature.toString('base64')}\n`;
  }
}

/** A public key and the name that it signs under. */
export interface VerifierKey {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Buffer;
}

/** Reads `NAME+ID+KEY`. @throws ProofError when it is none, or its id is not that of its key */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const publicKey = bytes.subarray(1);
  if (bytes[0] !== algorithm || publicKey.length !== hashBytes || keyId(name, publicKey).toString('hex') !== id) {
    throw new ProofError(`${JSON.stringify(text.slice(0, 120))} is no verifier key of an Ed25519 signature`);
  }
  return { name, publicKey };
}

const notePattern = /^((\S+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*)\n((?:— [^\n]+\n)+)$/;

/** Reads a checkpoint and verifies its signature. @throws ProofError when it is none, or nobody with that key signed it */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const [, text, origin, size, root, signatures] = notePattern.exec(note) ?? [];
  if (text === undefined || origin === undefined || root === undefined || signatures === undefined) {
    throw new ProofError('the checkpoint is not in the form of C2SP tlog-checkpoint');
  }
  if (origin !== key.name) throw new ProofError(`the checkpoint is of ${origin}, the key of ${key.name}`);
  if (!signatures.split('\n').some((line) => isSignedBy(line, text, key))) {
    throw new ProofError(`the checkpoint of ${size} entries is not signed by the key ${showKey(key)}`);
  }
  const entries = Number(size);
  if (!Number.isSafeInteger(entries)) throw new ProofError('the size of the checkpoint is no number');
  return { origin, size: entries, root: fromBase64(root) };
}

function isSignedBy(line: string, text: string, { name, publicKey }: VerifierKey): boolean {
  const [, signer, encoded = ''] = /^— (\S+) (\S+)$/.exec(line) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (signer !== name || bytes.length !== keyIdBytes + signatureBytes) return false;
  if (!bytes.subarray(0, keyIdBytes).equals(keyId(name, publicKey))) return false;
  return verify(null, Buffer.from(text), toKeyObject(publicKey), bytes.subarray(keyIdBytes));
}

/** A key for people: its first bytes. */
function showKey({ publicKey }: VerifierKey): string {
  return publicKey.toString('base64').slice(0, 12);
}

function keyId(name: string, publicKey: Buffer): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(algorithm))
    .update(publicKey)
    .digest()
    .subarray(0, keyIdBytes);
}

/** What stands ahead of the 32 bytes of an Ed25519 key in DER (RFC 8410). */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex');

function toKeyObject(publicKey: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([derPrefix, publicKey]), format: 'der', type: 'spki' });
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(derPrefix.length);
}
