import type { TableDefinition } from '../../../protocol/table.ts';

/** A table with a column of each type, and names that are hard to tell from operators. */
export const everyType: TableDefinition = {
  name: 'things',
  key: 'id',
  columns: [
    { name: 'id', type: 'text' },
    { name: 'size', type: 'integer' },
    { name: 'ratio', type: 'number' },
    { name: 'price', type: 'decimal' },
    { name: 'sold', type: 'boolean' },
    { name: 'made', type: 'date' },
    { name: 'seen', type: 'timestamp' },
    { name: 'tags', type: 'json' },
    { name: 'first name', type: 'text' },
    { name: 'a=b', type: 'text' },
    { name: 'within', type: 'text' },
  ],
};
