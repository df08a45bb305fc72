import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { endLineSchema, isRowEntry, rowEntrySchema, tableEntrySchema } from '../../protocol/entry.ts';
import {
  decodeWelcome,
  feedHeaderSchema,
  headMessageSchema,
  headTopic,
  tableOfTopic,
  tableTopic,
} from '../../protocol/feed.ts';
import { parseJson } from '../../protocol/json.ts';
import { replyEnvelopeSchema, replySchemas } from '../../protocol/replies.ts';
import { envelopeSchema, isRequestType, requestSchemas, requestTypes } from '../../protocol/requests.ts';
import { parseToken } from '../../protocol/token.ts';
import { docBlocks } from '../support/doc-page.ts';

/**
 * Frames that version 1 has sent, recorded once from a server and kept: whatever the code becomes, a server of version
 * 1 understands these requests, and a client of version 1 these replies, entries and feed messages. Lines are only
 * added here; who has to change one has broken the protocol. Only their tokens were made anew, when what a token proves
 * was changed with 0.4.0: all are of the session that the golden login opens.
 */
function golden(name: string): string[] {
  const text = readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');
  return text.trimEnd().split('\n');
}

const requests = golden('v1-requests.jsonl').map((frame) => {
  const { v: _v, id: _id, token: _token, dryRun: _dryRun, ...body } = parseJson(frame) as Record<string, unknown>;
  return { frame, type: String(body.type), body };
});

const replies = golden('v1-replies.txt').map((line) => {
  const space = line.indexOf(' ');
  return { type: line.slice(0, space), frame: line.slice(space + 1) };
});

describe('golden requests of version 1 are understood', () => {
  test.each(requests)('$frame', ({ frame, type, body }) => {
    expect(envelopeSchema.safeParse(parseJson(frame)).error).toBeUndefined();
    if (!isRequestType(type)) expect.fail(`${type} is no request any more`);
    // Nothing is dropped and nothing is filled in: what was asked for is what the server acts on.
    expect(requestSchemas[type].parse(body)).toEqual(body);
  });

  test('each type is among them', () => {
    expect(requestTypes.filter((type) => !requests.some((request) => request.type === type))).toEqual([]);
  });
});

describe('every token proves its request, by the secret that the golden login gave', () => {
  const login = replies.find(({ type, frame }) => type === 'session.login' && frame.includes('"secret"'));
  const { session, secret } = JSON.parse(login?.frame ?? '{}') as { readonly session: string; readonly secret: string };
  const frames = [
    ...requests.map(({ frame }) => frame),
    // On one line, as they went over the wire.
    ...docBlocks('PROTOCOL.md').map(({ text }) => text.trimEnd().replace(/\n ?/g, '')),
  ].filter((frame) => frame.includes('"token":"'));

  test.each(frames)('%s', (frame) => {
    const [, proven = '', text = ''] = /^(.*),"token":"([^"]*)"\}$/.exec(frame) ?? [];
    expect(parseToken(text)).toMatchObject({ session });
    const [head, proof] = [text.slice(0, text.lastIndexOf('.') + 1), text.slice(text.lastIndexOf('.') + 1)];
    const key = Buffer.from(secret, 'base64url');
    expect(
      createHmac('sha256', key)
        .update(head + proven)
        .digest('base64url'),
    ).toBe(proof);
  });

  test('they are in the document and in the recording', () => {
    expect(frames.length).toBeGreaterThan(40);
    expect(JSON.parse(frames.at(-1) ?? '{}')).toMatchObject({ type: 'sealed.open' });
  });
});

describe('golden replies of version 1 are understood', () => {
  test.each(replies)('$type: $frame', ({ type, frame }) => {
    const reply = replyEnvelopeSchema.parse(parseJson(frame));
    if (!isRequestType(type)) expect.fail(`${type} is no request any more`);
    if (!reply.ok) return;
    const { v: _v, id: _id, ok: _ok, ...body } = reply;
    expect(replySchemas[type].parse(body)).toEqual(body);
  });

  test('each type was granted, and refusals are among them', () => {
    const granted = new Set(replies.filter(({ frame }) => frame.includes('"ok":true')).map(({ type }) => type));
    expect(requestTypes.filter((type) => !granted.has(type))).toEqual([]);
    for (const code of ['version_conflict', 'invalid', 'ahead_of_server', 'login_required']) {
      expect(replies.some(({ frame }) => frame.includes(`"error":{"code":"${code}"`))).toBe(true);
    }
  });
});

describe('golden entries of version 1 are understood', () => {
  const entries = golden('v1-entries.jsonl');

  test.each(entries.slice(0, -1))('%s', (line) => {
    const entry = parseJson(line) as { op: string };
    const schema = isRowEntry(entry as never) ? rowEntrySchema : tableEntrySchema;
    expect(schema.parse(entry)).toEqual(entry);
  });

  test('every kind of change is among them, and an end line', () => {
    const ops = entries.slice(0, -1).map((line) => (JSON.parse(line) as { op: string }).op);
    expect(new Set(ops)).toEqual(new Set(['create', 'alter', 'drop', 'insert', 'update', 'delete', 'erase']));
    expect(endLineSchema.parse(parseJson(entries.at(-1) ?? ''))).toEqual({ end: { count: 10, last: 10 } });
  });
});

describe('golden feed messages of version 1 are understood', () => {
  const messages = golden('v1-feed.jsonl').map((line) => JSON.parse(line) as [string, string?, string?]);

  test.each(messages)('%s %s', (topic, header, lines) => {
    if (header === undefined) {
      expect(decodeWelcome(topic)).toMatchObject({ seq: 0, tables: {} });
    } else if (topic === headTopic) {
      expect(headMessageSchema.parse(parseJson(header))).toEqual(parseJson(header));
    } else {
      const parsed = feedHeaderSchema.parse(parseJson(header));
      expect(parsed).toEqual(parseJson(header));
      expect(tableTopic(tableOfTopic(topic) ?? '')).toBe(topic);
      if (parsed.omitted === undefined) expect(lines?.split('\n')).toHaveLength(parsed.count);
    }
  });
});

test('a topic holds its table and matches no other table by its beginning', () => {
  expect(tableTopic('rates').startsWith(tableTopic('rate'))).toBe(false);
  expect(tableOfTopic(tableTopic('größe'))).toBe('größe');
  expect([tableOfTopic('head'), tableOfTopic('table/x'), tableOfTopic('tables/x/')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
