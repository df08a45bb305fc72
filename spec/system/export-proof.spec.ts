import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type FileFormat, type FileReport, type Ledger, verifyFile } from '../../client/index.ts';
import { CheckpointSigner, originOf } from '../../proof/checkpoint.ts';
import { fromBase64 } from '../../proof/hash.ts';
import { Dice } from '../client/random.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { scale } from '../support/scale.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
let bob: Person;
let folder: string;
const formats = ['csv', 'json', 'ndjson'] as const satisfies FileFormat[];
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  bob = await Person.at(server.address);
  folder = await mkdtemp(join(tmpdir(), 'rowcast-proof-'));
  await admin.login(administrator.name, administrator.password);
  const columns = [
    { name: 'id', type: 'integer' as const },
    { name: 'name', type: 'text' as const },
    { name: 'ssn', type: 'text' as const, sealed: true as const },
  ];
  // A table of the same name before it, and another one between its changes.
  for (const name of ['people', 'other']) await admin.createTable({ name, key: 'id', columns });
  await admin.dropTable('people');
  await admin.createTable({ name: 'people', key: 'id', columns });
  for (let id = 0; id < 20; id += 1) {
    await admin.insert('people', { id, name: `=Person ${id} \u2028 "quoted"`, ssn: `s${id}` });
    await admin.insert('other', { id });
  }
  await admin.update('people', '3', { name: 'Three' });
  await admin.delete('people', '4');
  await admin.erase('people', '5', { why: 'asked for it' });
  await admin.tag('then');
  await admin.alterTable('people', [
    { do: 'rename', column: 'name', to: 'called' },
    { do: 'add', column: { name: 'level', type: 'integer', default: 1 } },
    { do: 'rules', column: 'level', set: { default: null } },
    { do: 'retype', column: 'level', to: 'text' },
  ]);
  await admin.update('people', '6', { called: 'Six' });
  await admin.alterTable('people', [{ do: 'add', column: { name: 'note', type: 'text' } }]);
  await admin.insert('other', { id: 99 });
});
afterAll(async () => {
  await Promise.all([admin.close(), bob.remove()]);
  await server.stop();
  await ledger.drop();
  await rm(folder, { recursive: true });
});

/** Verifies a file of this text by this proof: what was shown, or `tampered`. */
async function verdict(text: string | Buffer, proof: string | Buffer): Promise<FileReport | 'tampered'> {
  await writeFile(at('try'), text);
  await writeFile(at('try.proof'), proof);
  try {
    return await verifyFile(at('try'));
  } catch (error) {
    expect(error).toMatchObject({ code: 'tampered' });
    return 'tampered';
  }
}

describe('P10 an export with its proof', () => {
  test.each(formats)(
    'of a table as %s is verified without the server: then, now, and what a query chose',
    async (format) => {
      const asked = [
        [{}, 19],
        [{ asOf: { tag: 'then' } }, 19],
        [{ asOf: { seq: 4 } }, 0],
        [{ filter: [{ column: 'called', is: 'eq', value: 'Six' }] }, 1],
        [{ sort: [{ column: 'called', descending: true }], rowsMax: 7 }, 7],
        [{ search: 'person 1', ...(format === 'csv' && { escapeFormulas: true }) }, 11],
      ] as const;
      for (const [query, records] of asked) {
        const saved = await admin
          .exportTable('people', { format, ...structuredClone(query) } as never)
          .save(at('t'), { proof: true });
        const report = await verifyFile(at('t'));
        expect(report).toMatchObject({ ...saved, records, key: 'unknown', complete: false });
        expect(report.entries).toBe(records + ('asOf' in query ? 1 : 3));
        expect(await readFile(at('t.proof'), 'utf8')).not.toContain('"s1"');
      }
    },
  );

  test('of the log is complete: all of it, any stretch, and of one table as far as it goes', async () => {
    for (const format of ['json', 'ndjson'] as const) {
      const all = await admin.exportLog({ format }).save(at('l'), { proof: true });
      await expect(verifyFile(at('l'), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
      expect(await verifyFile(at('l'))).toMatchObject({ ...all, complete: true, entries: all.cursor.seq });
      await admin.exportLog({ format, from: { seq: 5 }, to: { tag: 'then' } }).save(at('l'), { proof: true });
      expect(await verifyFile(at('l'))).toMatchObject({ complete: true, what: { first: 6 } });
      const some = await admin.exportLog({ format, table: 'other', from: { seq: 5 } }).save(at('l'), { proof: true });
      expect(await verifyFile(at('l'))).toMatchObject({ complete: false, records: some.records, entries: 21 });
    }
    await expect(admin.exportLog({ format: 'csv' }).save(at('no'), { proof: true })).rejects.toMatchObject({
      code: 'bad_request',
    });
    await expect(
      admin.exportTable('people', { format: 'csv', open: true }).save(at('no'), { proof: true }),
    ).rejects.toMatchObject({ code: 'bad_request' });
    expect((await readdir(folder)).filter((name) => name.includes('no'))).toEqual([]);
  });

  test('is refused when a byte of the file, or of the proof behind its first line, is another', async () => {
    const dice = new Dice(20_261_125);
    const exports = [
      admin.exportTable('people', { format: 'csv' }),
      admin.exportLog({ format: 'ndjson', table: 'other' }),
    ];
    for (const exported of exports) {
      await exported.save(at('f'), { proof: true });
      const [file, proof] = [await readFile(at('f')), await readFile(at('f.proof'))];
      const body = proof.indexOf('\n') + 1;
      for (let times = 0; times < scale(25, 1_000); times += 1) {
        const [inFile, inProof] = [
          Math.floor(dice.next() * file.length),
          body + Math.floor(dice.next() * (proof.length - body)),
        ];
        const flip = (bytes: Buffer, place: number): Buffer => bytes.fill((bytes[place] ?? 0) ^ 1, place, place + 1);
        expect(await verdict(flip(Buffer.from(file), inFile), proof), `byte ${inFile}`).toBe('tampered');
        expect(await verdict(file, flip(Buffer.from(proof), inProof)), `byte ${inProof} of the proof`).toBe('tampered');
      }
    }
  });

  test('is refused when anything that the proof says was changed, cut off or signed by somebody else', async () => {
    await admin.exportTable('people', { format: 'ndjson', asOf: { tag: 'then' } }).save(at('f'), { proof: true });
    const [file, proof] = [await readFile(at('f'), 'utf8'), await readFile(at('f.proof'), 'utf8')];
    const [first = '', ...lines] = proof.trimEnd().split('\n');
    const header = JSON.parse(first) as {
      verifier: string;
      checkpoint: string;
      cursor: string;
      file: { records: number };
    };
    const [seq, epoch = ''] = header.cursor.split('@');
    const again = (changed: object, rest = lines): string =>
      [JSON.stringify({ ...header, ...changed }), ...rest].map((line) => `${line}\n`).join('');
    expect(await verdict(file, again({}))).toMatchObject({ records: 19 });

    const [, , size, root = ''] = /^(.*)\n(\d+)\n(.*)\n/.exec(header.checkpoint) ?? [];
    const stranger = new CheckpointSigner(generateKeyPairSync('ed25519').privateKey, originOf(epoch));
    const forged = stranger.sign({ size: Number(size), root: fromBase64(root) });
    const rows = file.split('\n');
    const cases: Record<string, [string, string]> = {
      'a line less': [rows.slice(1).join('\n'), again({})],
      'a line more': [`${file}{}\n`, again({})],
      'two lines in another order': [[rows[1], rows[0], ...rows.slice(2)].join('\n'), again({})],
      'a point before its rows': [file, again({ cursor: `${Number(seq) - 10}@${epoch}` })],
      'a point that was not signed': [file, again({ cursor: `9999@${epoch}` })],
      'another ledger': [file, again({ cursor: `${seq}@another` })],
      'a signature by another key': [file, again({ checkpoint: forged })],
      'another size': [
        file,
        again({ checkpoint: header.checkpoint.replace(`\n${size}\n`, `\n${Number(size) - 1}\n`) }),
      ],
      'another number of records': [file, again({ file: { ...header.file, records: 20 } })],
      'other columns': [
        file,
        again({
          what: {
            kind: 'table',
            definition: { name: 'people', key: 'id', columns: [{ name: 'id', type: 'integer' }] },
          },
        }),
      ],
      'a filter that it does not match': [
        file,
        again({ what: { ...JSON.parse(first).what, filter: [{ column: 'id', is: 'gt', value: 5 }] } }),
      ],
      'a proof that is cut off': [file, again({}, lines.slice(0, -1))],
      'a proof that goes on': [file, `${again({})}\n`],
      'no proof at all': [file, 'something else'],
    };
    for (const [name, [text, changed]] of Object.entries(cases))
      expect(await verdict(text, changed), name).toBe('tampered');

    // Whoever signs all of it with a key of their own is only told from the right one by the key.
    const whole = again({ checkpoint: forged, verifier: stranger.verifierKey });
    expect(await verdict(file, whole)).toMatchObject({ key: 'unknown', verifier: stranger.verifierKey });
    await expect(verifyFile(at('try'), { key: header.verifier })).rejects.toMatchObject({ code: 'tampered' });
    expect(await verifyFile(at('f'), { key: header.verifier })).toMatchObject({ key: 'given' });
  });
});

describe('rowcast verify FILE', () => {
  test('says what is shown and what is not, and knows the key of a ledger that it has met', async () => {
    const file = at('people.csv');
    const { exit, err } = await bob.run(['export', 'people', '--out', file, '--proof']);
    expect({ exit, err }).toEqual({ exit: 0, err: expect.stringContaining(`npx rowcast verify ${file}`) });
    const printed = await bob.done(['verify', file]);
    expect(printed).toMatch(/^file +table people, 19 records, [\d,]+ bytes, as of #\d+\n/);
    expect(printed).toMatch(/^key +the one that this program knows/m);
    expect(printed).toMatch(/^not shown +that no row was left out/m);
    expect(await bob.lines(['verify', file])).toMatchObject([
      { verified: true, key: 'known', records: 19, complete: false },
    ]);
    const stranger = await Person.at('rowcast://127.0.0.1:1?feed=2');
    expect(await stranger.done(['verify', file])).toMatch(/^key +not known here: ask the operator/m);

    await writeFile(file, (await readFile(file, 'utf8')).replace('Three', 'Threw'));
    expect(await bob.refusal(['verify', file])).toMatchObject({
      code: 'tampered',
      exit: 7,
      message: expect.stringContaining('line 15'),
    });
    await rm(`${file}.proof`);
    expect(await stranger.refusal(['verify', file])).toMatchObject({
      exit: 1,
      next: expect.stringContaining('--proof'),
    });
    expect(await bob.refusal(['verify', '--key', 'x'])).toMatchObject({ exit: 2 });
    expect(await bob.refusal(['export', 'people', '--proof'])).toMatchObject({ exit: 2 });
    await stranger.remove();
  });
});
