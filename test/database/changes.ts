/** What a migration can change, one change at a time, and what the comparison of the catalogs has to say about it. */
export interface Change {
  readonly title: string;
  /** SQL that is run in a fresh database in front of the first look at it. */
  readonly setup?: string;
  readonly change: string;
  /** `change kind name[: properties in alphabetical order]`; the comparison has to give exactly these. */
  readonly expect: readonly string[];
  /** First major version that knows the statement. */
  readonly since?: number;
  /** Last major version where the expectation holds. */
  readonly until?: number;
  /** PGlite does not have it. */
  readonly realServer?: boolean;
}

const t = 'CREATE TABLE t (id int, a int, b text);';
const keyed = 'CREATE TABLE t (id int PRIMARY KEY, a int, b text);';
const parted = 'CREATE TABLE p (id int NOT NULL, a int) PARTITION BY RANGE (id);';
const trigger =
  'CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();';
const f = `CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';`;
const role = 'CREATE ROLE idempotify_r;';
const wrapper = 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;';

export const changes: readonly Change[] = [
  // schemas
  { title: 'schema', change: 'CREATE SCHEMA x', expect: ['extra schema x'] },
  {
    title: 'owner of a schema',
    setup: `${role} CREATE SCHEMA x`,
    change: 'ALTER SCHEMA x OWNER TO idempotify_r',
    expect: ['changed schema x: owner'],
  },
  {
    title: 'privilege on a schema',
    setup: `${role} CREATE SCHEMA x`,
    change: 'GRANT USAGE ON SCHEMA x TO idempotify_r',
    expect: ['changed schema x: grants'],
  },
  {
    title: 'object in another schema',
    setup: `${t} CREATE SCHEMA x`,
    change: 'ALTER TABLE t SET SCHEMA x',
    expect: [
      ...['', '.a', '.b', '.id'].map((c) => `missing ${c ? 'column' : 'table'} public.t${c}`),
      ...['', '.a', '.b', '.id'].map((c) => `extra ${c ? 'column' : 'table'} x.t${c}`),
    ],
  },

  // tables
  { title: 'table', change: 'CREATE TABLE "T x" ()', expect: ['extra table public."T x"'] },
  { title: 'dropped table', setup: 'CREATE TABLE u ()', change: 'DROP TABLE u', expect: ['missing table public.u'] },
  {
    title: 'unlogged',
    setup: t,
    change: 'ALTER TABLE t SET UNLOGGED',
    expect: ['changed table public.t: persistence'],
  },
  {
    title: 'row level security',
    setup: t,
    change: 'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
    expect: ['changed table public.t: row security'],
  },
  {
    title: 'forced row level security',
    setup: t,
    change: 'ALTER TABLE t FORCE ROW LEVEL SECURITY',
    expect: ['changed table public.t: forced row security'],
  },
  {
    title: 'replica identity',
    setup: t,
    change: 'ALTER TABLE t REPLICA IDENTITY FULL',
    expect: ['changed table public.t: replica identity'],
  },
  {
    title: 'replica identity by index',
    setup: `${t} ALTER TABLE t ALTER id SET NOT NULL; CREATE UNIQUE INDEX i ON t (id)`,
    change: 'ALTER TABLE t REPLICA IDENTITY USING INDEX i',
    expect: ['changed table public.t: replica identity', 'changed index public.i: replica identity'],
  },
  {
    title: 'storage options',
    setup: t,
    change: 'ALTER TABLE t SET (fillfactor = 70)',
    expect: ['changed table public.t: options'],
  },
  {
    title: 'options of the TOAST table',
    setup: t,
    change: 'ALTER TABLE t SET (toast.autovacuum_enabled = off)',
    expect: ['changed table public.t: TOAST options'],
  },
  {
    title: 'owner',
    setup: `${t} ${role}`,
    change: 'ALTER TABLE t OWNER TO idempotify_r',
    expect: ['changed table public.t: owner'],
  },
  {
    title: 'grant',
    setup: `${t} ${role}`,
    change: 'GRANT SELECT ON t TO idempotify_r',
    expect: ['changed table public.t: grants'],
  },
  {
    title: 'grant option',
    setup: `${t} ${role} GRANT SELECT ON t TO idempotify_r`,
    change: 'GRANT SELECT ON t TO idempotify_r WITH GRANT OPTION',
    expect: ['changed table public.t: grants'],
  },
  {
    title: 'revoke from the owner',
    setup: t,
    change: 'REVOKE ALL ON t FROM CURRENT_USER',
    expect: ['changed table public.t: grants'],
  },
  {
    title: 'grant and revoke',
    setup: `${t} ${role}`,
    change: 'GRANT SELECT ON t TO idempotify_r; REVOKE SELECT ON t FROM idempotify_r',
    expect: [],
  },
  {
    title: 'inheritance',
    setup: `${t} CREATE TABLE c (id int, a int, b text)`,
    change: 'ALTER TABLE c INHERIT t',
    expect: [
      'changed table public.c: parents',
      ...['a', 'b', 'id'].map((c) => `changed column public.c.${c}: inherited`),
    ],
  },
  {
    title: 'partition attached',
    setup: `${parted} CREATE TABLE c (id int NOT NULL, a int)`,
    change: 'ALTER TABLE p ATTACH PARTITION c FOR VALUES FROM (1) TO (10)',
    until: 17,
    expect: [
      'changed table public.c: parents, partition bound',
      'changed column public.c.a: inherited, not local',
      'changed column public.c.id: inherited, not local',
    ],
  },
  {
    title: 'partition attached',
    setup: `${parted} CREATE TABLE c (id int NOT NULL, a int)`,
    change: 'ALTER TABLE p ATTACH PARTITION c FOR VALUES FROM (1) TO (10)',
    since: 18,
    expect: [
      'changed table public.c: parents, partition bound',
      'changed column public.c.a: inherited, not local',
      'changed column public.c.id: inherited, not local',
      'changed not-null constraint public.c.c_id_not_null: inherited, not local',
    ],
  },
  {
    title: 'bound of a partition',
    setup: `${parted} CREATE TABLE c PARTITION OF p FOR VALUES FROM (1) TO (10)`,
    change: 'ALTER TABLE p DETACH PARTITION c; ALTER TABLE p ATTACH PARTITION c FOR VALUES FROM (1) TO (20)',
    expect: ['changed table public.c: partition bound'],
  },
  {
    title: 'table of a type',
    setup: 'CREATE TYPE ct AS (a int); CREATE TABLE u (a int)',
    change: 'ALTER TABLE u OF ct',
    expect: ['changed table public.u: of type'],
  },

  // columns
  { title: 'column', setup: t, change: 'ALTER TABLE t ADD COLUMN "C" date', expect: ['extra column public.t."C"'] },
  { title: 'dropped column', setup: t, change: 'ALTER TABLE t DROP COLUMN a', expect: ['missing column public.t.a'] },
  {
    title: 'renamed column',
    setup: t,
    change: 'ALTER TABLE t RENAME COLUMN a TO c',
    expect: ['missing column public.t.a', 'extra column public.t.c'],
  },
  { title: 'type', setup: t, change: 'ALTER TABLE t ALTER a TYPE bigint', expect: ['changed column public.t.a: type'] },
  {
    title: 'length of a type',
    setup: 'CREATE TABLE u (a varchar(10))',
    change: 'ALTER TABLE u ALTER a TYPE varchar(20)',
    expect: ['changed column public.u.a: type'],
  },
  {
    title: 'not null',
    setup: t,
    change: 'ALTER TABLE t ALTER a SET NOT NULL',
    until: 17,
    expect: ['changed column public.t.a: not null'],
  },
  {
    title: 'not null',
    setup: t,
    change: 'ALTER TABLE t ALTER a SET NOT NULL',
    since: 18,
    expect: ['changed column public.t.a: not null', 'extra not-null constraint public.t.t_a_not_null'],
  },
  {
    title: 'default',
    setup: t,
    change: 'ALTER TABLE t ALTER a SET DEFAULT 1 + 1',
    expect: ['changed column public.t.a: default'],
  },
  {
    title: 'identity',
    setup: 'CREATE TABLE u (a int NOT NULL)',
    change: 'ALTER TABLE u ALTER a ADD GENERATED BY DEFAULT AS IDENTITY',
    expect: ['changed column public.u.a: identity', 'extra sequence public.u_a_seq'],
  },
  {
    title: 'kind of identity',
    setup: 'CREATE TABLE u (a int GENERATED BY DEFAULT AS IDENTITY)',
    change: 'ALTER TABLE u ALTER a SET GENERATED ALWAYS',
    expect: ['changed column public.u.a: identity'],
  },
  {
    title: 'generated column',
    setup: t,
    change: 'ALTER TABLE t ADD g int GENERATED ALWAYS AS (a * 2) STORED',
    expect: ['extra column public.t.g'],
  },
  {
    title: 'no longer generated',
    setup: 'CREATE TABLE u (a int, g int GENERATED ALWAYS AS (a * 2) STORED)',
    change: 'ALTER TABLE u ALTER g DROP EXPRESSION',
    since: 13,
    expect: ['changed column public.u.g: expression, generated'],
  },
  {
    title: 'generated expression',
    setup: 'CREATE TABLE u (a int, g int GENERATED ALWAYS AS (a * 2) STORED)',
    change: 'ALTER TABLE u ALTER g SET EXPRESSION AS (a * 3)',
    since: 17,
    expect: ['changed column public.u.g: expression'],
  },
  {
    title: 'collation of a column',
    setup: t,
    change: 'ALTER TABLE t ALTER b TYPE text COLLATE "C"',
    expect: ['changed column public.t.b: collation'],
  },
  {
    title: 'storage of a column',
    setup: t,
    change: 'ALTER TABLE t ALTER b SET STORAGE EXTERNAL',
    expect: ['changed column public.t.b: storage'],
  },
  {
    title: 'compression of a column',
    setup: t,
    change: 'ALTER TABLE t ALTER b SET COMPRESSION pglz',
    since: 14,
    expect: ['changed column public.t.b: compression'],
  },
  {
    title: 'statistics target',
    setup: t,
    change: 'ALTER TABLE t ALTER b SET STATISTICS 500',
    expect: ['changed column public.t.b: statistics'],
  },
  {
    title: 'options of a column',
    setup: t,
    change: 'ALTER TABLE t ALTER b SET (n_distinct = 5)',
    expect: ['changed column public.t.b: options'],
  },
  {
    title: 'grant on a column',
    setup: `${t} ${role}`,
    change: 'GRANT SELECT (a) ON t TO idempotify_r',
    expect: ['changed column public.t.a: grants'],
  },

  // constraints
  {
    title: 'primary key',
    setup: 'CREATE TABLE u (a int NOT NULL)',
    change: 'ALTER TABLE u ADD PRIMARY KEY (a)',
    expect: ['extra constraint public.u.u_pkey', 'extra index public.u_pkey'],
  },
  {
    title: 'unique constraint instead of unique index',
    setup: `${t} CREATE UNIQUE INDEX k ON t (a)`,
    change: 'ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX k',
    expect: ['extra constraint public.t.k', 'changed index public.k: constraint'],
  },
  {
    title: 'check',
    setup: t,
    change: 'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)',
    expect: ['extra constraint public.t.k'],
  },
  {
    title: 'condition of a check',
    setup: `${t} ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)`,
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 1)',
    expect: ['changed constraint public.t.k: definition'],
  },
  {
    title: 'validated',
    setup: `${t} ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID`,
    change: 'ALTER TABLE t VALIDATE CONSTRAINT k',
    expect: ['changed constraint public.t.k: definition, not validated'],
  },
  {
    title: 'not inherited check',
    setup: `${t} ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)`,
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NO INHERIT',
    expect: ['changed constraint public.t.k: definition, no inherit'],
  },
  {
    title: 'foreign key',
    setup: `${keyed} CREATE TABLE u (t int)`,
    change: 'ALTER TABLE u ADD FOREIGN KEY (t) REFERENCES t ON DELETE CASCADE',
    expect: ['extra constraint public.u.u_t_fkey'],
  },
  {
    title: 'deferrable',
    setup: `${keyed} CREATE TABLE u (t int REFERENCES t)`,
    change: 'ALTER TABLE u ALTER CONSTRAINT u_t_fkey DEFERRABLE INITIALLY DEFERRED',
    expect: ['changed constraint public.u.u_t_fkey: deferrable, definition'],
  },
  {
    title: 'foreign key that is switched off',
    setup: `${keyed} CREATE TABLE u (t int REFERENCES t)`,
    change: 'ALTER TABLE u DISABLE TRIGGER ALL',
    expect: ['changed constraint public.u.u_t_fkey: triggers'],
  },
  {
    title: 'not enforced',
    setup: `${t} ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)`,
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT ENFORCED',
    since: 18,
    expect: ['changed constraint public.t.k: definition, not enforced, not validated'],
  },
  {
    title: 'exclusion constraint',
    setup: 'CREATE TABLE u (r int4range)',
    change: 'ALTER TABLE u ADD EXCLUDE USING gist (r WITH &&)',
    expect: ['extra constraint public.u.u_r_excl', 'extra index public.u_r_excl'],
  },
  {
    title: 'name of a not-null constraint',
    setup: 'CREATE TABLE u (a int CONSTRAINT k NOT NULL)',
    change: 'ALTER TABLE u RENAME CONSTRAINT k TO l',
    since: 18,
    expect: ['missing not-null constraint public.u.k', 'extra not-null constraint public.u.l'],
  },

  // indexes
  { title: 'index', setup: t, change: 'CREATE INDEX i ON t (a)', expect: ['extra index public.i'] },
  {
    title: 'definition of an index',
    setup: `${t} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a DESC) WHERE a > 0',
    expect: ['changed index public.i: definition'],
  },
  {
    title: 'index of the same name on another table',
    setup: `${t} CREATE TABLE u (a int); CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON u (a)',
    expect: ['changed index public.i: definition, table'],
  },
  {
    title: 'invalid index',
    setup: `${t} CREATE INDEX i ON t (a)`,
    change: `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`,
    expect: ['changed index public.i: invalid'],
  },
  {
    title: 'clustered',
    setup: `${t} CREATE INDEX i ON t (a)`,
    change: 'ALTER TABLE t CLUSTER ON i',
    expect: ['changed index public.i: clustered'],
  },
  {
    title: 'options of an index',
    setup: `${t} CREATE INDEX i ON t (a)`,
    change: 'ALTER INDEX i SET (fillfactor = 50)',
    expect: ['changed index public.i: definition'],
  },
  {
    title: 'statistics target of an index expression',
    setup: `${t} CREATE INDEX i ON t ((a + 1))`,
    change: 'ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 300',
    expect: ['changed index public.i: statistics'],
  },
  {
    title: 'index attached to a partitioned one',
    setup: `${parted} CREATE TABLE c PARTITION OF p FOR VALUES FROM (1) TO (10); CREATE INDEX i ON ONLY p (a); CREATE INDEX ci ON c (a)`,
    change: 'ALTER INDEX i ATTACH PARTITION ci',
    expect: ['changed index public.ci: parent', 'changed index public.i: invalid'],
  },

  // sequences
  { title: 'sequence', change: 'CREATE SEQUENCE q', expect: ['extra sequence public.q'] },
  {
    title: 'parameters of a sequence',
    setup: 'CREATE SEQUENCE q',
    change: 'ALTER SEQUENCE q AS int INCREMENT 5 MINVALUE 0 MAXVALUE 99 START 5 CACHE 3 CYCLE',
    expect: ['changed sequence public.q: cache, cycle, increment, maximum, minimum, start, type'],
  },
  {
    title: 'owner column of a sequence',
    setup: `${t} CREATE SEQUENCE q`,
    change: 'ALTER SEQUENCE q OWNED BY t.a',
    expect: ['changed sequence public.q: owned by'],
  },

  // views
  {
    title: 'view',
    setup: t,
    change: 'CREATE VIEW v AS SELECT a FROM t',
    expect: ['extra column public.v.a', 'extra view public.v'],
  },
  {
    title: 'query of a view',
    setup: `${t} CREATE VIEW v AS SELECT a FROM t`,
    change: 'CREATE OR REPLACE VIEW v AS SELECT a FROM t WHERE a > 1',
    expect: ['changed view public.v: definition'],
  },
  {
    title: 'options of a view',
    setup: `${t} CREATE VIEW v AS SELECT a FROM t`,
    change: 'ALTER VIEW v SET (security_barrier = true)',
    expect: ['changed view public.v: options'],
  },
  {
    title: 'default of a column of a view',
    setup: `${t} CREATE VIEW v AS SELECT a FROM t`,
    change: 'ALTER VIEW v ALTER a SET DEFAULT 3',
    expect: ['changed column public.v.a: default'],
  },
  {
    title: 'materialized view without data',
    setup: `${t} CREATE MATERIALIZED VIEW m AS SELECT a FROM t`,
    change: 'REFRESH MATERIALIZED VIEW m WITH NO DATA',
    expect: ['changed materialized view public.m: without data'],
  },
  {
    title: 'query of a materialized view',
    setup: `${t} CREATE MATERIALIZED VIEW m AS SELECT a FROM t`,
    change: 'DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT a FROM t WHERE a = 1',
    expect: ['changed materialized view public.m: definition'],
  },

  // routines
  { title: 'function', change: f, expect: ['extra function public.f(integer)'] },
  {
    title: 'body of a function',
    setup: f,
    change: `CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2'`,
    expect: ['changed function public.f(integer): definition'],
  },
  {
    title: 'property of a function',
    setup: f,
    change: 'ALTER FUNCTION f STRICT SECURITY DEFINER SET search_path = pg_catalog',
    expect: ['changed function public.f(integer): definition'],
  },
  {
    title: 'overloaded function',
    setup: f,
    change: `CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    expect: ['extra function public.f(text)'],
  },
  {
    title: 'privilege on a function',
    setup: f,
    change: 'REVOKE EXECUTE ON FUNCTION f FROM PUBLIC',
    expect: ['changed function public.f(integer): grants'],
  },
  {
    title: 'procedure',
    change: `CREATE PROCEDURE pr() LANGUAGE sql AS 'SELECT 1'`,
    expect: ['extra function public.pr()'],
  },
  {
    title: 'aggregate',
    setup: 'CREATE AGGREGATE ag(int) (SFUNC = int4pl, STYPE = int)',
    change: `DROP AGGREGATE ag(int); CREATE AGGREGATE ag(int) (SFUNC = int4pl, STYPE = int, INITCOND = '5')`,
    expect: ['changed function public.ag(integer): aggregate'],
  },
  {
    title: 'privilege on a function of PostgreSQL',
    change: 'REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM PUBLIC',
    expect: ['extra changed privileges function pg_catalog.pg_sleep(double precision)'],
  },

  // triggers, rules, policies
  { title: 'trigger', setup: t, change: trigger, expect: ['extra trigger public.t.tr', 'extra function public.tf()'] },
  {
    title: 'events of a trigger',
    setup: `${t} ${trigger}`,
    change: 'DROP TRIGGER tr ON t; CREATE TRIGGER tr AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tf()',
    expect: ['changed trigger public.t.tr: definition'],
  },
  {
    title: 'disabled trigger',
    setup: `${t} ${trigger}`,
    change: 'ALTER TABLE t DISABLE TRIGGER tr',
    expect: ['changed trigger public.t.tr: enabled'],
  },
  {
    title: 'rule',
    setup: t,
    change: 'CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING',
    expect: ['extra rule public.t.r'],
  },
  {
    title: 'action of a rule',
    setup: `${t} CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING`,
    change: 'CREATE OR REPLACE RULE r AS ON DELETE TO t WHERE old.a = 1 DO INSTEAD NOTHING',
    expect: ['changed rule public.t.r: definition'],
  },
  { title: 'policy', setup: t, change: 'CREATE POLICY po ON t USING (a > 0)', expect: ['extra policy public.t.po'] },
  {
    title: 'condition of a policy',
    setup: `${t} CREATE POLICY po ON t USING (a > 0)`,
    change: 'ALTER POLICY po ON t USING (a > 1) WITH CHECK (a > 2)',
    expect: ['changed policy public.t.po: using, with check'],
  },
  {
    title: 'roles of a policy',
    setup: `${t} ${role} CREATE POLICY po ON t USING (true)`,
    change: 'ALTER POLICY po ON t TO idempotify_r',
    expect: ['changed policy public.t.po: roles'],
  },

  // types
  { title: 'enum', change: `CREATE TYPE e AS ENUM ('a')`, expect: ['extra enum public.e'] },
  {
    title: 'order of the labels of an enum',
    setup: `CREATE TYPE e AS ENUM ('a', 'b')`,
    change: `DROP TYPE e; CREATE TYPE e AS ENUM ('b', 'a')`,
    expect: ['changed enum public.e: labels'],
  },
  {
    title: 'label of an enum',
    setup: `CREATE TYPE e AS ENUM ('a', 'b')`,
    change: `ALTER TYPE e RENAME VALUE 'a' TO 'c'`,
    expect: ['changed enum public.e: labels'],
  },
  {
    title: 'composite type',
    change: 'CREATE TYPE ct AS (a int)',
    expect: ['extra column public.ct.a', 'extra composite type public.ct'],
  },
  {
    title: 'attribute of a composite type',
    setup: 'CREATE TYPE ct AS (a int)',
    change: 'ALTER TYPE ct ALTER ATTRIBUTE a TYPE bigint',
    expect: ['changed column public.ct.a: type'],
  },
  {
    title: 'order of the attributes of a composite type',
    setup: 'CREATE TYPE ct AS (a int, b int)',
    change: 'DROP TYPE ct; CREATE TYPE ct AS (b int, a int)',
    expect: ['changed composite type public.ct: attributes'],
  },
  { title: 'domain', change: 'CREATE DOMAIN d AS int', expect: ['extra domain public.d'] },
  {
    title: 'default of a domain',
    setup: 'CREATE DOMAIN d AS int',
    change: 'ALTER DOMAIN d SET DEFAULT 3',
    expect: ['changed domain public.d: default'],
  },
  {
    title: 'check of a domain',
    setup: 'CREATE DOMAIN d AS int',
    change: 'ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0)',
    expect: ['extra domain constraint public.d.k'],
  },
  {
    title: 'validated check of a domain',
    setup: 'CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID',
    change: 'ALTER DOMAIN d VALIDATE CONSTRAINT k',
    expect: ['changed domain constraint public.d.k: definition, not validated'],
  },
  {
    title: 'range type',
    setup: 'CREATE TYPE r AS RANGE (SUBTYPE = int)',
    change: 'DROP TYPE r; CREATE TYPE r AS RANGE (SUBTYPE = bigint)',
    until: 13,
    expect: [
      'missing function public.r(integer,integer)',
      'missing function public.r(integer,integer,text)',
      'extra function public.r(bigint,bigint)',
      'extra function public.r(bigint,bigint,text)',
      'changed range type public.r: operator class, subtype',
    ],
  },
  {
    title: 'function of a range type',
    setup: 'CREATE TYPE r AS RANGE (SUBTYPE = float8)',
    change: 'DROP TYPE r; CREATE TYPE r AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi)',
    expect: ['changed range type public.r: difference'],
  },
  { title: 'shell type', change: 'CREATE TYPE sh', expect: ['extra type public.sh'] },
  {
    title: 'collation',
    change: `CREATE COLLATION co FROM "C"`,
    expect: ['extra collation public.co'],
  },

  // operators and casts
  {
    title: 'operator',
    setup: f,
    change: 'CREATE OPERATOR @#@ (RIGHTARG = int, FUNCTION = f)',
    since: 14,
    expect: ['extra operator public.@#@(NONE,integer)'],
  },
  {
    title: 'operator with a commutator',
    setup: `CREATE FUNCTION eq(int, text) RETURNS bool LANGUAGE sql AS 'SELECT true'`,
    change: 'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = text, FUNCTION = eq, COMMUTATOR = ===)',
    expect: ['extra operator public.===(integer,text)', 'extra operator public.===(text,integer)'],
  },
  {
    title: 'operator class',
    change: 'CREATE OPERATOR CLASS oc FOR TYPE int USING hash AS OPERATOR 1 =',
    expect: ['extra operator class public.oc USING hash', 'extra operator family public.oc USING hash'],
  },
  {
    title: 'member of an operator family',
    setup: 'CREATE OPERATOR FAMILY fa USING btree',
    change: 'ALTER OPERATOR FAMILY fa USING btree ADD OPERATOR 1 < (int, int)',
    expect: ['changed operator family public.fa USING btree: operators'],
  },
  {
    title: 'cast',
    setup: 'CREATE TYPE ct AS (a int)',
    change: 'CREATE CAST (text AS ct) WITH INOUT',
    expect: ['extra cast text AS public.ct'],
  },
  {
    title: 'context of a cast',
    setup: 'CREATE TYPE ct AS (a int); CREATE CAST (text AS ct) WITH INOUT',
    change: 'DROP CAST (text AS ct); CREATE CAST (text AS ct) WITH INOUT AS ASSIGNMENT',
    expect: ['changed cast text AS public.ct: context'],
  },

  // text search
  {
    title: 'text search dictionary',
    setup: 'CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple)',
    change: 'ALTER TEXT SEARCH DICTIONARY td (accept = false)',
    expect: ['changed text search dictionary public.td: options'],
  },
  {
    title: 'mapping of a text search configuration',
    setup: 'CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple)',
    change: 'ALTER TEXT SEARCH CONFIGURATION tc DROP MAPPING FOR word',
    expect: ['changed text search configuration public.tc: mappings'],
  },

  {
    title: 'text search parser',
    change:
      'CREATE TEXT SEARCH PARSER tp (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)',
    expect: ['extra text search parser public.tp'],
  },
  {
    title: 'text search template',
    change: 'CREATE TEXT SEARCH TEMPLATE tt (INIT = dsimple_init, LEXIZE = dsimple_lexize)',
    expect: ['extra text search template public.tt'],
  },

  // the rest of the database
  {
    title: 'extension and not its members',
    change: 'CREATE EXTENSION citext',
    expect: ['extra extension citext', 'extra comment extension citext'],
  },
  {
    title: 'transform',
    change:
      'CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal))',
    expect: ['extra transform integer LANGUAGE sql'],
  },
  {
    title: 'subscription',
    change: `CREATE SUBSCRIPTION su CONNECTION 'dbname=nowhere' PUBLICATION pu WITH (connect = false, slot_name = NONE)`,
    realServer: true,
    expect: ['extra subscription su'],
  },
  {
    title: 'comment',
    setup: t,
    change: `COMMENT ON COLUMN t.a IS 'x'`,
    expect: ['extra comment table column public.t.a'],
  },
  {
    title: 'text of a comment',
    setup: `${t} COMMENT ON TABLE t IS 'x'`,
    change: `COMMENT ON TABLE t IS 'y'`,
    expect: ['changed comment table public.t: text'],
  },
  {
    title: 'comment on the database',
    setup: `DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), 'w'); END $$`,
    change: `DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), 'x'); END $$`,
    expect: ['changed comment database: text'],
  },
  {
    title: 'default privileges',
    change: 'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC',
    expect: ['extra default privileges FOR ROLE postgres IN SCHEMA public ON TABLES'],
  },
  {
    title: 'statistics',
    setup: t,
    change: 'CREATE STATISTICS st ON a, b FROM t',
    expect: ['extra statistics public.st'],
  },
  {
    title: 'target of statistics',
    setup: `${t} CREATE STATISTICS st ON a, b FROM t`,
    change: 'ALTER STATISTICS st SET STATISTICS 50',
    since: 13,
    expect: ['changed statistics public.st: target'],
  },
  { title: 'publication', setup: t, change: 'CREATE PUBLICATION pu FOR TABLE t', expect: ['extra publication pu'] },
  {
    title: 'tables of a publication',
    setup: `${t} CREATE PUBLICATION pu`,
    change: 'ALTER PUBLICATION pu ADD TABLE t',
    expect: ['changed publication pu: tables'],
  },
  {
    title: 'row filter of a publication',
    setup: `${keyed} CREATE PUBLICATION pu FOR TABLE t`,
    change: 'ALTER PUBLICATION pu SET TABLE t (id) WHERE (id > 1)',
    since: 15,
    expect: ['changed publication pu: tables'],
  },
  {
    title: 'actions of a publication',
    setup: `${t} CREATE PUBLICATION pu`,
    change: `ALTER PUBLICATION pu SET (publish = 'insert')`,
    expect: ['changed publication pu: publish'],
  },
  {
    title: 'event trigger',
    setup: 'CREATE FUNCTION ef() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$',
    change: `CREATE EVENT TRIGGER et ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION ef(); ALTER EVENT TRIGGER et DISABLE`,
    expect: ['extra event trigger et'],
  },
  {
    title: 'foreign-data wrapper and server',
    change: wrapper,
    expect: ['extra foreign-data wrapper w', 'extra foreign server s'],
  },
  {
    title: 'options of a foreign server',
    setup: wrapper,
    change: `ALTER SERVER s VERSION '2' OPTIONS (ADD host 'h')`,
    expect: ['changed foreign server s: options, version'],
  },
  {
    title: 'user mapping',
    setup: wrapper,
    change: `CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (u 'x')`,
    expect: ['extra user mapping public ON s'],
  },
  {
    title: 'options of a foreign table and its columns',
    setup: `${wrapper} CREATE FOREIGN TABLE ft (a int) SERVER s`,
    change: `ALTER FOREIGN TABLE ft OPTIONS (ADD x '1'); ALTER FOREIGN TABLE ft ALTER a OPTIONS (ADD y '2')`,
    expect: ['changed table public.ft: foreign options', 'changed column public.ft.a: foreign options'],
  },
  {
    title: 'language',
    change: 'CREATE LANGUAGE la HANDLER plpgsql_call_handler',
    expect: ['extra language la'],
  },
  {
    title: 'access method',
    change: 'CREATE ACCESS METHOD ah TYPE TABLE HANDLER heap_tableam_handler',
    expect: ['extra access method ah'],
  },
  {
    title: 'access method of a table',
    setup: `CREATE ACCESS METHOD ah TYPE TABLE HANDLER heap_tableam_handler; ${t}`,
    change: 'DROP TABLE t; CREATE TABLE t (id int, a int, b text) USING ah',
    expect: ['changed table public.t: access method'],
  },
  {
    title: 'conversion',
    change: `CREATE CONVERSION cv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1`,
    expect: ['extra conversion public.cv'],
  },
  { title: 'role', change: role, expect: ['extra role idempotify_r'] },
  {
    title: 'attribute of a role',
    setup: role,
    change: 'ALTER ROLE idempotify_r LOGIN CREATEDB',
    expect: ['changed role idempotify_r: create database, login'],
  },
  {
    title: 'membership of a role',
    setup: `${role} CREATE ROLE idempotify_s`,
    change: 'GRANT idempotify_s TO idempotify_r WITH ADMIN OPTION',
    expect: ['changed role idempotify_r: member of'],
  },
  {
    title: 'setting of a role',
    setup: role,
    change: `ALTER ROLE idempotify_r SET work_mem = '1MB'`,
    expect: ['extra setting role idempotify_r'],
  },
  {
    title: 'setting of the database',
    change: `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$`,
    expect: ['extra setting database'],
  },
  {
    title: 'privilege on the database',
    setup: role,
    change: `DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO idempotify_r', current_database()); END $$`,
    expect: ['changed database database: grants'],
  },
];
