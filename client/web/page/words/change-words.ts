import { changedCells, type RowChange } from '../../../../protocol/changed-cells.ts';
import { type Entry, isRowEntry, type TableEntry } from '../../../../protocol/entry.ts';
import { cellsWords, changedWords } from './cell-words.ts';
import type { TypeOf } from './column-types.ts';
import { count, foreign, joined, type Sentence, word } from './sentence.ts';
import { stepWords } from './step-words.ts';

/** What a change did, in words, without where: `salary 1000 → 1200`, `entered with name Ada`, `left`, `table made`. */
export function changeWords(entry: Entry, typeOf?: TypeOf): Sentence {
  return isRowEntry(entry) ? rowWords(entry, typeOf) : tableWords(entry);
}

function rowWords(change: RowChange & Pick<Entry, 'reverts'>, typeOf: TypeOf | undefined): Sentence {
  const listed = (opening: string, side: 'was' | 'is'): Sentence => {
    const cells = Object.fromEntries(changedCells(change).map((cell) => [cell.name, cell[side] ?? null]));
    const words = cellsWords(cells, typeOf);
    return words.length === 0 ? [] : [word(opening, 'quiet'), ...words];
  };
  switch (change.op) {
    case 'insert':
      return [word(change.reverts === undefined ? 'entered' : 'back', 'entered'), ...listed(' with ', 'is')];
    case 'delete':
      return [word('left', 'left'), ...listed(', was ', 'was')];
    case 'update':
      return joined(changedCells(change).map((cell) => changedWords(cell, typeOf)));
    case 'erase':
      return [word('erased for good: ', 'left'), ...joined(changedCells(change).map(({ name }) => [foreign(name)]))];
    default:
      return change.op satisfies never;
  }
}

function tableWords({ op, definition, steps = [] }: Pick<TableEntry, 'op' | 'definition' | 'steps'>): Sentence {
  switch (op) {
    case 'create':
      return [word('table made', 'entered'), word(` with ${count(definition?.columns.length ?? 0, 'column')}`)];
    case 'alter':
      return [word('columns: ', 'changed'), ...joined(steps.map(stepWords))];
    case 'drop':
      return [word('table dropped', 'left')];
    default:
      return op satisfies never;
  }
}
