/**
 * PostgreSQL in this process: PGlite. It knows one database and one connection per instance, so a database here is an
 * instance of its own, and a template is the image of another one's data directory (loading an image takes a fifth of
 * the time of a fresh initdb).
 */
import type { Extensions, PGlite } from '@electric-sql/pglite';
import { quoteIdent } from '@idempotify/core';
import { ConnectionError, sqlErrorFrom } from './errors.ts';
import type { QueryResult, Server, Session } from './types.ts';

/** What of PGlite's module is used; it is loaded when the first server starts, since it weighs 27 MB. */
type PGliteModule = typeof import('@electric-sql/pglite');

/** The extensions that PGlite 0.5.16 ships, by the name that CREATE EXTENSION takes, with the module that loads each. */
const shipped = {
  amcheck: async () => (await import('@electric-sql/pglite/contrib/amcheck')).amcheck,
  bloom: async () => (await import('@electric-sql/pglite/contrib/bloom')).bloom,
  btree_gin: async () => (await import('@electric-sql/pglite/contrib/btree_gin')).btree_gin,
  btree_gist: async () => (await import('@electric-sql/pglite/contrib/btree_gist')).btree_gist,
  citext: async () => (await import('@electric-sql/pglite/contrib/citext')).citext,
  cube: async () => (await import('@electric-sql/pglite/contrib/cube')).cube,
  dict_int: async () => (await import('@electric-sql/pglite/contrib/dict_int')).dict_int,
  dict_xsyn: async () => (await import('@electric-sql/pglite/contrib/dict_xsyn')).dict_xsyn,
  earthdistance: async () => (await import('@electric-sql/pglite/contrib/earthdistance')).earthdistance,
  file_fdw: async () => (await import('@electric-sql/pglite/contrib/file_fdw')).file_fdw,
  fuzzystrmatch: async () => (await import('@electric-sql/pglite/contrib/fuzzystrmatch')).fuzzystrmatch,
  hstore: async () => (await import('@electric-sql/pglite/contrib/hstore')).hstore,
  intarray: async () => (await import('@electric-sql/pglite/contrib/intarray')).intarray,
  isn: async () => (await import('@electric-sql/pglite/contrib/isn')).isn,
  lo: async () => (await import('@electric-sql/pglite/contrib/lo')).lo,
  ltree: async () => (await import('@electric-sql/pglite/contrib/ltree')).ltree,
  moddatetime: async () => (await import('@electric-sql/pglite/contrib/moddatetime')).moddatetime,
  pageinspect: async () => (await import('@electric-sql/pglite/contrib/pageinspect')).pageinspect,
  pg_buffercache: async () => (await import('@electric-sql/pglite/contrib/pg_buffercache')).pg_buffercache,
  pg_freespacemap: async () => (await import('@electric-sql/pglite/contrib/pg_freespacemap')).pg_freespacemap,
  pg_stat_statements: async () => (await import('@electric-sql/pglite/contrib/pg_stat_statements')).pg_stat_statements,
  pg_surgery: async () => (await import('@electric-sql/pglite/contrib/pg_surgery')).pg_surgery,
  pg_trgm: async () => (await import('@electric-sql/pglite/contrib/pg_trgm')).pg_trgm,
  pg_visibility: async () => (await import('@electric-sql/pglite/contrib/pg_visibility')).pg_visibility,
  pg_walinspect: async () => (await import('@electric-sql/pglite/contrib/pg_walinspect')).pg_walinspect,
  pgcrypto: async () => (await import('@electric-sql/pglite/contrib/pgcrypto')).pgcrypto,
  seg: async () => (await import('@electric-sql/pglite/contrib/seg')).seg,
  tablefunc: async () => (await import('@electric-sql/pglite/contrib/tablefunc')).tablefunc,
  tcn: async () => (await import('@electric-sql/pglite/contrib/tcn')).tcn,
  tsm_system_rows: async () => (await import('@electric-sql/pglite/contrib/tsm_system_rows')).tsm_system_rows,
  tsm_system_time: async () => (await import('@electric-sql/pglite/contrib/tsm_system_time')).tsm_system_time,
  unaccent: async () => (await import('@electric-sql/pglite/contrib/unaccent')).unaccent,
  'uuid-ossp': async () => (await import('@electric-sql/pglite/contrib/uuid_ossp')).uuid_ossp,
};

/** Names that CREATE EXTENSION accepts on PGlite when they were asked for; `plpgsql` is always there. */
export const pgliteExtensions: readonly string[] = Object.keys(shipped);

/** The version of PGlite, which stands for that of the PostgreSQL in it; the package pins it. */
export const pgliteVersion = '0.5.16';

export interface PGliteOptions {
  /** Extensions to make available to CREATE EXTENSION, out of `pgliteExtensions`. Each costs some 10 ms per database. */
  readonly extensions?: readonly string[];
  /** How many databases stay in memory ready for use (some 150 MB each); the others are kept as images of 40 MB. */
  readonly ready?: number;
}

/**
 * PGlite's own arguments less two that would make it differ from a server: a search_path of only "public", and leave to
 * create objects in pg_catalog. The last four save memory: files are in memory anyway, and nothing has to survive a crash.
 */
const startParams = [
  '--single',
  '-F',
  '-j',
  ...Object.entries({
    exit_on_error: 'false',
    log_checkpoints: 'false',
    max_worker_processes: '0',
    max_parallel_workers: '0',
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    io_method: 'sync',
    jit: 'off',
    shared_buffers: '32MB',
    min_wal_size: '32MB',
    wal_recycle: 'off',
    full_page_writes: 'off',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
];

interface Database {
  /** The data directory as it is on "disk"; outdated once a session has been opened. */
  image: Blob | undefined;
  instance: PGlite | undefined;
  session: PGliteSession | undefined;
  /** What ALTER ROLE … SET and ALTER DATABASE … SET have new sessions start with, as `name=value`. */
  settings: readonly string[];
  /** Whether the instance was started with other ones. */
  outdated: boolean;
}

/** Those of one role in one database last: they win. */
const listSettings = `SELECT unnest(setconfig) AS setting FROM pg_db_role_setting
WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND setrole IN (0, 'postgres'::regrole) ORDER BY setrole, setdatabase`;

interface EmptyCluster {
  readonly image: Blob;
  /** `server_version_num` */
  readonly versionNumber: number;
}

/** One initdb per process. */
let emptyCluster: Promise<EmptyCluster> | undefined;

/**
 * Starts PGlite. The first call in a process takes 2 to 3 s (compiling, initdb), every further database 0.25 to 0.5 s.
 * @throws ConnectionError when an extension is asked for that PGlite does not ship
 */
export async function startPGlite(options: PGliteOptions = {}): Promise<Server> {
  const extensions: Extensions = {};
  for (const name of options.extensions ?? []) {
    if (!Object.hasOwn(shipped, name)) {
      throw new ConnectionError(
        `PGlite does not ship the extension "${name}" (it has ${pgliteExtensions.join(', ')}); use a real server instead`,
      );
    }
    extensions[name] = await shipped[name as keyof typeof shipped]();
  }
  const pglite = await import('@electric-sql/pglite');
  emptyCluster ??= (async () => {
    const instance = await pglite.PGlite.create({ startParams });
    try {
      const { rows } = await instance.query<{ server_version_num: string }>('SHOW server_version_num');
      return { versionNumber: Number(rows[0]?.server_version_num), image: await imageOf(instance) };
    } finally {
      await instance.close();
    }
  })();
  return new PGliteServer(pglite, extensions, Math.max(1, options.ready ?? 3), await emptyCluster);
}

/** CHECKPOINT first, so that whoever loads the image need not replay the log. */
async function imageOf(instance: PGlite): Promise<Blob> {
  await instance.exec('CHECKPOINT');
  return instance.dumpDataDir('none');
}

class PGliteServer implements Server {
  readonly versionNumber: number;
  readonly #module: PGliteModule;
  readonly #extensions: Extensions;
  readonly #ready: number;
  readonly #empty: Blob;
  /** In the order of their last use. */
  readonly #databases = new Map<string, Database>();
  #made = 0;

  constructor(module: PGliteModule, extensions: Extensions, ready: number, { image, versionNumber }: EmptyCluster) {
    this.#module = module;
    this.#extensions = extensions;
    this.#ready = ready;
    this.#empty = image;
    this.versionNumber = versionNumber;
  }

  async createDatabase(template?: string): Promise<string> {
    const image = template === undefined ? this.#empty : await this.#imageFor(template);
    const settings = template === undefined ? [] : this.#database(template).settings;
    const name = `idempotify_scratch_${++this.#made}`;
    this.#databases.set(name, { image, instance: undefined, session: undefined, settings, outdated: false });
    return name;
  }

  async #imageFor(template: string): Promise<Blob> {
    const database = this.#database(template);
    if (database.session) throw new ConnectionError(`database "${template}" is in use and cannot be copied`);
    if (!database.image) {
      if (!database.instance) throw new ConnectionError(`database "${template}" was lost when PGlite broke down`);
      database.image = await imageOf(database.instance);
    }
    return database.image;
  }

  async dropDatabase(name: string): Promise<void> {
    const database = this.#database(name);
    this.#databases.delete(name);
    database.session?.end();
    await shut(database);
  }

  async connect(name: string): Promise<Session> {
    const database = this.#database(name);
    if (database.session)
      throw new ConnectionError(`database "${name}" has a session already; PGlite can have only one`);
    if (database.outdated && database.instance) {
      database.image = await this.#imageFor(name);
      await shut(database);
    }
    const instance = database.instance ?? (await this.#load(database));
    const session = new PGliteSession(this.#module, instance, (broken, settings = database.settings) => {
      database.session = undefined;
      if (broken) database.instance = undefined;
      database.outdated ||= settings.join('\0') !== database.settings.join('\0');
      database.settings = settings;
    });
    database.session = session;
    database.image = undefined;
    // now the most recently used one
    this.#databases.delete(name);
    this.#databases.set(name, database);
    return session;
  }

  async #load(database: Database): Promise<PGlite> {
    const { image } = database;
    if (!image) throw new ConnectionError('this database was lost when PGlite broke down');
    let inMemory = [...this.#databases.values()].filter((other) => other.instance).length;
    for (const other of this.#databases.values()) {
      if (inMemory < this.#ready) break;
      if (!other.instance || other.session) continue;
      other.image ??= await imageOf(other.instance);
      await shut(other);
      inMemory--;
    }
    database.outdated = false;
    database.instance = await this.#module.PGlite.create({
      // without a postmaster, PostgreSQL does not look at them itself
      startParams: [...startParams, ...database.settings.flatMap((setting) => ['-c', setting])],
      extensions: this.#extensions,
      loadDataDir: image,
    });
    return database.instance;
  }

  async close(): Promise<void> {
    for (const name of [...this.#databases.keys()]) await this.dropDatabase(name);
  }

  #database(name: string): Database {
    const database = this.#databases.get(name);
    if (!database) throw new ConnectionError(`there is no scratch database "${name}"`);
    return database;
  }
}

async function shut(database: Database): Promise<void> {
  const { instance } = database;
  database.instance = undefined;
  await instance?.close();
}

class PGliteSession implements Session {
  inTransaction = false;
  readonly #module: PGliteModule;
  readonly #ended: (broken: boolean, settings?: readonly string[]) => void;
  #instance: PGlite | undefined;

  constructor(module: PGliteModule, instance: PGlite, ended: (broken: boolean, settings?: readonly string[]) => void) {
    this.#module = module;
    this.#instance = instance;
    this.#ended = ended;
  }

  async query(sql: string): Promise<QueryResult[]> {
    const instance = this.#instance;
    if (!instance) throw new ConnectionError('this session is closed');
    // the protocol ends the text at a NUL, so that the rest would silently not be run
    if (sql.includes('\0')) throw new ConnectionError('the text contains a NUL character');
    let messages;
    try {
      const query = this.#module.protocol.serialize.query(sql);
      ({ messages } = await instance.execProtocol(query, { throwOnError: false, syncToFs: false }));
    } catch (error) {
      // PostgreSQL inside left with exit(): COPY FROM STDIN does it, there being no one to copy from
      this.#instance = undefined;
      this.#ended(true);
      throw new ConnectionError('PGlite broke down while it ran this statement', { cause: error });
    }
    const results: QueryResult[] = [];
    let failure: Error | undefined;
    let names: string[] = [];
    let rows: Record<string, string | null>[] = [];
    const { messages: kinds } = this.#module.protocol;
    for (const message of messages) {
      if (message instanceof kinds.DatabaseError) failure ??= message;
      else if (message instanceof kinds.ReadyForQueryMessage) this.inTransaction = message.status !== 'I';
      else if (message instanceof kinds.RowDescriptionMessage) names = message.fields.map((field) => field.name);
      else if (message instanceof kinds.DataRowMessage) {
        rows.push(
          Object.fromEntries(message.fields.map((value: string | null, at: number) => [names[at] ?? '', value])),
        );
      } else if (message instanceof kinds.CommandCompleteMessage) {
        results.push({ rows });
        rows = [];
      }
    }
    if (failure) throw sqlErrorFrom(failure) ?? failure;
    return results;
  }

  async shrink(): Promise<void> {
    // a single-user PostgreSQL keeps its whole log until it is told to
    await this.query('CHECKPOINT');
  }

  /** Forgets the instance without tidying it up: it is about to be thrown away. */
  end(): void {
    if (!this.#instance) return;
    this.#instance = undefined;
    this.#ended(false);
  }

  async close(): Promise<void> {
    if (!this.#instance) return;
    // the next session uses the same backend: leave it as a new one would be
    if (this.inTransaction) await this.query('ROLLBACK');
    // As DISCARD ALL, which would go back to the user who logged in, and nobody has. Our own prepared statements may
    // stay: no migration knows them, and planning them again takes longer than everything else here.
    const results = await this.query(
      `SET SESSION AUTHORIZATION postgres; RESET ALL; ${listSettings}; SELECT name FROM pg_prepared_statements WHERE name NOT LIKE 'idempotify\\_%'`,
    );
    const deallocate = (results.at(-1)?.rows ?? [])
      .map(({ name }) => `DEALLOCATE ${quoteIdent(name ?? '')}; `)
      .join('');
    await this.query(
      `${deallocate}CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES`,
    );
    this.#instance = undefined;
    this.#ended(
      false,
      (results.at(-2)?.rows ?? []).map(({ setting }) => setting ?? ''),
    );
  }
}
