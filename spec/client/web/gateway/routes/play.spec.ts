import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../../../../client/index.ts';
import { GatewayStand } from '../../../../support/gateway.ts';
import { gather } from '../../../../support/gather.ts';

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.start({ door: 'public' });
  const { admin } = stand;
  for (const name of ['one', 'two'])
    await admin.createTable({ name, key: 'id', columns: [{ name: 'id', type: 'integer' }] });
  await admin.batch([1, 2, 3].map((id) => ({ type: 'row.insert', table: 'one', row: { id } })));
  for (const table of ['one', 'two']) await admin.insert(table, { id: 4 });
  await admin.tag('then');
});
afterAll(() => stand.stop());

interface Frame {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: { state?: string; code?: string; entries?: Entry[] };
}

async function ask(query: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(`http://127.0.0.1:${stand.gateway.port}/api/play?${query}`, init);
}

/** The frames of an answer, until it ends or whoever reads leaves. */
async function* frames(query: string, init: RequestInit = {}): AsyncGenerator<Frame, void, undefined> {
  const { body } = await ask(query, init);
  let rest = '';
  for await (const text of (body as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const lines = new Map(part.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line] as const));
      const field = (name: string): string | undefined => lines.get(name)?.slice(name.length + 2);
      yield { id: field('id'), event: field('event') ?? '', data: JSON.parse(field('data') ?? '') as Frame['data'] };
    }
  }
}

const seqsOf = ({ data }: Frame): number[] => (data.entries ?? []).map(({ seq }) => seq);

async function seqs(query: string, init: RequestInit = {}): Promise<number[]> {
  const all: number[] = [];
  for await (const frame of frames(query, init)) all.push(...seqsOf(frame));
  return all;
}

describe('GET /api/play', () => {
  test('shows any stretch, of all tables or of one, and says that it was all', async () => {
    expect(await seqs('to=then&speed=max')).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await seqs('from=2&to=then&speed=max&table=one')).toEqual([3, 4, 5, 6]);
    const events = await gather(frames('from=6&to=7'));
    expect(events.map(({ event }) => event)).toEqual(['group', 'end']);
    expect(events.at(-1)?.data.code).toBe('done');
  });

  test('goes on behind the frame that was had last', async () => {
    const { epoch } = await stand.admin.status();
    const headers = { 'last-event-id': `5@${epoch}` };
    expect(await seqs('from=0&to=then&speed=max', { headers })).toEqual([6, 7]);
  });

  test('refuses what is no pace or point, and says where it cannot begin', async () => {
    for (const query of ['speed=0', 'speed=fast', 'gap_ms_max=-1', 'from=@'])
      expect((await ask(query)).status).toBe(400);
    const [frame] = await gather(frames('from=nowhere'));
    expect(frame).toMatchObject({ event: 'end', data: { code: 'tag_not_found' } });
    const [other] = await gather(frames('from=1@another'));
    expect(other).toMatchObject({ event: 'end', data: { code: 'wrong_epoch' } });
  });

  test('arrives in the present while that moves on, with every change once', async () => {
    const changes = 120;
    const { seq: before } = await stand.admin.status();
    const writing = (async () => {
      for (let id = 1; id <= changes; id += 1) await stand.admin.insert('two', { id: 1_000 + id });
    })();
    const leaving = new AbortController();
    const shown: number[] = [];
    const states: string[] = [];
    try {
      for await (const frame of frames('speed=max', { signal: leaving.signal })) {
        shown.push(...seqsOf(frame));
        if (frame.data.state !== undefined) states.push(frame.data.state);
        if (shown.length >= before + changes) break;
      }
    } finally {
      await writing;
    }
    leaving.abort();
    expect(shown).toEqual(Array.from({ length: before + changes }, (_, n) => n + 1));
    expect(states).toContain('live');
  });

  test('waits as long as it is told to, and no longer than the longest wait', async () => {
    const begin = performance.now();
    await seqs('from=5&to=7&speed=0.000001&gap_ms_max=200');
    expect(performance.now() - begin).toBeGreaterThan(190);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
