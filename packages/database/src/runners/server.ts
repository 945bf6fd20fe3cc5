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

/**
 * The one database in which all runs on a server can meet, whichever their URLs name: advisory locks belong to a
 * database. Nothing but the lock is ever in it.
 */
const meetingPlace = 'postgres';
/** The letters "idempoti". */
const disposableLock = '7594306392365692009';

/** What the comment of a run's record says before the names of the roles, as JSON. */
const recordHead = 'idempotify: the roles before this run: ';

/** A real server; unlike PGlite's databases, what a killed run leaves behind there stays. */
export interface PostgresServer extends Server {
  /**
   * Drops the scratch databases that this role's earlier runs left behind because they were killed; those of runs that
   * are still connected stay. After `claim` the roles that they made are dropped too.
   * @returns the names of the databases
   */
  removeOrphans(): Promise<string[]>;
  /**
   * From here on this run may make roles: they belong to the whole server, so only one run at a time can tell which are
   * its own. Every role that is there when the run ends, or is cleared away after it was killed, and was not there now,
   * counts as made by it.
   * @throws ConnectionError when another run has claimed the server
   */
  claim(): Promise<void>;
  /**
   * Ends all other sessions of this run, also those of other threads, and drops every database that they made; if the run
   * has claimed the server, its roles too.
   * @throws ConnectionError when it has, and meanwhile lost the server to another
   */
  removeRun(): Promise<void>;
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

/** A run, by its scratch databases. */
interface ScratchRun {
  readonly run: string;
  /** Whether all of them belong to this role. */
  readonly mine: boolean;
  /** Whether it is still connected. */
  readonly alive: boolean;
  /** The database whose comment names the roles that were there before, if it has claimed the server. */
  readonly record?: string;
  readonly roles?: readonly string[];
}

class ScratchServer implements PostgresServer {
  readonly versionNumber: number;
  /** Tells our databases from those of another run on the same server. */
  readonly run: string;
  readonly #url: string;
  readonly #statementTimeout: number;
  readonly #admin: PostgresSession;
  readonly #databases = new Map<string, Set<PostgresSession>>();
  /** Holds the lock of a run that has claimed the server. */
  #lock: PostgresSession | undefined;
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
    const session = await this.#open(name, this.#statementTimeout);
    sessions.add(session);
    session.onClose = () => sessions.delete(session);
    return session;
  }

  #open(database: string, statementTimeout?: number): Promise<PostgresSession> {
    const url = new URL(this.#url);
    url.pathname = `/${database}`;
    return open(url.href, applicationPrefix + this.run, statementTimeout);
  }

  async removeOrphans(): Promise<string[]> {
    const dropped: string[] = [];
    for (const { run, alive, mine } of await this.#runs()) {
      // Of other roles we may neither see the sessions' names nor drop the databases.
      if (run === this.run || alive || !mine) continue;
      try {
        dropped.push(...(await this.#remove(run, (sql) => this.#admin.query(sql))));
      } catch (error) {
        // in use after all, or another run is dropping it at this moment: that must not keep us from our work
        if (!(error instanceof SqlError)) throw error;
      }
    }
    return dropped;
  }

  async claim(): Promise<void> {
    await this.#takeLock();
    await this.removeOrphans();
    const before = await this.#roles(this.#admin);
    const record = await this.createDatabase();
    // it has to stay for the next run when this one can't drop its roles
    this.#databases.delete(record);
    const names = quoteLiteral(recordHead + JSON.stringify(before));
    await this.#admin.query(`COMMENT ON DATABASE ${quoteIdent(record)} IS ${names}`);
  }

  async removeRun(): Promise<void> {
    const own = [this.#admin, ...(this.#lock ? [this.#lock] : [])];
    const pids: string[] = [];
    for (const session of own) {
      const [result] = await session.query('SELECT pg_catalog.pg_backend_pid() AS pid');
      pids.push(...(result?.rows ?? []).flatMap(({ pid }) => pid ?? []));
    }
    // First the sessions, also those that a migration gave another name, and wait for them: one may be in the middle of a CREATE DATABASE, which no list shows yet.
    for (const since = Date.now(); Date.now() - since < patience; await sleep(20)) {
      const [ended] = await this.#admin.query(
        `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
          WHERE (application_name = ${quoteLiteral(applicationPrefix + this.run)} OR datname ~ '^${scratchPrefix}${this.run}_[0-9]+$')
            AND pid NOT IN (${pids.join(', ')})`,
      );
      if (!ended?.rows.length) break;
    }
    const claimed = (await this.#runs()).some(({ run, roles }) => run === this.run && roles !== undefined);
    if (claimed && !this.#lock) await this.#takeLock();
    await this.#remove(this.run, (sql) => this.#whenFree(sql));
    this.#databases.clear();
  }

  /** All runs that have scratch databases here. */
  async #runs(): Promise<ScratchRun[]> {
    const [found] = await this.#admin.query(`
      SELECT run, pg_catalog.bool_and(mine) AS mine, pg_catalog.bool_or(alive) AS alive,
        pg_catalog.max(name) FILTER (WHERE record IS NOT NULL) AS record, pg_catalog.max(record) AS roles
      FROM (
        SELECT d.datname AS name, pg_catalog.split_part(d.datname, '_', 3) AS run,
          d.datdba = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user) AS mine,
          EXISTS (
            SELECT FROM pg_catalog.pg_stat_activity a
            WHERE a.application_name = '${applicationPrefix}' || pg_catalog.split_part(d.datname, '_', 3)
              OR a.datname = d.datname) AS alive,
          pg_catalog.substr(c.text, ${recordHead.length + 1}) AS record
        FROM pg_catalog.pg_database d
          LEFT JOIN LATERAL pg_catalog.shobj_description(d.oid, 'pg_database') AS c (text)
            ON pg_catalog.left(c.text, ${recordHead.length}) = ${quoteLiteral(recordHead)}
        WHERE d.datname ~ '^${scratchPrefix}[0-9a-f]+_[0-9]+$') AS databases
      GROUP BY run ORDER BY run`);
    return (found?.rows ?? []).map(({ run, mine, alive, record, roles }) => ({
      run: run ?? '',
      mine: mine === 't',
      alive: alive === 't',
      ...(record == null || roles == null ? {} : { record, roles: JSON.parse(roles) as string[] }),
    }));
  }

  /**
   * Drops the databases of a run, and with the lock the roles that it made. The record of its roles goes last, and not
   * without the lock, so that somebody can go on where this ends.
   * @returns the names of the databases
   */
  async #remove(run: string, drop: (sql: string) => Promise<unknown>): Promise<string[]> {
    const { record, roles } = (await this.#runs()).find((each) => each.run === run) ?? {};
    const [found] = await this.#admin.query(`
      SELECT d.datname FROM pg_catalog.pg_database d WHERE d.datname ~ '^${scratchPrefix}${run}_[0-9]+$' ORDER BY d.datname`);
    const names = (found?.rows ?? []).flatMap(({ datname }) => (datname === record ? [] : (datname ?? [])));
    for (const name of names) {
      await this.#dropSubscriptions(name);
      await drop(`DROP DATABASE IF EXISTS ${quoteIdent(name)}`);
    }
    if (record === undefined || roles === undefined || !this.#lock) return names;
    await this.#dropRoles(record, new Set(roles));
    await drop(`DROP DATABASE IF EXISTS ${quoteIdent(record)}`);
    return [...names, record];
  }

  /**
   * Drops all roles but these and those that somebody is logged in as. The scratch databases are gone; what is left of a
   * migration are rights on what the server has in common, such as tablespaces. A role that owns or may do anything in
   * a database of somebody is none of a migration's, and PostgreSQL keeps it.
   * @param record DROP OWNED reaches into the database that it is sent to, and there is nothing in this one
   */
  async #dropRoles(record: string, keep: ReadonlySet<string>): Promise<void> {
    const session = await this.#open(record);
    try {
      let left = Infinity;
      for (;;) {
        const roles = (await this.#roles(session, 'idle')).filter((role) => !keep.has(role));
        // one may be in the way of another, as the one that granted something
        if (roles.length === 0 || roles.length >= left) return;
        left = roles.length;
        for (const role of roles) {
          const name = quoteIdent(role);
          // who is no superuser may drop the roles that he has made, but not always what they own
          for (const sql of [`DROP ROLE ${name}`, `DROP OWNED BY ${name} CASCADE; DROP ROLE ${name}`]) {
            try {
              await session.query(sql);
              break;
            } catch (error) {
              if (!(error instanceof SqlError)) throw error;
            }
          }
        }
      }
    } finally {
      await session.close();
    }
  }

  /** The names of the roles; of `idle` ones nobody is logged in as them. */
  async #roles(session: Session, which: 'all' | 'idle' = 'all'): Promise<string[]> {
    const idle = ' AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.usesysid = r.oid)';
    const [found] = await session.query(
      `SELECT r.rolname FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_'${which === 'idle' ? idle : ''} ORDER BY 1`,
    );
    return (found?.rows ?? []).flatMap(({ rolname }) => rolname ?? []);
  }

  /** @throws ConnectionError when another run holds it */
  async #takeLock(): Promise<void> {
    let lock: PostgresSession;
    try {
      lock = await this.#open(meetingPlace);
    } catch (error) {
      throw new ConnectionError(
        `a server that is used as disposable needs a database "${meetingPlace}" that we may connect to, where runs see of each other: ${reason(error)}`,
        { cause: error },
      );
    }
    try {
      if (this.versionNumber >= 140000) await lock.query('SET idle_session_timeout = 0');
      let locked = false;
      for (const since = Date.now(); ; await sleep(50)) {
        if (!locked) {
          const [result] = await lock.query(`SELECT pg_catalog.pg_try_advisory_lock(${disposableLock}) AS locked`);
          locked = result?.rows[0]?.['locked'] === 't';
        }
        // one that has lost its lock, with its connection, may still be at work
        const busy =
          !locked ||
          (await this.#runs()).some(({ run, alive, record }) => run !== this.run && alive && record !== undefined);
        if (!busy) break;
        if (Date.now() - since > patience) {
          throw new ConnectionError(
            'another idempotify run uses this server as disposable, or was killed and its last statement still runs: neither could tell which roles are its own. Wait for its end, or give each run a server of its own',
          );
        }
      }
    } catch (error) {
      await lock.close();
      throw error;
    }
    this.#lock = lock;
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
    try {
      await this.#admin.close();
    } finally {
      await this.#lock?.close();
    }
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

  async shrink(): Promise<void> {
    // the server looks after its memory
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.onClose();
    await this.#client.end();
  }
}
