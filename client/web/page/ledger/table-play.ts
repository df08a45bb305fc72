import type { Group } from '../api/messages.ts';
import { isPassing } from '../api/outcome.ts';
import { codeOf, GatewayProblem, unreachable } from '../api/problem.ts';
import type { PlayFrom, TableTransport } from './table-transport.ts';

/** Milliseconds for which changes are gathered: about a frame. */
const gatherMs = 16;
/** Milliseconds for which a play that was cut is waited for; it goes on where it was. */
const silenceMsMax = 10_000;

/** With these it has ended, and nothing is wrong, or another part of the page says so. */
const quietEnds: ReadonlySet<string> = new Set(['done', 'logged_in', 'logged_out']);

export interface TablePlayOptions extends Omit<PlayFrom, 'listener'> {
  readonly transport: TableTransport;
  readonly onGroups: (groups: readonly [Group, ...Group[]]) => void;
  /** Everything was shown, and what follows would come as it is made. */
  readonly onLive: () => void;
  /** It cannot go on; why not, where that is to be said. */
  readonly onEnd: (problem: GatewayProblem | undefined) => void;
}

/** The changes of one table once more, told about once a frame. */
export class TablePlay {
  readonly #options: TablePlayOptions;
  readonly #end: () => void;
  #waiting: Group[] = [];
  #flush: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TablePlayOptions) {
    const { transport, table, from, speed } = options;
    this.#options = options;
    this.#end = transport.play({
      table,
      from,
      speed,
      listener: {
        group: (group) => this.#take(group),
        position: ({ state }) => {
          this.#hear();
          if (state === 'live') this.#over(options.onLive);
        },
        end: (code, message) => this.#halt(quietEnds.has(code) ? undefined : new GatewayProblem({ code, message })),
        silent: () => this.#miss(),
        refused: (problem) => {
          // What else passes is waited for.
          if (codeOf(problem) === 'busy' || !isPassing(problem)) this.#halt(problem);
          else this.#miss();
        },
      },
    });
  }

  /** Tells what it has brought, and no more. */
  close(): void {
    this.#end();
    this.#hear();
    this.#deliver();
  }

  #take(group: Group): void {
    this.#hear();
    this.#waiting.push(group);
    this.#flush ??= setTimeout(() => this.#deliver(), gatherMs);
  }

  #deliver(): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    const [first, ...rest] = this.#waiting;
    this.#waiting = [];
    if (first !== undefined) this.#options.onGroups([first, ...rest]);
  }

  #hear(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #miss(): void {
    const problem = new GatewayProblem({ code: unreachable, message: 'the gateway does not answer' });
    this.#silence ??= setTimeout(() => this.#halt(problem), silenceMsMax);
  }

  #halt(problem: GatewayProblem | undefined): void {
    this.#over(() => this.#options.onEnd(problem));
  }

  #over(tell: () => void): void {
    this.close();
    tell();
  }
}
