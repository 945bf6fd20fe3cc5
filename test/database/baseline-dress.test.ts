/** What a baseline says about owners, privileges and comments, and its objects without a table: on an old and a new server. */
import {
  baselineSql,
  connectServer,
  describeDifference,
  diffSnapshots,
  openLive,
  readBaseline,
  snapshot,
  type Baseline,
  type BaselineOptions,
  type Server,
  type Session,
} from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scopeOf } from '../../packages/database/src/baseline/left-out.ts';
import { startPostgres, type OwnServer } from '../support/servers.ts';

const ROLES = ['dress_app', 'dress_reader', 'dress_writer', '"Dress "" TO x', 'OWNER'];

/** Names, texts and privileges that are easily got wrong. @param major of the server */
const fixture = (major: number): string => `
CREATE SCHEMA app AUTHORIZATION dress_app; GRANT USAGE ON SCHEMA app TO dress_reader, dress_writer;
CREATE SCHEMA "we.ird ""s"" $idempotify$";
COMMENT ON SCHEMA app IS E'it''s a \\\\ "schema"; */ $idempotify$ \\n-- second line';
COMMENT ON SCHEMA public IS NULL;
CREATE EXTENSION pg_trgm SCHEMA app; COMMENT ON EXTENSION pg_trgm IS 'ours';
CREATE EXTENSION citext;
REVOKE ALL ON FUNCTION app.similarity(text, text) FROM PUBLIC;
CREATE TABLE app.users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "na""me" text CHECK ("na""me" <> ''), mail text);
COMMENT ON TABLE app.users IS ''' -- users'; COMMENT ON COLUMN app.users."na""me" IS 'the "name"';
COMMENT ON CONSTRAINT users_pkey ON app.users IS 'key'; COMMENT ON INDEX app.users_pkey IS 'index of the key'; COMMENT ON SEQUENCE app.users_id_seq IS 'of id';
ALTER TABLE app.users OWNER TO dress_app;
GRANT SELECT, INSERT ON app.users TO dress_reader WITH GRANT OPTION; GRANT UPDATE ("na""me", mail), SELECT (id) ON app.users TO dress_writer;
GRANT ALL ON app.users TO """Dress """" TO x"; GRANT DELETE ON app.users TO "OWNER";
SET ROLE dress_reader; GRANT SELECT ON app.users TO dress_writer WITH GRANT OPTION; SET ROLE dress_writer; GRANT SELECT ON app.users TO PUBLIC; RESET ROLE;
GRANT USAGE ON SEQUENCE app.users_id_seq TO dress_reader;
CREATE TABLE "we.ird ""s"" $idempotify$"."t'" (a int, b int, c int); REVOKE ALL ON "we.ird ""s"" $idempotify$"."t'" FROM CURRENT_USER;
CREATE VIEW app.v AS SELECT 1 AS a; ALTER VIEW app.v OWNER TO dress_writer; COMMENT ON VIEW app.v IS 'view'; COMMENT ON COLUMN app.v.a IS 'its column';
CREATE SEQUENCE app.s; GRANT USAGE ON SEQUENCE app.s TO dress_reader; ALTER SEQUENCE app.s OWNER TO dress_app;
CREATE TABLE app.serial (id serial); ALTER TABLE app.serial OWNER TO dress_app; GRANT USAGE ON SEQUENCE app.serial_id_seq TO postgres, dress_reader;
CREATE TYPE app.pair AS (x int, y int); COMMENT ON COLUMN app.pair.y IS 'second'; COMMENT ON TYPE app.pair IS 'pair'; REVOKE USAGE ON TYPE app.pair FROM PUBLIC;
CREATE DOMAIN app.d AS text CONSTRAINT short CHECK (length(VALUE) < 9); COMMENT ON CONSTRAINT short ON DOMAIN app.d IS 'short'; GRANT USAGE ON DOMAIN app.d TO dress_reader; ALTER DOMAIN app.d OWNER TO dress_app;
CREATE FUNCTION app.f(a int, b text DEFAULT '$idempotify$') RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION app.f(int, text) IS 'function';
REVOKE ALL ON FUNCTION app.f(int, text) FROM PUBLIC; GRANT EXECUTE ON FUNCTION app.f(int, text) TO dress_reader;
CREATE PROCEDURE app.p(a int) LANGUAGE sql AS ''; ALTER PROCEDURE app.p(int) OWNER TO dress_app; GRANT EXECUTE ON PROCEDURE app.p TO dress_writer;
CREATE AGGREGATE app.most(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
ALTER AGGREGATE app.most(float8 ORDER BY anyelement) OWNER TO dress_app; REVOKE ALL ON FUNCTION app.most(float8, anyelement) FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO dress_reader; GRANT SELECT ON pg_catalog.pg_authid TO dress_reader; GRANT SELECT (rolname) ON pg_catalog.pg_authid TO dress_writer;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
CREATE FOREIGN DATA WRAPPER fdw OPTIONS (api_key 'hunter2', mode 'fast'); CREATE SERVER srv TYPE 't''' VERSION '1' FOREIGN DATA WRAPPER fdw OPTIONS (host 'h\\', uri 'http://u:hunter2@h/'); ALTER SERVER srv OWNER TO postgres;
CREATE FOREIGN TABLE app.ft (a int) SERVER srv OPTIONS (access_token 'hunter2', "table" 't'); CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (user 'u', password 'hunter2'); CREATE USER MAPPING FOR dress_app SERVER srv;
GRANT USAGE ON FOREIGN SERVER srv TO dress_reader WITH GRANT OPTION; GRANT USAGE ON FOREIGN DATA WRAPPER fdw TO dress_app; COMMENT ON SERVER srv IS 'server';
CREATE PUBLICATION pub FOR TABLE app.users${major >= 15 ? ` (id, "na""me") WHERE (id > 5)` : ''} WITH (publish = 'insert, delete', publish_via_partition_root = true); COMMENT ON PUBLICATION pub IS 'pub'; ALTER PUBLICATION pub OWNER TO postgres;
CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION nothing;
${major >= 15 ? `CREATE PUBLICATION pub_s FOR TABLES IN SCHEMA "we.ird ""s"" $idempotify$", TABLE app.users;` : ''}
${major >= 18 ? `CREATE PUBLICATION pub_g FOR TABLE app.users WITH (publish_generated_columns = stored); CREATE TABLE app.n (a int CONSTRAINT a_there NOT NULL); COMMENT ON CONSTRAINT a_there ON app.n IS 'not null';` : ''}
CREATE STATISTICS app.st (ndistinct) ON a, b FROM "we.ird ""s"" $idempotify$"."t'"; ALTER STATISTICS app.st SET STATISTICS 55; COMMENT ON STATISTICS app.st IS 'statistics';
CREATE FUNCTION app.ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END'; CREATE EVENT TRIGGER "ev't" ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION app.ev(); ALTER EVENT TRIGGER "ev't" DISABLE; COMMENT ON EVENT TRIGGER "ev't" IS 'event';
ALTER DEFAULT PRIVILEGES FOR ROLE dress_app IN SCHEMA app GRANT SELECT ON TABLES TO dress_reader; ALTER DEFAULT PRIVILEGES FOR ROLE dress_app REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE dress_app GRANT USAGE ON SEQUENCES TO dress_writer WITH GRANT OPTION; ALTER DEFAULT PRIVILEGES FOR ROLE dress_app GRANT ALL ON SCHEMAS TO "OWNER";`;

/** Changes with every write to one of the catalogs that a baseline could touch. */
const fingerprint = `SELECT ${[
  'class',
  'proc',
  'type',
  'namespace',
  'description',
  'default_acl',
  'publication',
  'publication_rel',
  'event_trigger',
  'statistic_ext',
  'foreign_server',
  'attribute',
  'extension',
  'user_mapping',
  'language',
]
  .map((name) => `(SELECT md5(string_agg(xmin::text || ctid::text, ',' ORDER BY oid)) FROM pg_${name})`)
  .map((sql) => (sql.includes('pg_attribute)') ? sql.replace('ORDER BY oid', 'ORDER BY attrelid, attnum') : sql))
  .map((sql) =>
    sql.includes('pg_description)') ? sql.replace('ORDER BY oid', 'ORDER BY classoid, objoid, objsubid') : sql,
  )
  .join(' || ')} AS hash`;

describe.each([14, 18])('on PostgreSQL %i', (major) => {
  let own: OwnServer;
  let server: Server;
  let source: string;
  beforeAll(async () => {
    own = await startPostgres(major);
    server = await connectServer(own.url);
    source = await made(ROLES.map((role) => `CREATE ROLE "${role.replaceAll('"', '""')}";`).join(' ') + fixture(major));
  });
  afterAll(async () => {
    await server.close();
    await own.stop();
  });

  async function made(sql = ''): Promise<string> {
    const name = await server.createDatabase();
    await run(name, sql);
    return name;
  }
  async function run(database: string, sql: string): Promise<void> {
    await within(database, (session) => session.query(sql));
  }
  async function within<T>(database: string, use: (session: Session) => Promise<T>): Promise<T> {
    const session = await server.connect(database);
    try {
      return await use(session);
    } finally {
      await session.close();
    }
  }
  async function read(database: string, options: BaselineOptions = { secrets: true }): Promise<Baseline> {
    const session = await openLive({ connectionString: own.url.replace(/\/postgres$/, `/${database}`) });
    try {
      return await readBaseline(session, options);
    } finally {
      await session.close();
    }
  }
  async function differences(from: string, to: string): Promise<string[]> {
    const [a, b] = [await within(from, snapshot), await within(to, snapshot)];
    return diffSnapshots(a, b).map(describeDifference);
  }
  const one = async (database: string, sql: string): Promise<string | null | undefined> =>
    within(database, async (session) => Object.values((await session.query(sql)).at(-1)?.rows[0] ?? {})[0]);

  test('everything comes back, and nothing is touched where everything is there', async () => {
    const baseline = await read(source);
    const sql = baselineSql(baseline);
    const copy = await made(sql);
    expect(await differences(source, copy)).toEqual([]);
    for (const database of [source, copy]) {
      const before = await one(database, fingerprint);
      await run(database, sql);
      expect(await one(database, fingerprint)).toBe(before);
    }
    expect(baseline.roles).toEqual([...ROLES, 'postgres'].sort());
    expect(baselineSql(await read(copy))).toBe(sql.replaceAll(source, copy));
  });

  test('what has changed is put right', async () => {
    const sql = baselineSql(await read(source));
    const copy = await made(sql);
    await run(
      copy,
      `COMMENT ON TABLE app.users IS 'other'; COMMENT ON COLUMN app.pair.y IS NULL; COMMENT ON EXTENSION pg_trgm IS NULL; COMMENT ON SCHEMA public IS 'mine';
      ALTER TABLE app.users OWNER TO dress_writer; ALTER TABLE app.serial OWNER TO dress_writer; REVOKE ALL ON SEQUENCE app.serial_id_seq FROM postgres; ALTER FUNCTION app.f(int, text) OWNER TO dress_app; ALTER SCHEMA app OWNER TO postgres; ALTER PUBLICATION pub OWNER TO postgres;
      GRANT TRUNCATE ON app.users TO dress_reader; REVOKE GRANT OPTION FOR INSERT ON app.users FROM dress_reader; REVOKE UPDATE (mail) ON app.users FROM dress_writer; GRANT INSERT (mail) ON app.users TO dress_writer;
      GRANT EXECUTE ON FUNCTION app.f(int, text) TO PUBLIC; GRANT SELECT ON "we.ird ""s"" $idempotify$"."t'" TO dress_reader; GRANT ALL ON SEQUENCE app.s TO PUBLIC;
      GRANT SELECT ON app.v TO dress_reader; GRANT CREATE ON SCHEMA public TO PUBLIC; GRANT EXECUTE ON FUNCTION app.similarity(text, text) TO PUBLIC;
      ALTER DEFAULT PRIVILEGES FOR ROLE dress_app IN SCHEMA app GRANT INSERT ON TABLES TO dress_writer; ALTER DEFAULT PRIVILEGES FOR ROLE dress_app GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
      ALTER PUBLICATION pub DROP TABLE app.users; ALTER EVENT TRIGGER "ev't" ENABLE; ALTER STATISTICS app.st SET STATISTICS 7; DROP USER MAPPING FOR dress_app SERVER srv; DROP EXTENSION citext;`,
    );
    await run(copy, sql);
    expect(await differences(source, copy)).toEqual([]);
  });

  test('default privileges of the target do not show', async () => {
    const from = await made('CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$;');
    const copy = await made(
      'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO dress_reader; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;',
    );
    await run(copy, baselineSql(await read(from)));
    expect((await differences(from, copy)).filter((line) => !line.startsWith('default privileges'))).toEqual([]);
  });

  test('roles that are missing are skipped', async () => {
    const from = await made(`CREATE ROLE dress_gone; CREATE ROLE dress_gone_too;
      CREATE TABLE t (a int); ALTER TABLE t OWNER TO dress_gone; GRANT SELECT ON t TO dress_reader WITH GRANT OPTION; GRANT INSERT, UPDATE (a) ON t TO dress_gone_too;
      SET ROLE dress_reader; GRANT SELECT ON t TO dress_gone_too; RESET ROLE; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR dress_gone SERVER s;
      ALTER DEFAULT PRIVILEGES FOR ROLE dress_gone GRANT SELECT ON TABLES TO dress_reader; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO dress_gone_too`);
    const baseline = await read(from);
    expect(baseline.roles).toEqual(['dress_gone', 'dress_gone_too', 'dress_reader', 'postgres']);
    await server.dropDatabase(from);
    await run(source, 'DROP ROLE dress_gone; DROP ROLE dress_gone_too');
    const copy = await made(baselineSql(baseline));
    expect(await one(copy, `SELECT relacl FROM pg_class WHERE relname = 't'`)).toBe(
      `{postgres=arwdDxt${major >= 17 ? 'm' : ''}/postgres,dress_reader=r*/postgres}`,
    );
    const before = await one(copy, fingerprint);
    await run(copy, baselineSql(baseline));
    expect(await one(copy, fingerprint)).toBe(before);
    const notices: string[] = [];
    const { Client } = (await import('pg')).default;
    const client = new Client({ connectionString: own.url.replace(/\/postgres$/, `/${copy}`) });
    client.on('notice', ({ message }) => notices.push(message ?? ''));
    await client.connect();
    await client.query(baselineSql(baseline));
    await client.end();
    expect(notices).toEqual(['there are no such roles: dress_gone, dress_gone_too']);
  });

  test('who is no superuser applies what he may', async () => {
    const from =
      await made(`CREATE TABLE t (a int); ALTER TABLE t OWNER TO dress_app; GRANT SELECT ON t TO dress_reader;
      COMMENT ON TABLE t IS 'table'; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO dress_reader; GRANT SELECT ON pg_catalog.pg_authid TO dress_reader`);
    const sql = baselineSql(await read(from));
    const copy = await made(
      `SET client_min_messages = error; CREATE ROLE dress_deployer; GRANT dress_app TO dress_deployer`,
    );
    await run(
      copy,
      `ALTER DATABASE "${copy}" OWNER TO dress_deployer; GRANT CREATE ON SCHEMA public TO dress_deployer, dress_app; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO dress_reader`,
    );
    const deploy = (text: string): Promise<void> => run(copy, `SET ROLE dress_deployer; ${text}`);
    await deploy(sql);
    expect(
      await one(
        copy,
        `SELECT relacl::text || obj_description(oid) || pg_get_userbyid(relowner) FROM pg_class WHERE relname = 't'`,
      ),
    ).toMatch(/^\{dress_app=[a-zA-Z]+\/dress_app,dress_reader=r\/dress_app\}tabledress_app$/);
    await deploy(sql);
    await expect(deploy(baselineSql(await read(await made('CREATE SCHEMA mine'))))).rejects.toThrow(
      'SCHEMA mine should belong to postgres, in whose name dress_deployer may not act',
    );
  });

  test('what is not wanted is left out', async () => {
    const baseline = await read(source, { owners: false, grants: false, comments: false });
    const sql = baselineSql(baseline);
    expect(sql).not.toMatch(/OWNER TO|COMMENT ON|GRANT |dress_reader|hunter2/);
    expect(
      baseline.leftOut
        .filter(({ kind }) => kind === 'option')
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      'access_token of the foreign table app.ft',
      'api_key of the foreign-data wrapper fdw',
      'password of the user mapping of PUBLIC on srv',
      'uri of the server srv',
    ]);
    const copy = await made(sql);
    expect(
      (await differences(source, copy)).filter(
        (line) => /is missing/.test(line) && !/^(comment|changed privileges|default privileges)/.test(line),
      ),
    ).toEqual([]);
    for (const database of [copy, source]) await run(database, sql);
    // without owners the privileges are those beside the owner's, whoever that is
    const granted = await made(baselineSql(await read(source, { owners: false, comments: false })));
    expect(await one(granted, `SELECT relacl::text FROM pg_class WHERE relname = 'users'`)).toMatch(
      /dress_reader=a\*r\*\/postgres/,
    );
  });

  test('a baseline says what it leaves out', async () => {
    const database =
      await made(`CREATE ROLE supabase_admin; CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY);
      CREATE TABLE profiles (id int REFERENCES auth.users); CREATE FUNCTION new_user() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER on_new AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION new_user(); CREATE POLICY mine ON auth.users USING (true);
      CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text); CREATE TABLE schema_migrations (version bigint, dirty boolean);
      CREATE TABLE migrations (id int, title text); CREATE SCHEMA "my.app"; CREATE TABLE "my.app".a (id serial PRIMARY KEY); CREATE VIEW "my.app".b AS SELECT * FROM "my.app".a;
      CREATE TABLE ledger_of_ours (id int); SELECT lo_create(0); ALTER DATABASE template0 SET work_mem = '5MB'`);
    await run(database, `ALTER DATABASE "${database}" SET "app.secret" = 'hunter2'`);
    const scope = async (options: BaselineOptions): Promise<Awaited<ReturnType<typeof scopeOf>>> => {
      const session = await openLive({ connectionString: own.url.replace(/\/postgres$/, `/${database}`) });
      try {
        await session.run(`BEGIN READ ONLY; SET LOCAL search_path = ''`);
        return await scopeOf(session, options);
      } finally {
        await session.close();
      }
    };
    const said = ({ leftOut }: Awaited<ReturnType<typeof scope>>): string[] =>
      leftOut.map(({ kind, name }) => `${kind} ${name}`);
    const usual = await scope({ ledger: ['ledger_of_ours'] });
    expect([...usual.schemas.values()]).toEqual(['my.app', 'public']);
    expect(said(usual)).toEqual(
      [
        'schema auth',
        'schema drizzle',
        'table public.ledger_of_ours',
        'table public.schema_migrations',
        'large objects 1',
        'sequence positions 1 sequences',
        'setting "app.secret" of the database',
        'policy mine on auth.users',
        'trigger on_new on auth.users',
      ].map((line) => line.replace('"app.secret"', 'app.secret')),
    );
    expect(JSON.stringify(usual)).not.toContain('hunter2');
    expect(usual.warnings).toEqual([
      'auth.users is left out, but is needed by public.profiles: it must be there before the baseline is applied.',
    ]);
    const narrow = await scope({ schemas: ['my*', '"my.app"'], exclude: ['"my.app".a', 'nix'] });
    expect([...narrow.schemas.values()]).toEqual(['my.app']);
    // the table, its index and its sequence
    expect(narrow.excludedRelations.size).toBe(3);
    expect(narrow.warnings).toEqual([
      '"nix" excludes nothing: there is no such schema, nor, with a dot, such a relation in a schema.',
      '"my.app".a is left out, but is needed by "my.app".b: it must be there before the baseline is applied.',
    ]);
    expect([...(await scope({ schemas: ['auth'] })).schemas.values()]).toEqual(['auth']);
    await expect(scope({ schemas: ['aut'] })).rejects.toThrow('There is no schema that "aut" stands for.');
    await expect(scope({ schemas: ['a.b'] })).rejects.toThrow('"a.b" is not the name of a schema.');
    await expect(scope({ exclude: ['"a'] })).rejects.toThrow('a double quote is not closed');
    await run(source, 'DROP ROLE supabase_admin');
    // the same names mean nothing where there is no such provider
    expect([...(await scope({})).schemas.values()]).toEqual(['auth', 'my.app', 'public']);
  });

  test('what only a provider may do is left to it', async () => {
    const from =
      await made(`SET client_min_messages = error; CREATE ROLE supabase_admin SUPERUSER; CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions; CREATE SCHEMA vault; CREATE EXTENSION hstore SCHEMA vault;
      CREATE TABLE mine (a int, b int); CREATE TABLE theirs (a int); ALTER TABLE theirs OWNER TO supabase_admin; GRANT SELECT ON mine TO dress_reader;
      CREATE SCHEMA realtime; CREATE TABLE realtime.messages (a int); CREATE PUBLICATION supabase_realtime FOR TABLE mine, realtime.messages; CREATE PUBLICATION supabase_realtime_messages FOR TABLE realtime.messages;
      ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA public GRANT ALL ON TABLES TO dress_reader; GRANT SELECT ON pg_catalog.pg_authid TO dress_reader;
      CREATE FUNCTION extensions.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END'; CREATE EVENT TRIGGER pgrst_watch ON ddl_command_end EXECUTE FUNCTION extensions.watch();
      CREATE STATISTICS st ON a, b FROM mine; CREATE TABLE excluded (a int); ALTER PUBLICATION supabase_realtime ADD TABLE excluded`);
    const baseline = await read(from, { exclude: ['public.excluded'] });
    await server.dropDatabase(from);
    await run(source, 'DROP ROLE supabase_admin');
    const said = baseline.leftOut.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`);
    expect(said).toEqual(
      expect.arrayContaining([
        'schema extensions: Supabase makes it and what is in it',
        'table public.excluded: excluded by "public.excluded"',
        'extension hstore: it is in the schema vault, which Supabase makes',
        'event trigger pgrst_watch: its function extensions.watch is left out',
        'publication supabase_realtime_messages: Supabase makes it',
        'published table public.excluded in supabase_realtime: the table is left out',
        'published table realtime.messages in supabase_realtime: the table is left out',
        'default privileges tables of supabase_admin in schema public: only Supabase may act as this role',
        'privileges 1 objects of the system: Supabase sets them',
      ]),
    );
    expect(baseline.warnings).toEqual([
      'Supabase keeps the role supabase_admin for itself, which owns public.theirs: whoever applies the baseline will own them.',
    ]);
    const copy = await made(baselineSql(baseline));
    expect(await one(copy, 'SELECT string_agg(prrelid::regclass::text, $$ $$) FROM pg_publication_rel')).toBe('mine');
    expect(
      await one(
        copy,
        `SELECT string_agg(extname || ' ' || extnamespace::regnamespace, ', ' ORDER BY extname) FROM pg_extension`,
      ),
    ).toBe('pg_trgm extensions, plpgsql pg_catalog');
  });

  test('an extension that is not there is told by name', async () => {
    const sql = baselineSql(await read(source))
      .replaceAll("'citext'", "'no_such'")
      .replaceAll('EXTENSION citext', 'EXTENSION no_such');
    await expect(made(sql)).rejects.toThrow('the extension citext is needed, but is not installed on this server');
  });
});
