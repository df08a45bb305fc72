import { administratorLines } from '../../server/cli/server.ts';
import type { RunningServer } from '../../server/main.ts';
import type { Listening } from './messages.ts';

/** What is printed at the terminal of `rowcast start`: where to go, who may change things, and later what has changed. */
export class Greeting {
  readonly #server: RunningServer;
  #isDone = false;

  constructor(server: RunningServer) {
    this.#server = server;
  }

  /** The page is there. */
  page({ address, problem }: Listening): void {
    if (this.#isDone) {
      print(`The page is there again   ${address}`);
      return;
    }
    const isOnce = address.includes('?pass=');
    this.#greet([
      problem === undefined
        ? 'Rowcast is running. Open'
        : `Rowcast is running, but ${problem}. Without it there is the ledger over HTTP, at`,
      '',
      `  ${address}`,
      ...(isOnce ? ['', 'It lets one browser in, once.'] : []),
    ]);
  }

  noPage(why: string): void {
    this.#greet(['Rowcast is running without its page:', `  ${why}`]);
  }

  /** The address was used. */
  next(address: string): void {
    print(`For another browser   ${address}`);
  }

  ended(how: string, againMs: number): void {
    print(`The page's gateway has ended (${how}); it is started again in ${againMs / 1_000} s`);
  }

  #greet(lines: readonly string[]): void {
    this.#isDone = true;
    const { here, elsewhere } = this.#server.connection;
    print(
      '',
      ...lines,
      '',
      ...administratorLines(this.#server),
      'In a terminal   npx rowcast --help',
      `From programs   ${elsewhere ?? here}`,
      '',
      'Ctrl-C stops everything.',
      '',
    );
  }
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
