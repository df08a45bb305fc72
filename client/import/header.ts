import { limits } from '../../protocol/limits.ts';
import { columnNameSchema, utf8Length } from '../../protocol/names.ts';
import { rowKeyName } from '../file-format.ts';

/** A file's names made into names that a table can have, with a note for each that had to be changed. */
export class HeaderNames {
  readonly names: string[] = [];
  readonly notes: string[] = [];
  readonly #taken = new Set<string>();

  /** Takes the next name, and answers the one that the column gets. */
  add(given: string): string {
    const usable = usableName(given, this.names.length + 1);
    const name = this.#unique(usable);
    const was = given.trim() === '' ? `column ${this.names.length + 1} has no name` : `column ${JSON.stringify(given)}`;
    if (name !== given) {
      const why = name === usable ? '' : `: ${usable} stands there already`;
      this.notes.push(`${was}; it is called ${JSON.stringify(name)}${why}`);
    }
    this.names.push(name);
    return name;
  }

  #unique(name: string): string {
    let unique = name;
    for (let copy = 2; this.#taken.has(unique); copy += 1) unique = `${cut(name, limits.nameBytesMax - 5)}_${copy}`;
    this.#taken.add(unique);
    return unique;
  }
}

function usableName(given: string, place: number): string {
  if (given === rowKeyName) return given;
  const plain = given
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .replace(/^[_\s]+/, '');
  const name = cut(plain, limits.nameBytesMax).trim();
  if (name === '') return `column_${place}`;
  return columnNameSchema.safeParse(name).success ? name : `column ${cut(name, limits.nameBytesMax - 7)}`;
}

function cut(name: string, bytesMax: number): string {
  let text = name;
  while (utf8Length(text) > bytesMax) text = [...text].slice(0, -1).join('');
  return text;
}
