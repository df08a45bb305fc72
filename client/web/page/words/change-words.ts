import { changedCells, type RowChange } from '../../../../protocol/changed-cells.ts';
import { type Entry, isRowEntry, type TableEntry } from '../../../../protocol/entry.ts';
import { cellsWords, changedWords } from './cell-words.ts';
import { count, foreign, joined, type Sentence, word } from './sentence.ts';
import { stepWords } from './step-words.ts';

/** What a change did, in words, without where: `salary 1000 → 1200`, `entered with name Ada`, `left`, `table made`. */
export function changeWords(entry: Entry): Sentence {
  return isRowEntry(entry) ? rowWords(entry) : tableWords(entry);
}

function rowWords(change: RowChange & Pick<Entry, 'reverts'>): Sentence {
  switch (change.op) {
    case 'insert':
      return [word(change.reverts === undefined ? 'entered' : 'back', 'entered'), ...listed(' with ', change, 'is')];
    case 'delete':
      return [word('left', 'left'), ...listed(', was ', change, 'was')];
    case 'update':
      return joined(changedCells(change).map(({ name, was, is }) => changedWords(name, was, is)));
    case 'erase':
      return [word('erased for good: ', 'left'), ...joined(changedCells(change).map(({ name }) => [foreign(name)]))];
    default:
      return change.op satisfies never;
  }
}

function listed(opening: string, change: RowChange, side: 'was' | 'is'): Sentence {
  const cells = cellsWords(Object.fromEntries(changedCells(change).map((cell) => [cell.name, cell[side] ?? null])));
  return cells.length === 0 ? [] : [word(opening, 'quiet'), ...cells];
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
