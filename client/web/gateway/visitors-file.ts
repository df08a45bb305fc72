import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const fileSchema = z.object({
  /** SHA-256 of what each browser has to show, the one that was used last at the end. */
  visitors: z.array(z.string().regex(/^[A-Za-z0-9_-]{43}$/)),
});

/** Browsers know a gateway by its port; another ledger at the same port has visitors of its own. */
export function visitorsFile(
  folder: string,
  { port, servers }: { readonly port: number; readonly servers: readonly string[] },
): string {
  const ledger = createHash('sha256').update(servers.join()).digest('hex').slice(0, 16);
  return join(folder, `visitors-${port}-${ledger}.json`);
}

/** None where there is no such file. One that is damaged lets nobody in; the next visitor writes it anew. */
export async function readVisitors(path: string): Promise<readonly string[]> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).visitors;
  } catch {
    return [];
  }
}

export async function writeVisitors(path: string, visitors: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const half = `${path}.${process.pid}`;
  await writeFile(half, `${JSON.stringify({ visitors })}\n`, { mode: 0o600 });
  await rename(half, path);
}
