/** Runs a history as a tool does that commits all pending files at once: on a new database, that is all of them. */
import { diffSnapshots, type Difference } from '../catalog/diff.ts';
import { snapshot, type Snapshot } from '../catalog/snapshot.ts';
import type { SqlError } from '../runners/errors.ts';
import type { Server, Session } from '../runners/types.ts';
import { firstError } from './script.ts';

/** A file for the common transaction. */
export interface Member {
  readonly sql: readonly string[];
  /** Whether its tool runs it in the common transaction, and it does not end that itself. */
  readonly joins: boolean;
}

export interface TogetherError {
  readonly error: SqlError;
  /** Index of the statement that raised it. */
  readonly statement: number;
  /** How many files were in the transaction before this one. */
  readonly before: number;
}

/**
 * One transaction in a database of its own, which grows with the history. It has no savepoints: PostgreSQL lets a new enum
 * label be used in the transaction that makes its type, and does not in a subtransaction. A file that does not run in it is
 * run after a commit of what came before: that is a deploy of the files before it.
 */
export class Together {
  readonly #server: Server;
  readonly #prelude: string;
  readonly #member: (index: number) => Member;
  #database: string | undefined;
  #session: Session | undefined;
  /** How many files were added, and how many of them are committed. */
  #added = 0;
  #committed = 0;

  /** @param member reads a file when it is needed, so that memory does not grow with the history */
  constructor(server: Server, prelude: string, member: (index: number) => Member) {
    this.#server = server;
    this.#prelude = prelude;
    this.#member = member;
  }

  /** Index of the file that `next` will run. */
  get at(): number {
    return this.#added;
  }

  /** Runs the next file of the history. */
  async next(): Promise<TogetherError | undefined> {
    const session = await this.#open();
    const { sql, joins } = this.#member(this.#added);
    const failure = joins ? await firstError(session, sql) : undefined;
    const before = this.#added - this.#committed;
    if (failure) {
      await session.query('BEGIN');
      for (let index = this.#committed; index < this.#added; index++)
        await firstError(session, this.#member(index).sql);
    }
    this.#added++;
    if (joins && !failure) return undefined;
    await session.query('COMMIT');
    for (const text of sql) await firstError(session, [text]);
    if (session.inTransaction) await session.query('COMMIT');
    await session.query('BEGIN');
    this.#committed = this.#added;
    return failure && { error: failure.error, statement: failure.text, before };
  }

  /** How what is there now differs from what the files leave one by one. */
  async differences(expected: Snapshot): Promise<Difference[]> {
    return diffSnapshots(expected, await snapshot(await this.#open()), { columnOrder: true });
  }

  async #open(): Promise<Session> {
    if (this.#session) return this.#session;
    this.#database = await this.#server.createDatabase();
    const session = await this.#server.connect(this.#database);
    this.#session = session;
    if (this.#prelude !== '') await session.query(this.#prelude);
    // it waits while the migrations are proven
    await session.query('SET idle_in_transaction_session_timeout = 0; BEGIN');
    return session;
  }

  async close(): Promise<void> {
    const [session, database] = [this.#session, this.#database];
    this.#session = undefined;
    this.#database = undefined;
    await session?.close();
    if (database !== undefined) await this.#server.dropDatabase(database);
  }
}
