import type { Command } from 'commander';
import { groupOf } from '../../../protocol/entry.ts';
import type { Point } from '../../../protocol/point.ts';
import type { ConflictRule, RevertedRow } from '../../../protocol/revert.ts';
import type { CommandResult } from '../../command-result.ts';
import { RowcastError } from '../../errors.ts';
import { CliError, usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { reportDryRun } from '../dry-run.ts';
import { exitCodes } from '../exit-codes.ts';
import { whoWins } from '../explain.ts';
import { conflictLines } from '../print/conflicts.ts';
import { count } from '../print/time.ts';
import { collect } from '../rows.ts';
import { readSince } from '../syntax/position.ts';
import { rangeText, readReverted } from '../syntax/reverted.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, type WriteOptions } from '../write-options.ts';

interface RevertOptions extends WriteOptions {
  readonly command?: string;
  readonly by?: string;
  readonly since?: Point;
  readonly table?: readonly string[];
  readonly key?: readonly string[];
  readonly keep?: true;
  readonly overwrite?: true;
}

/** `rowcast revert SEQ`: takes changes back, as new changes. */
export function revertCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'revert',
    summary: 'take changes back, as new changes; also what was deleted',
    notes: [
      'The log keeps both, and a revert can be reverted in its turn. A row that was deleted comes back when its',
      'delete is reverted: rowcast undelete TABLE KEY does so, or rowcast history TABLE KEY tells its seq.',
      'What was changed again since is a conflict: it is shown with both values, and nothing is done unless --keep or',
      '--overwrite says which side wins. Of FROM..TO a seq is a change, or a day, and both are included; a tag or a time is a',
      'point: v1..v2 takes back what came behind v1, up to v2, and v1.. all up to now.',
    ],
    examples: [
      'revert 1042',
      'revert 1042..1050 --table employees --key E7 --dry-run',
      'revert v1..v2 --table rates',
      'revert --command V1StGXR8_Z5jdHi6B-myT --why "wrong file"',
      'revert --by bob --since "2026-05-01 12:00" --keep',
    ],
  })
    .argument('[changes]', 'a seq, or FROM..TO: seqs, both included, tags or times')
    .option('--command <id>', 'the changes of this command, an import for example')
    .option('--by <name>', 'all that somebody has changed, with --since')
    .option('--since <point>', 'after a time, a seq or a tag, or from a day on', readSince)
    .option('--table <table>', 'only of this table; may be given several times', collect)
    .option('--key <key>', 'only this row of the one table; may be given several times', collect)
    .option('--keep', 'what was changed again since stays as it is; the rest is taken back')
    .option('--overwrite', 'what was changed again since is taken back too');
  return addWriteOptions(command).action((changes: string | undefined, options: RevertOptions) =>
    revert(context(), changes, options),
  );
}

async function revert(context: Context, changes: string | undefined, options: RevertOptions): Promise<void> {
  const { why, id, dryRun } = options;
  const what = readReverted({ ...options, changes });
  const scope = scopeOf(options);
  const conflicts = ruleOf(options);
  const ledger = await context.ledger();
  try {
    const reply = await ledger.revert(what, { ...scope, conflicts, why, id, dryRun, signal: context.signal });
    await report(context, reply);
    if ('seq' in what) await noteSet(context, what.seq);
  } catch (error) {
    await refuse(context, error, conflicts);
  }
}

function scopeOf({ table: tables, key: keys }: RevertOptions): {
  readonly tables?: readonly string[] | undefined;
  readonly rows?: readonly RevertedRow[];
} {
  if (keys === undefined) return { tables };
  const [table, ...more] = tables ?? [];
  if (table === undefined || more.length > 0) throw usageError('--key needs one --table: the row is of that one');
  return { rows: keys.map((key) => ({ table, key })) };
}

function ruleOf({ keep, overwrite }: RevertOptions): ConflictRule {
  if (keep && overwrite) throw usageError('--keep and --overwrite are two answers to one question', [], whoWins);
  if (keep) return 'keep';
  return overwrite ? 'overwrite' : 'refuse';
}

async function report(context: Context, reply: CommandResult): Promise<void> {
  const { seq, changed, changes = 0 } = reply;
  if (reply.dryRun === true) await reportDryRun(context, reply);
  else if (context.json) await context.printJson(reply);
  else if (!changed) await context.print('there is nothing to take back; nothing was recorded');
  else await context.print(`taken back with ${count(changes, 'change')} (#${seq})`);
  for (const note of leftNotes(reply)) await context.note(note);
  if (!changed || reply.dryRun === true) return;
  await context.note(`this can be reverted in its turn: npx rowcast revert ${rangeText(seq, changes)}`);
}

/** Of a change that is one of several of a command: how all of them are taken back, which may be what was meant. */
async function noteSet(context: Context, seq: number): Promise<void> {
  if (context.json) return;
  const ledger = await context.ledger();
  for await (const { entry } of ledger.readLog({ after: seq - 1, limit: 1, signal: context.signal })) {
    const [first, last] = groupOf(entry);
    const changes = last - first + 1;
    if (changes === 1) return;
    const set = `#${seq} is one of ${changes.toLocaleString('en')} changes that were made together`;
    await context.note(`${set}; take all of them back: npx rowcast revert ${rangeText(last, changes)}`);
  }
}

/** What was not taken back, and why. */
function leftNotes({ left = {} }: CommandResult): string[] {
  const { kept = 0, homeless = 0, erased = 0 } = left;
  return [
    ...(kept > 0 ? [`changed again since, and left as it is: ${count(kept, 'place')}`] : []),
    ...(homeless > 0 ? [`not taken back, as their column is gone: ${count(homeless, 'cell')}`] : []),
    ...(erased > 0 ? [`come back without their values, which were erased: ${count(erased, 'sealed cell')}`] : []),
  ];
}

/** Shows conflicts side by side; everything else goes on as it is. */
async function refuse(context: Context, error: unknown, rule: ConflictRule): Promise<never> {
  if (context.json || !(error instanceof RowcastError) || error.code !== 'revert_conflict') throw error;
  const conflicts = error.problems.filter(({ code }) => code === 'revert_conflict');
  const others = error.problems.filter(({ code }) => code !== 'revert_conflict');
  const { paint, width } = context.err;
  const more = error.body?.more ?? 0;
  await context.err.write(`${conflictLines(conflicts, { paint, width, now: new Date() }).join('\n')}\n`);
  const all = conflicts.length + more;
  throw new CliError(`${count(all, 'conflict')}: this was changed again since; nothing was taken back`, {
    ...{ code: error.code, exit: exitCodes.conflict, next: rule === 'refuse' ? whoWins : undefined, cause: error },
    problems: [...others.map(({ message }) => message), ...(more > 0 ? [`and ${more} more than are shown`] : [])],
  });
}
