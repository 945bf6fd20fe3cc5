/** A real PostgreSQL, reached by URL. Everything is done in scratch databases of our own. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import pg from 'pg';
import { ConnectionError, SqlError, sqlErrorFrom } from './errors.ts';
import type { QueryResult, Server, Session } from './types.ts';

/** Every database that we make has a name that starts so. */
export const scratchPrefix = 'idempotify_scratch_';

/** The sessions of a run carry its name, so that another run can see that it is alive. */
const applicationPrefix = 'idempotify_';

/** How long a host may take to answer, in ms. */
const connectTimeout = 30_000;

/** How long a database may stay "being accessed by other users" after its last session has ended, in ms. */
const patience = 5000;

/** A real server; unlike PGlite's databases, what a killed run leaves behind there stays. */
export interface PostgresServer extends Server {
  /**
   * Drops the scratch databases that this role's earlier runs left behind because they were killed; those of runs that
   * are still connected stay.
   * @returns their names
   */
  removeOrphans(): Promise<string[]>;
  /** The names of all roles. */
  roles(): Promise<ReadonlySet<string>>;
  /**
   * Ends all other sessions of this run, also those of other threads, and drops every database that they made.
   * @param keep when given, all roles but these are dropped too: they are the server's, and nobody else makes any there
   */
  removeRun(keep?: ReadonlySet<string>): Promise<void>;
  /** What tells this run from others. */
  readonly run: string;
}

export interface ConnectOptions {
  /** Part of an earlier `run`, for threads that work together. */
  readonly run?: string;
  /** After which a statement is given up, in ms; a migration may set another. 0: never. */
  readonly statementTimeout?: number;
}

/**
 * Connects to the PostgreSQL at `url` (postgres://…). The database that the URL names is only used to send CREATE
 * DATABASE and DROP DATABASE from and to ask for the version: nothing is created, changed or read in it. The role needs
 * CREATEDB.
 * @throws ConnectionError when there is no server, or it lets us not in; the message never contains the password
 */
export async function connectServer(url: string, options: ConnectOptions = {}): Promise<PostgresServer> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new ConnectionError('the URL of a PostgreSQL server looks like postgres://user:password@host:5432/database');
  }
  const run = options.run ?? randomBytes(6).toString('hex');
  const admin = await open(url, applicationPrefix + run);
  try {
    const [version] = await admin.query('SHOW server_version_num');
    const number = Number(version?.rows[0]?.['server_version_num']);
    return new ScratchServer(url, run, admin, number, options.statementTimeout ?? 0);
  } catch (error) {
    await admin.close();
    throw error;
  }
}

async function open(url: string, applicationName: string, statementTimeout = 0): Promise<PostgresSession> {
  let client: pg.Client;
  try {
    // in the URL, where it wins over one that is there already; sent with the connection, so that RESET ALL comes back to it
    const named = new URL(url);
    named.searchParams.set('application_name', applicationName);
    client = new pg.Client({
      connectionString: named.href,
      connectionTimeoutMillis: connectTimeout,
      // sent with the connection, so that RESET ALL comes back to it
      ...(statementTimeout > 0 ? { statement_timeout: statementTimeout } : {}),
      // values stay the text that the server sent
      types: { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig,
    });
  } catch (error) {
    throw new ConnectionError(`the URL of the server cannot be used: ${reason(error)}`, { cause: error });
  }
  const session = new PostgresSession(client);
  try {
    await client.connect();
  } catch (error) {
    throw new ConnectionError(`cannot connect to ${client.host}:${client.port}: ${reason(error)}`, { cause: error });
  }
  return session;
}

/** An AggregateError (a host name with several addresses) has no message of its own. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ');
  return error instanceof Error ? error.message : String(error);
}

class ScratchServer implements PostgresServer {
  readonly versionNumber: number;
  /** Tells our databases from those of another run on the same server. */
  readonly run: string;
  readonly #url: string;
  readonly #statementTimeout: number;
  readonly #admin: PostgresSession;
  readonly #databases = new Map<string, Set<PostgresSession>>();
  #made = 0;

  constructor(url: string, run: string, admin: PostgresSession, versionNumber: number, statementTimeout: number) {
    this.#url = url;
    this.#statementTimeout = statementTimeout;
    this.run = run;
    this.#admin = admin;
    this.versionNumber = versionNumber;
  }

  async createDatabase(template?: string): Promise<string> {
    if (template !== undefined && this.#sessions(template).size > 0) {
      throw new ConnectionError(`database "${template}" is in use and cannot be copied`);
    }
    const name = `${scratchPrefix}${this.run}_${threadId}${String(++this.#made).padStart(6, '0')}`;
    try {
      // template0: without what an administrator may have added to template1
      await this.#whenFree(`CREATE DATABASE ${quoteIdent(name)} TEMPLATE ${quoteIdent(template ?? 'template0')}`);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      // a missing right, a full disk, too many connections: no statement of a migration is to blame
      throw new ConnectionError(`the server makes no database for us: ${error.code} ${error.message}`, {
        cause: error,
      });
    }
    this.#databases.set(name, new Set());
    return name;
  }

  async dropDatabase(name: string): Promise<void> {
    for (const session of this.#sessions(name)) await session.close();
    await this.#dropSubscriptions(name);
    const database = quoteIdent(name);
    if (this.versionNumber >= 130000) await this.#whenFree(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    else {
      await this.#admin.query(
        `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = ${quoteLiteral(name)}`,
      );
      await this.#whenFree(`DROP DATABASE IF EXISTS ${database}`);
    }
    this.#databases.delete(name);
  }

  /** A database that subscribes to something cannot be dropped; slots on the other side are none of our business. */
  async #dropSubscriptions(name: string): Promise<void> {
    const [found] = await this.#admin.query(
      `SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = ${quoteLiteral(name)}`,
    );
    if (!found?.rows.length) return;
    if (!this.#databases.has(name)) this.#databases.set(name, new Set());
    const session = await this.connect(name);
    try {
      for (const { subname } of found.rows) {
        const subscription = quoteIdent(subname ?? '');
        await session.query(`ALTER SUBSCRIPTION ${subscription} DISABLE`);
        await session.query(`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`);
        await session.query(`DROP SUBSCRIPTION ${subscription}`);
      }
    } finally {
      await session.close();
    }
  }

  /** A backend is still around for a moment after its client has gone. */
  async #whenFree(sql: string): Promise<void> {
    const inUse = '55006';
    for (const since = Date.now(); ; await sleep(10)) {
      try {
        await this.#admin.query(sql);
        return;
      } catch (error) {
        if (!(error instanceof SqlError) || error.code !== inUse || Date.now() - since > patience) throw error;
      }
    }
  }

  async connect(name: string): Promise<Session> {
    const sessions = this.#sessions(name);
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    const session = await open(url.href, applicationPrefix + this.run, this.#statementTimeout);
    sessions.add(session);
    session.onClose = () => sessions.delete(session);
    return session;
  }

  async removeOrphans(): Promise<string[]> {
    // Only this role's: of other roles we may neither see the sessions' names nor drop the databases.
    const [found] = await this.#admin.query(`
      SELECT d.datname FROM pg_catalog.pg_database d
      WHERE d.datname ~ '^${scratchPrefix}[0-9a-f]+_[0-9]+$'
        AND d.datdba = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
        AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_stat_activity a
          WHERE a.application_name = '${applicationPrefix}' || pg_catalog.split_part(d.datname, '_', 3))
      ORDER BY d.datname`);
    const names = (found?.rows ?? []).flatMap((row) => row['datname'] ?? []);
    const dropped: string[] = [];
    for (const name of names) {
      try {
        await this.#dropSubscriptions(name);
        await this.#admin.query(`DROP DATABASE IF EXISTS ${quoteIdent(name)}`);
        dropped.push(name);
      } catch (error) {
        // in use after all, or another run is dropping it at this moment: that must not keep us from our work
        if (!(error instanceof SqlError)) throw error;
      }
    }
    return dropped;
  }

  async roles(): Promise<ReadonlySet<string>> {
    const [found] = await this.#admin.query(`SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'`);
    return new Set((found?.rows ?? []).flatMap(({ rolname }) => rolname ?? []));
  }

  async removeRun(keep?: ReadonlySet<string>): Promise<void> {
    // First the sessions, also those that a migration gave another name, and wait for them: one may be in the middle of a CREATE DATABASE, which no list shows yet.
    for (const since = Date.now(); Date.now() - since < patience; await sleep(20)) {
      const [ended] = await this.#admin.query(
        `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
          WHERE (application_name = ${quoteLiteral(applicationPrefix + this.run)} OR datname ~ '^${scratchPrefix}${this.run}_[0-9]+$')
            AND pid <> pg_catalog.pg_backend_pid()`,
      );
      if (!ended?.rows.length) break;
    }
    const [found] = await this.#admin.query(`
      SELECT d.datname FROM pg_catalog.pg_database d WHERE d.datname ~ '^${scratchPrefix}${this.run}_[0-9]+$' ORDER BY d.datname`);
    for (const { datname } of found?.rows ?? []) {
      await this.#dropSubscriptions(datname ?? '');
      await this.#whenFree(`DROP DATABASE IF EXISTS ${quoteIdent(datname ?? '')}`);
    }
    this.#databases.clear();
    if (!keep) return;
    for (const role of await this.roles()) {
      if (keep.has(role)) continue;
      const name = quoteIdent(role);
      // its databases are gone; what is left are rights on what the server has in common, such as tablespaces
      await this.#admin.query(`DROP OWNED BY ${name} CASCADE; DROP ROLE ${name}`);
    }
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const name of [...this.#databases.keys()]) {
      try {
        await this.dropDatabase(name);
      } catch (error) {
        failures.push(error);
      }
    }
    await this.#admin.close();
    if (failures.length > 0) throw failures[0];
  }

  #sessions(name: string): Set<PostgresSession> {
    const sessions = this.#databases.get(name);
    if (!sessions) throw new ConnectionError(`there is no scratch database "${name}"`);
    return sessions;
  }
}

class PostgresSession implements Session {
  onClose: () => void = () => {};
  readonly #client: pg.Client;
  #lost: Error | undefined;
  #closed = false;

  constructor(client: pg.Client) {
    this.#client = client;
    // without a listener a connection that drops while nothing runs would end the process
    client.on('error', (error) => (this.#lost = error));
  }

  get inTransaction(): boolean {
    const status = this.#client.getTransactionStatus();
    return status !== null && status !== 'I';
  }

  async query(sql: string): Promise<QueryResult[]> {
    if (this.#closed) throw new ConnectionError('this session is closed');
    if (this.#lost) throw new ConnectionError(`the connection was lost: ${this.#lost.message}`, { cause: this.#lost });
    // the protocol ends the text at a NUL, so that the rest would silently not be run
    if (sql.includes('\0')) throw new ConnectionError('the text contains a NUL character');
    try {
      const result = await this.#client.query<Record<string, string | null>>(sql);
      const results = Array.isArray(result) ? (result as (typeof result)[]) : [result];
      // an empty text has one result without a command
      return results.filter(({ command }) => command !== null).map(({ rows }) => ({ rows }));
    } catch (error) {
      const refused = sqlErrorFrom(error);
      // class 57P: the server ends the session (shutdown, pg_terminate_backend)
      if (refused && !refused.code.startsWith('57P')) throw refused;
      throw new ConnectionError(`the connection was lost: ${reason(error)}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.onClose();
    await this.#client.end();
  }
}
