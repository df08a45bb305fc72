import type { Group } from '../api/messages.ts';
import type { PlayFrom, TableTransport } from './table-transport.ts';

/** Milliseconds for which changes are gathered: about a frame. */
const gatherMs = 16;

export interface TablePlayOptions extends Omit<PlayFrom, 'listener'> {
  readonly transport: TableTransport;
  readonly onGroups: (groups: readonly [Group, ...Group[]]) => void;
  /** Everything was shown, and what follows would come as it is made. */
  readonly onLive: () => void;
  /** It cannot go on. */
  readonly onEnd: () => void;
}

/** The changes of one table once more, told about once a frame. */
export class TablePlay {
  readonly #options: TablePlayOptions;
  readonly #end: () => void;
  #waiting: Group[] = [];
  #flush: ReturnType<typeof setTimeout> | undefined;

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
          if (state === 'live') this.#over(options.onLive);
        },
        end: () => this.#over(options.onEnd),
        silent: () => undefined,
      },
    });
  }

  /** Tells what it has brought, and no more. */
  close(): void {
    this.#end();
    this.#deliver();
  }

  #take(group: Group): void {
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

  #over(tell: () => void): void {
    this.close();
    tell();
  }
}
