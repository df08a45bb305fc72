import { join } from 'node:path';

/** The file, among the keys of a server, with the address that its clients take. The server writes it, and clients of the
 * same settings read it. */
export function connectionFile(keys: string): string {
  return join(keys, 'connection');
}
