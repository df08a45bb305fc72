import pg from 'pg';

/** PostgreSQL answered COMMIT with ROLLBACK: an error inside the transaction was caught and nothing was written. */
export class CommitRefusedError extends Error {
  override name = 'CommitRefusedError';
  constructor() {
    super('PostgreSQL answered COMMIT with ROLLBACK: nothing was written');
  }
}

/** Statements prepared by name on one connection; beyond this many they are sent unnamed. */
const namedStatementsMax = 500;
/** Statements that are planned: not BEGIN and its like, and no DDL. */
const worthPreparing = /^\s*(select|with|insert|update|delete)\b/i;
const statementNames = new Map<string, string>();

/** One name per text, the same on every connection; undefined when there are too many. */
function statementName(text: string): string | undefined {
  const known = statementNames.get(text);
  if (known !== undefined) return known;
  if (statementNames.size >= namedStatementsMax) return undefined;
  const name = `rowcast_${statementNames.size}`;
  statementNames.set(text, name);
  return name;
}

/** bigint as a number, and as an error where a number cannot hold it: no seq comes near that. */
function readBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is beyond 2^53 - 1`);
  return value;
}

/** The types of our own columns: bigint is a seq. Not global, so that no other user of `pg` is changed. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8
      ? readBigint
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/**
 * A client of `pg` for kysely, without three traps of the pair:
 * a COMMIT that was answered with ROLLBACK throws instead of passing for success (STACK.md; RELIABILITY §0.2);
 * a query that timed out ends its connection, as the pool would hand the stuck one out again (D4);
 * statements are prepared once per connection, by their text (twice the rate).
 */
export function clientClass({ namedStatements }: { readonly namedStatements: boolean }): typeof pg.Client {
  class RowcastClient extends pg.Client {
    // pg declares query by a dozen overloads; kysely and the pool use the one with text and values.
    override query = ((text: unknown, values?: unknown, callback?: unknown) => {
      if (typeof text !== 'string' || callback !== undefined || typeof values === 'function') {
        return (super.query as (...all: unknown[]) => unknown)(text, values, callback);
      }
      return this.#run(text, values as readonly unknown[] | undefined);
    }) as pg.Client['query'];

    async #run(text: string, values: readonly unknown[] | undefined): Promise<pg.QueryResult> {
      this.#gather();
      try {
        const result = await this.#send(text, values ?? []);
        if (text === 'commit' && result.command === 'ROLLBACK') throw new CommitRefusedError();
        return result;
      } catch (error) {
        if (error instanceof Error && error.message === 'Query read timeout') this.connection.stream.destroy();
        throw error;
      }
    }

    #send(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
      const name = namedStatements && worthPreparing.test(text) ? statementName(text) : undefined;
      return super.query(name === undefined ? { text, values: [...values] } : { name, text, values: [...values] });
    }

    /** What is sent in one turn of the event loop goes out in one write: a pipelined transaction in two, not eight. */
    #gather(): void {
      const { stream } = this.connection;
      stream.cork();
      process.nextTick(() => stream.uncork());
    }
  }
  return RowcastClient;
}
