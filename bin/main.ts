import { Command } from 'commander';
import { serverCommand } from '../server/cli/server.ts';

/** Runs the terminal program. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('rowcast').description('a live, shared, auditable table server');
  program.addCommand(serverCommand());
  await program.parseAsync([...argv]);
}
