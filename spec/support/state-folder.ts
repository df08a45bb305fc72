import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/* What a client keeps of the servers of a spec is kept for that spec alone, and not in the home of who runs it. */

const before = process.env.XDG_STATE_HOME;
const folder = mkdtempSync(join(tmpdir(), 'rowcast-state-'));
process.env.XDG_STATE_HOME = folder;
afterAll(async () => {
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
  await rm(folder, { recursive: true, force: true });
});
