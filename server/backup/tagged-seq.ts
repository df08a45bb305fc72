import { z } from 'zod';
import { seqSchema } from '../../protocol/cursor.ts';
import { didYouMean } from '../../settings/nearest.ts';
import { parseLine } from './backup-steps.ts';
import { BackupError } from './format.ts';
import { readBackup } from './read-backup.ts';

const tagLineSchema = z.tuple([z.literal('tag'), z.looseObject({ name: z.string(), seq: seqSchema })]);

/** The change that a tag of a backup names. @throws BackupError when it has no such tag; DamagedError */
export async function taggedSeq(path: string, name: string, signal: AbortSignal): Promise<number> {
  const reading = await readBackup(path, signal);
  const names: string[] = [];
  for await (const line of reading?.lines ?? []) {
    // Tags stand behind the entries, ahead of which sealed values are rows too.
    if (line.kind !== 'row' || !line.text.startsWith('["tag"')) continue;
    const { data } = tagLineSchema.safeParse(parseLine(line.text));
    if (data?.[1].name === name) return data[1].seq;
    if (data !== undefined) names.push(data[1].name);
  }
  const has = names.length === 0 ? 'it has none' : `it has ${names.slice(0, 20).join(', ')}`;
  throw new BackupError(`the backup has no tag ${name}${didYouMean(name, names)}; ${has}`);
}
