import { sql } from 'kysely';
import type { Account } from '../../protocol/accounts.ts';
import type { Database } from '../database/database.ts';
import { Refused } from '../refused.ts';
import type { Changed } from './account-changes.ts';
import { type Executor, findRequest, insertAudit, type KnownRequest, lockAudit } from './audit.ts';
import type { Sessions } from './sessions.ts';

/** Who wants an account changed, under which id. */
export interface Changing {
  readonly id: string;
  readonly by: string;
  /** Who asked for what, to be recognised by. */
  readonly body: Buffer;
}

/** Accounts and their changes. Each change takes effect once for its request's id, and stands in the audit. */
export class Accounts {
  readonly #database: Database;
  readonly #sessions: Sessions;

  constructor({ database, sessions }: { readonly database: Database; readonly sessions: Sessions }) {
    this.#database = database;
    this.#sessions = sessions;
  }

  async list(): Promise<Account[]> {
    const { rows } = await sql<Omit<Account, 'created'> & { created: Date }>`
      SELECT name AS "user", role, disabled, created FROM account ORDER BY name`.execute(this.#database);
    return rows.map(({ created, ...account }) => ({ ...account, created: created.toISOString() }));
  }

  /** The answer that was given to a request before. @throws Refused when it was another request */
  async known(changing: Changing): Promise<string | undefined> {
    return answerOf(await findRequest(this.#database, changing.id), changing);
  }

  /** Does a change and records it, in one transaction. @throws Refused by the change, which then is none */
  async change(changing: Changing, work: (transaction: Executor) => Promise<Changed>): Promise<string> {
    const ended: string[] = [];
    const answer = await this.#database.transaction().execute(async (transaction) => {
      await lockAudit(transaction);
      const known = answerOf(await findRequest(transaction, changing.id), changing);
      if (known !== undefined) return known;
      const changed = await work(transaction);
      ended.push(...changed.ended);
      return await this.#record(transaction, changing, changed);
    });
    this.#sessions.doubt();
    this.#sessions.forget(ended);
    return answer;
  }

  async #record(transaction: Executor, { id, by, body }: Changing, { event, ended }: Changed): Promise<string> {
    const toAnswer = (seq: number): string => JSON.stringify({ user: event.user, seq, ended: ended.length });
    const seq = await insertAudit(transaction, { ...event, by }, { id, body, answer: toAnswer });
    return toAnswer(seq);
  }
}

function answerOf(known: KnownRequest | undefined, { id, body }: Changing): string | undefined {
  if (known === undefined || known.body.equals(body)) return known?.answer;
  throw new Refused({
    code: 'command_id_reused',
    message: `the id ${id} was used for another request; make a new one`,
  });
}
