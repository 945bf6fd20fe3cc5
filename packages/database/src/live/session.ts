/** A session on a live database that is only read. */
import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { ConnectionError, sqlErrorFrom } from '../runners/errors.ts';

/** A connection to somebody's database: only for reading, except where a ledger row is written. */
export interface LiveSession {
  /**
   * The rows of one statement; every value is PostgreSQL's own text. Several may be asked at once: they are sent one after the other.
   * @throws SqlError, ConnectionError
   */
  rows(sql: string): Promise<(string | null)[][]>;
  /** Several statements, results thrown away. */
  run(sql: string): Promise<void>;
  close(): Promise<void>;
}

const asText = { getTypeParser: () => (value: string | null) => value };

/**
 * @param config for the driver; `host`, `port`, … as the PG* variables and the URL gave them
 * @param prepare is given the driver's connection before anything is sent
 * @throws ConnectionError when there is no server or it lets us not in (its cause is the SqlError then); the message has no password
 */
export async function openLive(
  config: pg.ClientConfig,
  prepare?: (connection: EventEmitter) => void,
): Promise<LiveSession> {
  const client = new pg.Client({ ...config, types: asText as unknown as pg.CustomTypesConfig });
  let lost: Error | undefined;
  // without a listener a connection that drops while nothing runs would end the process
  client.on('error', (error) => (lost = error));
  prepare?.((client as unknown as { connection: EventEmitter }).connection);
  try {
    await client.connect();
  } catch (error) {
    // it may never have been one
    void client.end().catch(() => undefined);
    throw new ConnectionError(reason(error), { cause: sqlErrorFrom(error) ?? error });
  }
  // several may be asked at once: each waits for the one before, as the protocol wants it
  let last: Promise<unknown> = Promise.resolve();
  const send = (query: string | pg.QueryArrayConfig): Promise<pg.QueryArrayResult> => {
    const answer = last.then(() => sendNow(query));
    last = answer.catch(() => undefined);
    return answer;
  };
  const sendNow = async (query: string | pg.QueryArrayConfig): Promise<pg.QueryArrayResult> => {
    if (lost) throw new ConnectionError(`the connection was lost: ${lost.message}`, { cause: lost });
    try {
      // without values and a name it is one simple query: a pooler may hand every transaction to another server process
      return await client.query(query as pg.QueryArrayConfig);
    } catch (error) {
      throw failure(error);
    }
  };
  return {
    rows: async (sql) => (await send({ text: sql, rowMode: 'array' })).rows as (string | null)[][],
    run: async (sql) => void (await send(sql)),
    close: () => client.end(),
  };
}

function failure(error: unknown): Error {
  const refused = sqlErrorFrom(error);
  // class 57P: the server ends the session (shutdown, pg_terminate_backend)
  if (refused && !refused.code.startsWith('57P')) return refused;
  return new ConnectionError(`the connection was lost: ${reason(error)}`, { cause: error });
}

/** An AggregateError (a host name with several addresses) has no message of its own. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reason))].join('; ');
  return error instanceof Error ? error.message : String(error);
}
