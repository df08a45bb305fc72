import { describe, expect, test } from 'vitest';
import { errorCodes, errorSchema } from '../../protocol/errors.ts';
import { replySchemas } from '../../protocol/replies.ts';
import {
  envelopeSchema,
  isRequestType,
  protocolVersion,
  requestSchemas,
  requestTypes,
} from '../../protocol/requests.ts';
import { protocolHash } from './schemas.ts';

/** Of version 1. */
const pinned = { version: 1, hash: '2aac280de51afce962ea02206d40d1d97a09671fdb549230d1b0bf7928d39754' } as const;

test('the protocol is what its version says: a hash pins every schema', () => {
  const message = `The schemas in protocol/ are not those that version ${pinned.version} was pinned to.
If a client of today would misread or miss something: bump protocolVersion in protocol/requests.ts, keep the golden
frames of the old version (spec/protocol/golden) and say in docs/PROTOCOL.md what has changed.
If nothing on the wire changes for it (an optional field more, a wider limit): describe it in docs/PROTOCOL.md, add a
golden frame, and put the new hash into spec/protocol/requests.spec.ts on purpose.`;
  expect({ version: protocolVersion, hash: protocolHash() }, message).toEqual(pinned);
});

test('every type of request has a reply, and there is no other', () => {
  expect(new Set(Object.keys(replySchemas))).toEqual(new Set(requestTypes));
  for (const type of requestTypes) expect(requestSchemas[type].shape.type.value).toBe(type);
});

describe('a type', () => {
  test.each(['toString', '__proto__', 'constructor', 'ROW.GET', 'row.get ', ''])('%j is none (W2)', (type) => {
    expect(isRequestType(type)).toBe(false);
  });
});

describe('the envelope', () => {
  const envelope = { v: protocolVersion, id: 'V1StGXR8_Z5jdHi6B-myT', type: 'table.list' };

  test('is taken with a token and without', () => {
    expect(envelopeSchema.parse(envelope)).toEqual(envelope);
    expect(envelopeSchema.parse({ ...envelope, token: 't' })).toMatchObject({ token: 't' });
    expect(envelopeSchema.parse({ ...envelope, dryRun: true })).toMatchObject({ dryRun: true });
  });

  test.each([
    ['an id of 7 characters', { id: '1234567' }],
    ['an id of 65 characters', { id: 'x'.repeat(65) }],
    ['an id with a space', { id: '1234 5678' }],
    ['an id that ends with a line feed', { id: '12345678\n' }],
    ['an id that is a number', { id: 12_345_678 }],
    ['another version', { v: 2 }],
    ['a version as text', { v: '1' }],
    ['a token too long (P8)', { token: 'x'.repeat(257) }],
    ['a token that is null', { token: null }],
    ['a dry run that is none', { dryRun: false }],
    ['a type that is no text', { type: 5 }],
  ])('is refused with %s', (_, part) => {
    expect(envelopeSchema.safeParse({ ...envelope, ...part }).success).toBe(false);
  });
});

describe('a field that no request has is refused, and not passed over in silence (P11)', () => {
  test.each(requestTypes)('%s', (type) => {
    const { error } = requestSchemas[type].safeParse({ type, expct: 'absent' });
    expect(error?.issues.map(({ code }) => code)).toContain('unrecognized_keys');
  });
});

test('S17 expect is any, absent, present, a version or a seq, and nothing else', () => {
  const accepts = (expected: unknown): boolean =>
    requestSchemas['row.update'].safeParse({ type: 'row.update', table: 't', key: 'k', row: {}, expect: expected })
      .success;
  for (const good of ['any', 'absent', 'present', { version: 1 }, { seq: 1 }]) expect(accepts(good)).toBe(true);
  for (const bad of [
    'none',
    1,
    null,
    {},
    { version: 0 },
    { seq: 0 },
    { version: 1.5 },
    { version: 1, seq: 1 },
    { version: '1' },
  ]) {
    expect(accepts(bad)).toBe(false);
  }
});

test('error codes are a closed list, without repetition', () => {
  expect(new Set(errorCodes).size).toBe(errorCodes.length);
  expect(errorSchema.safeParse({ code: 'teapot', message: '' }).success).toBe(false);
});
