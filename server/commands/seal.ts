import { randomBytes } from 'node:crypto';
import { commitmentOf, hashBytes } from '../../proof/hash.ts';
import type { Seal } from '../domain/sealing.ts';

/** Commits to a value under a salt of its own, so that equal values do not look equal. */
export const seal: Seal = (value) => {
  const salt = randomBytes(hashBytes);
  return { commitment: commitmentOf(salt, value), salt: salt.toString('hex') };
};
