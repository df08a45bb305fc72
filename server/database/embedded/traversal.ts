import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export type Account = { readonly uid: number; readonly gid: number };

const READ = 0o4;
const SEARCH = 0o1;

/** Whether an ordinary account may pass through this folder and all above it. Access lists (ACL) are not seen. */
export async function canTraverse(folder: string, account: Account): Promise<boolean> {
  const parent = dirname(folder);
  if (!(await hasBit(folder, account, SEARCH))) return false;
  return parent === folder || canTraverse(parent, account);
}

/** Whether an ordinary account may read this file. A file that is not there is no obstacle. */
export async function canRead(file: string, account: Account): Promise<boolean> {
  const isThere = await stat(file).catch(() => undefined);
  if (isThere === undefined) return true;
  return (await hasBit(file, account, READ)) && canTraverse(dirname(file), account);
}

async function hasBit(path: string, { uid, gid }: Account, bit: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  const shift = found.uid === uid ? 6 : found.gid === gid ? 3 : 0;
  return ((found.mode >> shift) & bit) === bit;
}
