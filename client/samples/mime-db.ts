import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Cells } from '../../protocol/values.ts';
import { packageRoot } from '../../settings/package-root.ts';
import type { State } from './batch-between.ts';
import { SampleError } from './sample-error.ts';

export const mimeTypesTable: TableDefinition = {
  name: 'mime_types',
  key: 'type',
  columns: [
    { name: 'type', type: 'text', required: true },
    { name: 'source', type: 'text' },
    { name: 'charset', type: 'text' },
    { name: 'compressible', type: 'boolean' },
    { name: 'extensions', type: 'json' },
  ],
};

const mimeDbSchema = z.record(
  z.string(),
  z.strictObject({
    source: z.string().optional(),
    charset: z.string().optional(),
    compressible: z.boolean().optional(),
    extensions: z.array(z.string()).optional(),
  }),
);

/** A published version of mime-db, and the package under whose name it is installed. */
export interface MimeDbVersion {
  readonly version: string;
  readonly packageName: string;
}

/** The versions that package.json installs under aliases, the oldest first. */
export async function mimeDbVersions(): Promise<MimeDbVersion[]> {
  const text = await readFile(new URL('package.json', packageRoot), 'utf8');
  const { devDependencies = {} } = z
    .object({ devDependencies: z.record(z.string(), z.string()).optional() })
    .parse(JSON.parse(text));
  return versionsAmong(Object.keys(devDependencies));
}

export function versionsAmong(packageNames: readonly string[]): MimeDbVersion[] {
  return packageNames
    .flatMap((packageName) => {
      const version = /^mime-db-(\d+\.\d+\.\d+)$/.exec(packageName)?.[1];
      return version === undefined ? [] : [{ version, packageName }];
    })
    .sort((a, b) => compareVersions(a.version, b.version));
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** What the table is at a version. @throws SampleError when the package is not installed */
export async function mimeDbState({ packageName }: MimeDbVersion): Promise<State> {
  const text = await readFile(findPackageFile(packageName), 'utf8');
  const types = Object.entries(mimeDbSchema.parse(JSON.parse(text)));
  // JSON has no undefined: a cell that is not there was left out.
  return new Map(types.map(([type, cells]) => [type, { type, ...cells } as Cells]));
}

function findPackageFile(packageName: string): string {
  try {
    return createRequire(import.meta.url).resolve(`${packageName}/db.json`);
  } catch (cause) {
    const message = `the package ${packageName} is not installed; the sample is made of it`;
    throw new SampleError('sample_missing', message, cause);
  }
}
