import { hash } from 'node:crypto';

/** A SHA-256 in lower-case hexadecimal: 64 characters. */
export type Hash = string;

/** Bytes of a hash. */
export const hashBytes = 32;

/** The root of the tree without leaves: the hash of nothing (RFC 6962, 2.1). */
export const emptyRoot: Hash = hash('sha256', '', 'hex');

/** The leaf of an entry: SHA-256(0x00 ‖ its UTF-8 bytes). The prefix keeps a leaf from being taken for a node. */
export function leafHash(entry: string): Hash {
  if (bytesMaxOf(entry) >= leaf.length) return hash('sha256', `\0${entry}`, 'hex');
  const end = 1 + leaf.write(entry, 1);
  leafOfBytes[end] ??= leaf.subarray(0, end);
  return hash('sha256', leafOfBytes[end], 'hex');
}

/** What leaves are hashed from: one buffer for all that fit, as a text of its own for each is much garbage. */
const leaf = Buffer.alloc(16_384);
/** Its beginnings by their length, of which a log has few. */
const leafOfBytes: Uint8Array[] = [];
const bytesMaxOf = ({ length }: string): number => 3 * length;

/** What a node is hashed from. One buffer for all of them, as most of the time would go into making new ones. */
const children = Buffer.alloc(1 + 2 * hashBytes, 1);

/** The node above two others: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  children.write(left, 1, 'hex');
  children.write(right, 1 + hashBytes, 'hex');
  return hash('sha256', children, 'hex');
}

const commitmentPrefix = Buffer.of(2);

/**
 * The commitment to a sealed cell: SHA-256(0x02 ‖ salt ‖ the cell's JSON text in UTF-8), in base64url, 43 characters.
 * The prefix keeps it from being taken for a leaf or a node, the salt from being guessed.
 */
export function commitmentOf(salt: Uint8Array, value: string): string {
  return hash('sha256', Buffer.concat([commitmentPrefix, salt, Buffer.from(value)]), 'base64url');
}

/** On the wire and in checkpoints hashes are base64, as C2SP writes them: 44 characters. */
export function toBase64(hash: Hash): string {
  return Buffer.from(hash, 'hex').toString('base64');
}

/** @throws ProofError when the text is not the base64 of a hash */
export function fromBase64(text: string): Hash {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== hashBytes || bytes.toString('base64') !== text) {
    throw new ProofError(`${JSON.stringify(text.slice(0, 60))} is not the base64 of a hash`);
  }
  return bytes.toString('hex');
}

/** Something that was to be proven does not hold, or is no proof at all. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
}
