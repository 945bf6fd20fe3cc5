/**
 * Where a database is and how to get in, as libpq reads it: the URL, then a service, then PG* variables, then defaults
 * (PostgreSQL docs, "Parameter Key Words", "Environment Variables", "The Connection Service File").
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConnectionError } from '../runners/errors.ts';

/** libpq's keywords that are followed here, with their variables. */
const VARIABLES = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  service: 'PGSERVICE',
  servicefile: 'PGSERVICEFILE',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  channel_binding: 'PGCHANNELBINDING',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslpassword: undefined,
  sslcrl: 'PGSSLCRL',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  // what would be demanded by them can't be kept here
  gssencmode: 'PGGSSENCMODE',
  require_auth: 'PGREQUIREAUTH',
  requirepeer: 'PGREQUIREPEER',
} as const;

type Keyword = keyof typeof VARIABLES;
type Values = Partial<Record<Keyword, string>>;

/**
 * What a URL may say beside that: keywords of libpq that change nothing for a reader, and what ORMs and poolers write
 * into their URLs for themselves. Anything else is refused: it may be a demand that would not be kept.
 */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  ...['client_encoding', 'fallback_application_name', 'keepalives', 'keepalives_idle', 'keepalives_interval'],
  ...['keepalives_count', 'tcp_user_timeout', 'sslcompression', 'sslsni', 'sslcertmode', 'krbsrvname', 'gsslib'],
  ...['gssdelegation', 'min_protocol_version', 'max_protocol_version'],
  // Prisma
  ...['schema', 'pgbouncer', 'connection_limit', 'pool_timeout', 'socket_timeout', 'statement_cache_size'],
  // pg-connection-string, Supabase
  ...['uselibpqcompat', 'supa', 'workaround'],
]);

export interface Host {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  /** Where to connect to, when it is not what `host` comes to. */
  readonly address: string | undefined;
  readonly port: number;
  readonly socket: boolean;
}

export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'no-verify', 'verify-ca', 'verify-full'] as const;
const SESSION_ATTRS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;

export interface ConnectionSettings {
  /** In the order in which they are tried. */
  readonly hosts: readonly Host[];
  readonly user: string;
  readonly database: string;
  /** For the server's question; undefined when there is none but in a password file. A function, so that nothing prints it. */
  readonly password: () => string | undefined;
  readonly passfile: string;
  /** Where the password comes from, for people. */
  readonly passwordFrom: string | undefined;
  readonly options: string | undefined;
  readonly applicationName: string;
  /** In ms; 0: as long as it takes. */
  readonly connectTimeout: number;
  readonly sessionAttrs: (typeof SESSION_ATTRS)[number];
  readonly requireChannelBinding: boolean;
  readonly tls: TlsSettings;
}

export interface TlsSettings {
  readonly mode: (typeof SSL_MODES)[number];
  readonly negotiation: 'postgres' | 'direct';
  /** A file, or `system`. */
  readonly rootCert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly keyPassword: () => string | undefined;
  readonly crl: string | undefined;
  readonly minVersion: string | undefined;
  readonly maxVersion: string | undefined;
  /** A file of the user's that libpq takes when it is there: `root.crt`, `postgresql.crt`, `postgresql.key`, `root.crl`. */
  readonly usual: (name: string) => string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** How long a host may take to answer when nothing is said about it, in ms. */
const CONNECT_TIMEOUT_MS = 30_000;
const DEFAULT_PORT = '5432';

/** Whether the environment says which database is meant. */
export function namesDatabase(env: Environment): boolean {
  return ['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGSERVICE'].some((name) => env[name]);
}

/**
 * @param url postgres://…; undefined: the environment says it all
 * @throws ConnectionError for what is not understood or contradicts itself; no value of the URL is in its message
 */
export function connectionSettings(url: string | undefined, env: Environment = process.env): ConnectionSettings {
  const given: Values = url === undefined ? {} : ofUrl(url);
  const fromEnvironment: Values = {};
  for (const [keyword, variable] of Object.entries(VARIABLES) as [Keyword, string | undefined][]) {
    const value = variable === undefined ? undefined : env[variable];
    // libpq takes an empty variable for one that is not set
    if (value) fromEnvironment[keyword] = value;
  }
  const service = given.service ?? fromEnvironment.service;
  const ofService = service === undefined ? {} : readService(service, given.servicefile ?? env['PGSERVICEFILE'], env);
  const values: Values = { ...fromEnvironment, ...ofService, ...given };
  const passwordFrom =
    given.password !== undefined
      ? 'the URL'
      : ofService.password !== undefined
        ? 'the service file'
        : values.password !== undefined
          ? 'PGPASSWORD'
          : undefined;
  if ((values.gssencmode ?? 'disable') === 'require') unsupported('gssencmode=require', 'GSSAPI');
  if (values.require_auth) unsupported('require_auth', 'the choice of an authentication method');
  if (values.requirepeer) unsupported('requirepeer', 'the check of who runs a server behind a Unix socket');

  const user = values.user || systemUser();
  const password = values.password || undefined;
  const tls = tlsSettings(values, env);
  const hosts = hostsOf(values);
  oneOf('load_balance_hosts', values.load_balance_hosts, ['disable', 'random'] as const);
  return {
    hosts: values.load_balance_hosts === 'random' ? shuffled(hosts) : hosts,
    user,
    database: values.dbname || user,
    password: () => password,
    passfile: values.passfile ?? passfile(env),
    passwordFrom: password === undefined ? undefined : passwordFrom,
    options: values.options || undefined,
    applicationName: values.application_name || 'idempotify',
    connectTimeout: connectTimeout(values.connect_timeout),
    sessionAttrs: oneOf('target_session_attrs', values.target_session_attrs, SESSION_ATTRS) ?? 'any',
    requireChannelBinding:
      oneOf('channel_binding', values.channel_binding, ['disable', 'prefer', 'require'] as const) === 'require',
    tls,
  };
}

function systemUser(): string {
  try {
    return os.userInfo().username;
  } catch (error) {
    // in a container, a user may be nothing but a number
    throw new ConnectionError(
      'which user? Neither the URL nor PGUSER says it, and the system has no name for this one',
      {
        cause: error,
      },
    );
  }
}

function unsupported(what: string, why: string): never {
  throw new ConnectionError(`${what} is asked for, and ${why} is not supported here`);
}

function oneOf<T extends string>(keyword: Keyword, value: string | undefined, known: readonly T[]): T | undefined {
  if (value === undefined || value === '') return undefined;
  const found = known.find((each) => each === value);
  if (found === undefined) {
    const variable = VARIABLES[keyword];
    throw new ConnectionError(
      `${keyword}${variable === undefined ? '' : ` (${variable})`} has a value that is not known; it is one of ${known.join(', ')}`,
    );
  }
  return found;
}

/** `connect_timeout` in seconds: 0 is for ever, less than 2 is not possible (libpq's connectDBComplete). */
function connectTimeout(value: string | undefined): number {
  if (value === undefined || value === '') return CONNECT_TIMEOUT_MS;
  if (!/^\s*-?\d+\s*$/.test(value)) {
    throw new ConnectionError('connect_timeout (PGCONNECT_TIMEOUT) must be a whole number of seconds');
  }
  const seconds = Number(value);
  return seconds <= 0 ? 0 : Math.max(2, seconds) * 1000;
}

// ---- the URL

/** userspec@hostspec/dbname?paramspec. libpq looks for the `@` up to the first `/`, so a password may hold `?` and `#`. */
const FORM = /^postgres(?:ql)?:\/\/(?:([^/]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;
const EXAMPLE = 'it looks like postgres://user:password@host:5432/database';

/** Nothing of the URL is ever quoted: where it is malformed, any part may be a piece of the password. */
function malformed(why: string): never {
  throw new ConnectionError(`the URL of the database can not be read: ${why}`);
}

function ofUrl(url: string): Values {
  const match = FORM.exec(url);
  if (!match) malformed(EXAMPLE);
  const [, userinfo, hostspec = '', database = '', query] = match;
  if (database.includes('@') || (userinfo === undefined && query?.includes('@')))
    malformed(
      'there is an @ behind the host. In a user name or password, write / as %2F, @ as %40, : as %3A and % as %25',
    );
  const values: Values = {};
  if (userinfo !== undefined) {
    const colon = userinfo.indexOf(':');
    values.user = decoded(colon < 0 ? userinfo : userinfo.slice(0, colon));
    if (colon >= 0 && colon + 1 < userinfo.length) values.password = decoded(userinfo.slice(colon + 1));
  }
  Object.assign(values, hostList(hostspec));
  if (database !== '') values.dbname = decoded(database);
  for (const pair of query ? query.split('&') : []) {
    const [name = '', value, ...more] = pair.split('=').map(decoded);
    if (value === undefined || more.length > 0) malformed('what stands behind ? must be name=value, joined by &');
    // as JDBC has it; libpq takes it too
    if (name === 'ssl' && (value === 'true' || value === '1')) values.sslmode ??= 'require';
    else if (Object.hasOwn(VARIABLES, name)) values[name as Keyword] = value;
    else if (!WITHOUT_EFFECT.has(name)) {
      const shown = /^[a-z_]{1,40}$/i.test(name) ? `the parameter ${name}` : 'a parameter';
      throw new ConnectionError(
        `the URL of the database has ${shown} that is not known here, so what it asks for could not be kept: leave it out`,
      );
    }
  }
  return values;
}

function decoded(text: string): string {
  let result: string;
  try {
    result = decodeURIComponent(text);
  } catch {
    malformed('a % in it is not followed by two hexadecimal digits of UTF-8. Write % itself as %25');
  }
  if (result.includes('\0')) malformed('it holds a NUL character (%00)');
  return result;
}

function hostList(hostspec: string): Values {
  if (hostspec === '') return {};
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const each of hostspec.split(',')) {
    const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(each);
    if (!match) malformed(`what stands for host and port is none; ${EXAMPLE}`);
    hosts.push(decoded(match[1] ?? match[2] ?? ''));
    ports.push(match[3] ?? '');
  }
  return {
    ...(hosts.some((each) => each !== '') ? { host: hosts.join(',') } : {}),
    ...(ports.some((each) => each !== '') ? { port: ports.join(',') } : {}),
  };
}

// ---- hosts

function hostsOf(values: Values): readonly Host[] {
  const list = (text: string | undefined): string[] => (text ? text.split(',') : []);
  const names = list(values.host);
  const addresses = list(values.hostaddr);
  const ports = list(values.port);
  if (names.length > 0 && addresses.length > 0 && names.length !== addresses.length)
    throw new ConnectionError(`there are ${names.length} hosts and ${addresses.length} values of hostaddr`);
  const count = Math.max(names.length, addresses.length, 1);
  if (ports.length > 1 && ports.length !== count)
    throw new ConnectionError(`there are ${ports.length} ports for ${count} host${count === 1 ? '' : 's'}`);
  return Array.from({ length: count }, (_, index): Host => {
    const port = Number((ports.length > 1 ? ports[index] : ports[0]) || DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new ConnectionError('the port (PGPORT) must be a number from 1 to 65535');
    const address = addresses[index] || undefined;
    const host = names[index] || address || localHost(port);
    return { host, address, port, socket: address === undefined && host.startsWith('/') };
  });
}

/** Where servers put their socket when nobody says otherwise: Debian's place, and PostgreSQL's own. */
const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'];

const localHost = (port: number): string =>
  SOCKET_FOLDERS.find((folder) => fs.existsSync(`${folder}/.s.PGSQL.${port}`)) ?? 'localhost';

/** What a password file calls the host: a socket in a usual place is `localhost` there (libpq's passwordFromFile). */
export const nameInPassfile = ({ host, socket }: Host): string =>
  socket && SOCKET_FOLDERS.includes(host) ? 'localhost' : host;

function shuffled<T>(list: readonly T[]): readonly T[] {
  return list
    .map((each) => ({ each, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

// ---- files

const home = (env: Environment): string => env['HOME'] || os.homedir();
/** Where libpq keeps a user's files. */
const ownFolder = (env: Environment): string =>
  process.platform === 'win32'
    ? path.join(env['APPDATA'] ?? home(env), 'postgresql')
    : path.join(home(env), '.postgresql');

const passfile = (env: Environment): string =>
  process.platform === 'win32' ? path.join(ownFolder(env), 'pgpass.conf') : path.join(home(env), '.pgpass');

/** The section `[name]` of the user's service file, or of the system's. */
function readService(name: string, file: string | undefined, env: Environment): Values {
  const system = env['PGSYSCONFDIR'];
  const files = [
    file ??
      (process.platform === 'win32' ? path.join(ownFolder(env), '.pg_service.conf') : `${home(env)}/.pg_service.conf`),
    ...(system ? [path.join(system, 'pg_service.conf')] : []),
  ];
  for (const each of files) {
    let text: string;
    try {
      text = fs.readFileSync(each, 'utf8');
    } catch {
      if (each === file) throw new ConnectionError(`the service file ${each} (PGSERVICEFILE) can not be read`);
      continue;
    }
    const found = sectionOf(text, name, each);
    if (found) return found;
  }
  throw new ConnectionError(`no service "${name}" is defined in ${files.join(' or ')} (PGSERVICE, PGSERVICEFILE)`);
}

function sectionOf(text: string, name: string, file: string): Values | undefined {
  let inside = false;
  let found: Values | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found) break;
      inside = line === `[${name}]`;
      if (inside) found = {};
    } else if (inside && found) {
      const at = line.indexOf('=');
      const keyword = line.slice(0, at);
      // values are not shown: a line may be a password
      const where = `line ${index + 1} of the service file ${file}`;
      if (at < 0) throw new ConnectionError(`${where} is not keyword=value`);
      if (keyword === 'service' || keyword === 'servicefile')
        throw new ConnectionError(`${where} names a service, which can not stand in a service`);
      if (Object.hasOwn(VARIABLES, keyword)) found[keyword as Keyword] ??= line.slice(at + 1);
      else if (!WITHOUT_EFFECT.has(keyword)) throw new ConnectionError(`${where} has a keyword that is not known`);
    }
  }
  return found;
}

// ---- TLS

function tlsSettings(values: Values, env: Environment): TlsSettings {
  const system = values.sslrootcert === 'system';
  const mode = oneOf('sslmode', values.sslmode, SSL_MODES) ?? (system ? 'verify-full' : 'prefer');
  // fe-connect.c: weaker modes would let anybody in who can buy a certificate
  if (system && mode !== 'verify-full')
    throw new ConnectionError(`sslrootcert=system needs sslmode=verify-full, and it is ${mode}`);
  const negotiation = oneOf('sslnegotiation', values.sslnegotiation, ['postgres', 'direct'] as const) ?? 'postgres';
  if (negotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(mode))
    throw new ConnectionError(`sslnegotiation=direct needs sslmode=require or stronger, and it is ${mode}`);
  const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
  const keyPassword = values.sslpassword || undefined;
  return {
    mode,
    negotiation,
    rootCert: values.sslrootcert || undefined,
    cert: values.sslcert || undefined,
    key: values.sslkey || undefined,
    keyPassword: () => keyPassword,
    crl: values.sslcrl || undefined,
    minVersion: oneOf('ssl_min_protocol_version', values.ssl_min_protocol_version, versions),
    maxVersion: oneOf('ssl_max_protocol_version', values.ssl_max_protocol_version, versions),
    usual: (name) => [path.join(ownFolder(env), name)].find((file) => fs.existsSync(file)),
  };
}
