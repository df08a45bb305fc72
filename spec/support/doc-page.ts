import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, type Ledger } from '../../client/index.ts';
import { createLedger, type TestLedger } from './ledger.ts';
import { Person } from './program.ts';
import { administrator, startTestServer, type TestServer } from './server.ts';

/** A code block of a page: what stands behind the ```, and what is in it. */
export interface DocBlock {
  readonly kind: string;
  /** The second word behind the ```. */
  readonly name: string;
  readonly text: string;
}

/** The code blocks of a page of docs/, in order. */
export function docBlocks(page: string): DocBlock[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(\S*) ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', name = '', block = '']) => ({
    kind,
    name,
    text: block,
  }));
}

export interface DocExample {
  readonly code: string;
  /** Where it runs. */
  readonly folder: string;
  /** Names that the page leaves open. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** Runs an example in code as its reader would, in a process of its own. */
export async function runExample({ code, folder, given }: DocExample): Promise<{ stdout: string; stderr: string }> {
  const door = new URL('../../client/index.ts', import.meta.url).pathname;
  const tsx = new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url).pathname;
  const file = join(folder, 'example.mts');
  const names = Object.entries(given).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
  await writeFile(file, names.join('') + code.replace("'rowcast'", JSON.stringify(door)));
  return await promisify(execFile)(process.execPath, [tsx, file], { cwd: folder });
}

/** A server with an administrator who is logged in, in code and at the terminal, and a folder for a page's files. */
export class DocStand {
  readonly admin: Ledger;
  readonly ada: Person;
  readonly folder: string;
  readonly address: string;
  readonly #server: TestServer;
  readonly #ledger: TestLedger;

  private constructor(ledger: TestLedger, server: TestServer, parts: Pick<DocStand, 'admin' | 'ada' | 'folder'>) {
    this.#ledger = ledger;
    this.#server = server;
    this.address = server.address;
    this.admin = parts.admin;
    this.ada = parts.ada;
    this.folder = parts.folder;
  }

  static async start(): Promise<DocStand> {
    const ledger = await createLedger();
    const server = await startTestServer(ledger);
    const admin = connect(server.address);
    await admin.login(administrator.name, administrator.password);
    const ada = await Person.at(server.address);
    await ada.done(['login', administrator.name, '--password-stdin'], [administrator.password]);
    const folder = await mkdtemp(join(tmpdir(), 'rowcast-docs-'));
    return new DocStand(ledger, server, { admin, ada, folder });
  }

  async stop(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await this.ada.remove();
    await this.admin.close();
    await this.#server.stop();
    await this.#ledger.drop();
  }
}
