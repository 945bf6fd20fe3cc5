/** Connects as libpq would: the hosts in turn, with TLS or without, to a server of the kind that is asked for. */
import type { EventEmitter } from 'node:events';
import fs from 'node:fs';
import type tls from 'node:tls';
import pgpass from 'pgpass/lib/helper.js';
import { ConnectionError, SqlError } from '../runners/errors.ts';
import { type LiveSession, openLive } from './session.ts';
import {
  type ConnectionSettings,
  type Environment,
  type Host,
  connectionSettings,
  nameInPassfile,
} from './settings.ts';
import { waysOf } from './tls.ts';

/** A session, and to whom. */
export interface LiveConnection extends LiveSession {
  /** For people: `db.example.org:5432`, or the folder of the socket. */
  readonly address: string;
  readonly user: string;
  readonly database: string;
}

/**
 * @param url postgres://…; what it leaves out is taken from the PG* variables, as in libpq
 * @throws ConnectionError: wrong settings, no server, not let in. It names host, port, user and database, and no password.
 */
export async function connectLive(url: string | undefined, env: Environment = process.env): Promise<LiveConnection> {
  const settings = connectionSettings(url, env);
  // what is wrong with certificates is so for every host
  const ways = settings.hosts.map((host) => ({ host, ways: waysOf(settings.tls, host) }));
  const failures: string[] = [];
  const rounds = settings.sessionAttrs === 'prefer-standby' ? ['standby', 'any'] : [settings.sessionAttrs];
  for (const wanted of rounds) {
    failures.length = 0;
    for (const each of ways) {
      try {
        const session = await connectTo(each.host, each.ways, settings);
        const unfit = await unfitFor(session, wanted);
        if (unfit === undefined) return session;
        await session.close();
        failures.push(`${session.address}: ${unfit}`);
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        failures.push(`${shown(each.host)}: ${error.message}`);
        // as in libpq: who is not let in by one of them is not by the others
        if (refused(error)) throw failed(settings, failures, error);
      }
    }
  }
  throw failed(settings, failures);
}

function failed({ user, database }: ConnectionSettings, failures: readonly string[], cause?: unknown): ConnectionError {
  return new ConnectionError(
    `cannot connect to database "${database}" as user "${user}" at ${failures.join('; at ')}`,
    {
      cause,
    },
  );
}

const shown = ({ host, address, port }: Host): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}${address === undefined || address === host ? '' : ` (${address})`}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const sqlState = (error: unknown): string | undefined =>
  error instanceof SqlError
    ? error.code
    : error instanceof Error && error.cause !== undefined
      ? sqlState(error.cause)
      : undefined;

/** The server has answered, and said no: a wrong password, role or database. */
const refused = (error: unknown): boolean => /^(?:28|3D)/.test(sqlState(error) ?? '');

async function connectTo(
  host: Host,
  ways: readonly (false | tls.ConnectionOptions)[],
  settings: ConnectionSettings,
): Promise<LiveConnection> {
  for (const [index, ssl] of ways.entries()) {
    try {
      const session = await open(host, ssl, settings);
      return Object.assign(session, { address: shown(host), user: settings.user, database: settings.database });
    } catch (error) {
      if (index + 1 < ways.length && worthAnotherWay(error, ssl !== false)) continue;
      throw new ConnectionError(explained(error, settings), { cause: error });
    }
  }
  throw new ConnectionError('there is no way to connect');
}

/** `prefer` and `allow` try the other way when this one is what the server, or its pg_hba.conf, does not want. */
function worthAnotherWay(error: unknown, encrypted: boolean): boolean {
  // it is we who gave up: there is no password, or channel binding is demanded
  if (error instanceof Error && error.cause instanceof ConnectionError) return false;
  const code = sqlState(error);
  if (code !== undefined) return code === '28000';
  return (
    encrypted && !/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENOENT|EHOSTUNREACH|ENETUNREACH|timeout/.test(messageOf(error))
  );
}

async function open(
  host: Host,
  ssl: false | tls.ConnectionOptions,
  settings: ConnectionSettings,
): Promise<LiveSession> {
  const { user, database, options } = settings;
  return openLive(
    {
      host: host.address ?? host.host,
      port: host.port,
      user,
      database,
      password: () => passwordFor(host, settings),
      ssl,
      sslnegotiation: ssl === false ? 'postgres' : settings.tls.negotiation,
      enableChannelBinding: settings.requireChannelBinding,
      // the only settings that are sent with the connection, since a pooler may refuse others: what a person has asked for
      application_name: settings.applicationName,
      ...(options === undefined ? {} : { options }),
      connectionTimeoutMillis: settings.connectTimeout,
      // a connection that a firewall has forgotten is noticed
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    },
    settings.requireChannelBinding ? demandChannelBinding : undefined,
  );
}

/** Asked only when the server wants a password. */
async function passwordFor(host: Host, settings: ConnectionSettings): Promise<string> {
  const given = settings.password();
  if (given !== undefined) return given;
  const { passfile, user, database } = settings;
  const stats = fs.statSync(passfile, { throwIfNoEntry: false });
  if (stats && pgpass.usePgPass(stats, passfile)) {
    const found = await new Promise<string | undefined>((resolve) => {
      const name = nameInPassfile(host);
      pgpass.getPassword({ host: name, port: host.port, database, user }, fs.createReadStream(passfile), resolve);
    });
    if (found !== undefined && found !== '') return found;
  }
  throw new ConnectionError(
    `the server asks for a password, and there is none: it can stand in PGPASSWORD, in ${passfile}${stats ? ' (where no line fits)' : ''}, or in the URL`,
  );
}

/** Before anything is said to a server that does not prove at the same time that it knows the password and holds the key. */
function demandChannelBinding(connection: EventEmitter): void {
  const stop = (): void => {
    connection.emit(
      'error',
      new ConnectionError('channel_binding=require is asked for, and the server does not offer it'),
    );
    (connection as unknown as { stream: { destroy: () => void } }).stream.destroy();
  };
  connection.on('authenticationCleartextPassword', stop);
  connection.on('authenticationMD5Password', stop);
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    if (!mechanisms.includes('SCRAM-SHA-256-PLUS')) stop();
  });
}

/** @returns why the server is not the one that target_session_attrs asks for */
async function unfitFor(session: LiveSession, wanted: string): Promise<string | undefined> {
  if (wanted === 'any') return undefined;
  const [[standby, readOnly] = []] = await session.rows(
    `SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('default_transaction_read_only')`,
  );
  const isStandby = standby === 't';
  const isReadOnly = isStandby || readOnly === 'on';
  switch (wanted) {
    case 'primary':
      return isStandby ? 'it is a standby' : undefined;
    case 'standby':
      return isStandby ? undefined : 'it is no standby';
    case 'read-only':
      return isReadOnly ? undefined : 'it can be written to';
    default:
      return isReadOnly ? 'it can not be written to' : undefined;
  }
}

function explained(error: unknown, { passwordFrom, passfile, connectTimeout, options }: ConnectionSettings): string {
  const text = messageOf(error);
  switch (sqlState(error)) {
    case '28P01':
      return `${text} (the password came from ${passwordFrom ?? passfile})`;
    case '08P01':
      if (options !== undefined && /startup parameter/.test(text))
        return `${text}. A pooler does not take them: leave out PGOPTIONS and options=`;
      return text;
    case undefined:
      if (/timeout expired/.test(text)) return `no answer within ${connectTimeout / 1000} s (PGCONNECT_TIMEOUT)`;
      if (/^Connection terminated unexpectedly/.test(text))
        return 'it closed the connection without a word; is it a PostgreSQL server?';
      return text;
    default:
      return text;
  }
}
