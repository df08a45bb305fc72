import { hash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import type { ServerAddress } from '../../protocol/address.ts';
import { RowcastError } from '../errors.ts';
import {
  type KeptCheckpoint,
  type KeptFile,
  legacyName,
  originOfKept,
  readKeptFile,
  readKeptFiles,
} from './kept-checkpoint.ts';

/** Where a client keeps the last checkpoint that it has verified of each log that it has met. */
export interface CheckpointStore {
  /** Of the log of that origin, at whatever address it was met. @throws RowcastError `checkpoints` when it cannot be read */
  read(origin: string): Promise<KeptCheckpoint | undefined>;
  /** Takes the place of the one of the same origin, and of no other. @throws RowcastError `checkpoints` */
  write(kept: KeptCheckpoint): Promise<void>;
  /** Of every log that was met at these servers. @throws RowcastError `checkpoints` when one cannot be read */
  met(): Promise<readonly KeptCheckpoint[]>;
}

/** Kept for as long as the process runs. */
export class MemoryStore implements CheckpointStore {
  readonly #kept = new Map<string, KeptCheckpoint>();

  async read(origin: string): Promise<KeptCheckpoint | undefined> {
    return this.#kept.get(origin);
  }

  async write(kept: KeptCheckpoint): Promise<void> {
    this.#kept.set(originOfKept(kept), kept);
  }

  async met(): Promise<readonly KeptCheckpoint[]> {
    return [...this.#kept.values()];
  }
}

/**
 * Kept in a folder, in a file for each log. A server is known there by its public key, and where its sockets are plain by
 * host and port; so a log that begins a new life at the same server is told from one that is met for the first time.
 */
export class FileStore implements CheckpointStore {
  readonly #folder: string;
  readonly #servers: readonly string[];
  /** The same as files of before 0.4.0 name them. */
  readonly #legacyServers: readonly string[];

  constructor(folder: string, addresses: readonly ServerAddress[]) {
    this.#folder = folder;
    this.#servers = addresses.map(({ key, host, commandsPort }) => key ?? `${host}:${commandsPort}`);
    this.#legacyServers = addresses.map(({ host, commandsPort }) => legacyName(host, commandsPort));
  }

  async read(origin: string): Promise<KeptCheckpoint | undefined> {
    const own = await readKeptFile(this.#path(origin));
    if (own !== undefined) return own;
    const others = await readKeptFiles(this.#folder);
    return others.find((kept) => originOfKept(kept) === origin);
  }

  /** Whole or not at all. */
  async write(kept: KeptCheckpoint): Promise<void> {
    const path = this.#path(originOfKept(kept));
    const before = await readKeptFile(path);
    const file: KeptFile = { ...kept, servers: [...new Set([...(before?.servers ?? []), ...this.#servers])] };
    // Of each writer its own: the connections of one process, of which a gateway has several, share the file.
    const half = `${path}.${process.pid}.${nanoid(8)}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(half, `${JSON.stringify(file)}\n`, { mode: 0o600 });
      await rename(half, path);
    } catch (cause) {
      const message = `what was verified cannot be kept in ${this.#folder}: ${String(cause)}`;
      throw new RowcastError('checkpoints', `${message}; give another folder as checkpoints, or 'memory'`, { cause });
    }
  }

  async met(): Promise<readonly KeptCheckpoint[]> {
    const kept = await readKeptFiles(this.#folder);
    const ours = new Set([...this.#servers, ...this.#legacyServers]);
    return kept.filter(({ servers }) => servers.some((server) => ours.has(server)));
  }

  /** By its hash: the name of a log is the server's to choose, and no other name may lead to the same file. */
  #path(origin: string): string {
    return join(this.#folder, `checkpoint-${hash('sha256', origin, 'hex').slice(0, 32)}.json`);
  }
}
