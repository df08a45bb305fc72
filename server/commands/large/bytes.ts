/** What is read, decided or written at once of a large command, in bytes, so that large documents do not add up. */
export const atOnceBytesMax = 8_388_608;

/** About how many bytes a value is as JSON. It is not written out for that: it may be large, and nearly right is enough. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Map) return roughBytes([...value]);
  let bytes = 2;
  if (Array.isArray(value)) for (const one of value) bytes += 1 + roughBytes(one);
  else for (const name of Object.keys(value)) bytes += name.length + 4 + roughBytes(value[name as keyof typeof value]);
  return bytes;
}

/** Cuts a list where it would become more than may be at once; what is larger by itself stands alone. */
export function cutByBytes<Item>(items: readonly Item[], bytesOf: (item: Item) => number): Item[][] {
  const cuts: Item[][] = [];
  let left = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = cuts.at(-1);
    if (last === undefined || bytes > left) {
      cuts.push([item]);
      left = atOnceBytesMax - bytes;
    } else {
      last.push(item);
      left -= bytes;
    }
  }
  return cuts;
}
