import { type Command, Option } from 'commander';
import { fileFormats } from '../../file-format.ts';
import { encodings } from '../../import/decode.ts';
import { importModes } from '../../import/import-options.ts';
import type { Context } from '../context.ts';
import { type ImportVerbOptions, runImport } from '../import-run.ts';
import { collect } from '../rows.ts';
import { tableOfFile } from '../syntax/import-words.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

/** `rowcast import FILE [TABLE]`: a spreadsheet's rows into a table, when the answer to the preview is yes. */
export function importCommand(context: () => Context): Command {
  return describedCommand({
    name: 'import',
    summary: 'bring a file of rows into a table: CSV, NDJSON or JSON',
    notes: [
      'Shows first what would be done, and every row that cannot be: line, column and reason. Then all of it is one',
      'change set, or nothing. The same file again changes nothing. Without TABLE it is called after the file; a table',
      'that is not there is made, with types guessed from the whole file.',
      '  insert   the rows are new; one that is there with other values is refused',
      '  upsert   rows whose key is there are changed, in the columns that the file has',
      '  mirror   the table becomes what the file is: rows that are not in it are deleted',
    ],
    examples: [
      'import airports.csv',
      'import airports.csv --type elevation=decimal --key iata --why "first load"',
      'import rates.csv rate --mode mirror --dry-run',
      'curl -s https://example.org/rows.ndjson | npx rowcast import - people --mode upsert --yes',
      'curl -s https://example.org/rows.csv | npx rowcast import - people --mode mirror --expect-rows 1200 --yes',
    ],
  })
    .argument('<file>', 'or - for standard input')
    .argument('[table]')
    .addOption(new Option('--mode <mode>', 'what is done with rows').choices(importModes).default('insert'))
    .option('--key <column>', 'the column that names a row')
    .option('--no-key', 'a new table has no key column: keys are made of what the rows hold')
    .option('--type <column=type>', 'of a new table, in place of the guess; may be given several times', collect)
    .option('--skip <column>', 'leave this column of the file out; may be given several times', collect)
    .addOption(new Option('--format <format>', 'in place of what the file looks like').choices(fileFormats))
    .addOption(new Option('--encoding <encoding>', 'UTF-8 and UTF-16 are told by themselves').choices(encodings))
    .option('--delimiter <character>', 'between fields; told from the file unless given')
    .option('--no-header', 'the first row is a row, not the names of the columns')
    .option(
      '--expect-rows <n>',
      'refuse a file of another number of rows, such as a pipe that was cut off',
      readPositive,
    )
    .option('--why <text>', 'the reason; it is kept for ever')
    .option('--dry-run', 'show what would be recorded, and change nothing')
    .option('-y, --yes', 'do not ask')
    .action((file: string, table: string | undefined, options: ImportVerbOptions) =>
      runImport(context(), { file, table: table ?? tableOfFile(file), options }),
    );
}
