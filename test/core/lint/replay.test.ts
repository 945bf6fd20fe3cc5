/** What a history does to its own names, file by file. */
import { replay, Source, toolByName, type Tool } from '@idempotify/core';
import { describe, expect, it } from 'vitest';

/** Each conflict as `kind name file<other file`. */
function conflicts(...files: string[]): string[] {
  const facts = files.map(
    (text, index) => new Source({ path: `${index}.sql`, text, tool: toolByName('sql') as Tool, pgVersion: 14 }).facts,
  );
  return replay(facts).conflicts.map((one) => {
    const other =
      one.kind === 'created-twice' ? one.earlier : one.kind === 'used-before-created' ? one.later : one.dropped;
    const { cls, name, on } = one.at.fact;
    return `${one.kind} ${cls} ${on && cls !== 'relation' ? `${on.name}.` : ''}${name} ${one.at.file} ${other.file}`;
  });
}

const cases: readonly (readonly [title: string, files: readonly string[], expected: readonly string[]])[] = [
  [
    'a table twice, its columns not again',
    ['CREATE TABLE t (a int);', 'CREATE TABLE t (a int, b int);'],
    ['created-twice relation t 1 0'],
  ],
  ['a name and its schema', ['CREATE TABLE t (a int);', 'CREATE TABLE public.t ();'], ['created-twice relation t 1 0']],
  ['another schema', ['CREATE TABLE t (a int);', 'CREATE TABLE app.t ();'], []],
  ['quoted names differ', ['CREATE TABLE "T" (a int);', 'CREATE TABLE t ();'], []],
  ['IF NOT EXISTS', ['CREATE TABLE t (a int);', 'CREATE TABLE IF NOT EXISTS t (a int, b int);'], []],
  [
    'a table that was only made if it was missing is there for sure',
    ['CREATE TABLE IF NOT EXISTS t (a int);', 'CREATE TABLE t (a int);'],
    ['created-twice relation t 1 0'],
  ],
  [
    'columns of a table that was there are not made',
    ['CREATE TABLE t (a int);', 'CREATE TABLE IF NOT EXISTS t (a int, b int);', 'ALTER TABLE t ADD COLUMN b int;'],
    [],
  ],
  ['dropped between', ['CREATE TABLE t (a int);', 'DROP TABLE t;', 'CREATE TABLE t (a int);'], []],
  ['dropped if it is there', ['CREATE TABLE t (a int);', 'DROP TABLE IF EXISTS t; CREATE TABLE t (a int);'], []],
  [
    'renamed between',
    ['CREATE TABLE t (a int);', 'ALTER TABLE t RENAME TO u;', 'CREATE TABLE t (a int); CREATE TABLE u ();'],
    ['created-twice relation u 2 1'],
  ],
  [
    'renamed to what is there',
    ['CREATE TABLE t (); CREATE TABLE u ();', 'ALTER TABLE t RENAME TO u;'],
    ['created-twice relation t 1 0'],
  ],
  [
    'what nobody made is there',
    ['ALTER TABLE t ADD COLUMN a int;', 'DROP TABLE t;', 'ALTER TABLE t ADD COLUMN b int;'],
    ['used-after-dropped relation t 2 1'],
  ],
  [
    'moved to another schema',
    [
      'CREATE TABLE t (a int);',
      'ALTER TABLE t SET SCHEMA app;',
      'CREATE TABLE t (); ALTER TABLE app.t ADD COLUMN a int;',
    ],
    ['created-twice column t.a 2 0'],
  ],
  [
    'an index moves with its table',
    [
      'CREATE TABLE t (a int); CREATE INDEX i ON t (a);',
      'ALTER TABLE t SET SCHEMA app;',
      'DROP INDEX app.i; CREATE TABLE u (a int); CREATE INDEX i ON u (a);',
    ],
    [],
  ],
  [
    'search_path',
    [
      'SET search_path TO app; CREATE TABLE t (a int); CREATE INDEX i ON t (a);',
      'CREATE TABLE app.t (a int);',
      'CREATE INDEX i ON app.t (a);',
    ],
    ['created-twice relation t 1 0', 'created-twice relation i 2 0'],
  ],
  [
    'search_path of two schemas',
    [
      'SET search_path TO app, public; CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN b int; ALTER TABLE u ADD COLUMN b int;',
      'ALTER TABLE app.t ADD COLUMN b int;',
      'ALTER TABLE app.u ADD COLUMN b int',
    ],
    ['created-twice column t.b 1 0'],
  ],
  [
    'a name that another schema has, too',
    ['CREATE TABLE app.t (a int);', 'DROP TABLE t;', 'ALTER TABLE t ADD COLUMN a int;', 'CREATE TABLE t ();'],
    [],
  ],
  ['a column twice', ['CREATE TABLE t (a int);', 'ALTER TABLE t ADD COLUMN a int;'], ['created-twice column t.a 1 0']],
  [
    'a column twice on a table of nobody',
    ['ALTER TABLE t ADD COLUMN a int;', 'ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;', 'ALTER TABLE t ADD a int;'],
    ['created-twice column t.a 2 0'],
  ],
  [
    'a column that was renamed',
    [
      'CREATE TABLE t (a int);',
      'ALTER TABLE t RENAME a TO b;',
      'ALTER TABLE t ADD COLUMN a int; ALTER TABLE t ADD COLUMN b int;',
    ],
    ['created-twice column t.b 2 1'],
  ],
  [
    'a column used after it was dropped',
    ['CREATE TABLE t (a int);', 'ALTER TABLE t DROP COLUMN a;', 'ALTER TABLE t ALTER COLUMN a SET NOT NULL;'],
    ['used-after-dropped column t.a 2 1'],
  ],
  [
    'a column renamed to one that is there',
    ['CREATE TABLE t (a int, b int);', 'ALTER TABLE t RENAME a TO b;'],
    ['created-twice column t.a 1 0'],
  ],
  [
    'columns go with their table',
    ['CREATE TABLE t (a int);', 'DROP TABLE t; CREATE TABLE t (b int);', 'ALTER TABLE t ADD COLUMN a int;'],
    [],
  ],
  [
    'columns follow a renamed table',
    ['CREATE TABLE t (a int);', 'ALTER TABLE t RENAME TO u;', 'ALTER TABLE u ADD COLUMN a int;'],
    ['created-twice column u.a 2 0'],
  ],
  [
    'drop and add in one ALTER TABLE, in any order',
    [
      'CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0));',
      'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1), DROP CONSTRAINT c;',
    ],
    [],
  ],
  [
    'a constraint twice',
    ['ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);', 'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);'],
    ['created-twice constraint t.c 1 0'],
  ],
  [
    'a constraint on another table',
    ['ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);', 'ALTER TABLE u ADD CONSTRAINT c CHECK (a > 0);'],
    [],
  ],
  [
    'a constraint goes with its column',
    [
      'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u;',
      'ALTER TABLE t DROP COLUMN a;',
      'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES u;',
    ],
    [],
  ],
  [
    'not with another column',
    [
      'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u;',
      'ALTER TABLE t DROP COLUMN b;',
      'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u;',
    ],
    ['created-twice constraint t.c 2 0'],
  ],
  [
    'with a renamed column',
    [
      'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u; CREATE INDEX i ON t (a);',
      'ALTER TABLE t RENAME a TO b; ALTER TABLE t DROP COLUMN b;',
      'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u; CREATE INDEX i ON t (a);',
    ],
    [],
  ],
  [
    'a check may have named the column',
    [
      'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);',
      'ALTER TABLE t DROP COLUMN a;',
      'ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0);',
    ],
    [],
  ],
  [
    'a foreign key goes with the table that it points to',
    [
      'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u;',
      'DROP TABLE u CASCADE;',
      'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES v;',
    ],
    [],
  ],
  [
    'a dropped constraint again',
    ['ALTER TABLE t DROP CONSTRAINT c;', 'ALTER TABLE t DROP CONSTRAINT c;'],
    ['used-after-dropped constraint t.c 1 0'],
  ],
  [
    'PostgreSQL may have named one so',
    [
      'ALTER TABLE t DROP CONSTRAINT t_pkey;',
      'ALTER TABLE t ADD PRIMARY KEY (id);',
      'ALTER TABLE t DROP CONSTRAINT t_pkey;',
    ],
    [],
  ],
  [
    'a primary key in a column definition',
    [
      'ALTER TABLE t DROP CONSTRAINT t_pkey;',
      'ALTER TABLE t ADD COLUMN id int PRIMARY KEY;',
      'ALTER TABLE t DROP CONSTRAINT t_pkey;',
    ],
    [],
  ],
  [
    'the index of a constraint',
    ['ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);', 'CREATE INDEX u ON t (a);'],
    ['created-twice relation u 1 0'],
  ],
  [
    'the index of a dropped constraint',
    ['ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);', 'ALTER TABLE t DROP CONSTRAINT u; CREATE INDEX u ON t (a);'],
    [],
  ],
  [
    'the index of a renamed constraint',
    [
      'ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);',
      'ALTER TABLE t RENAME CONSTRAINT u TO v;',
      'CREATE INDEX u ON t (a); CREATE INDEX v ON t (a);',
    ],
    ['created-twice relation v 2 1'],
  ],
  [
    'the constraint of a renamed index',
    [
      'ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);',
      'ALTER INDEX u RENAME TO v;',
      'ALTER TABLE t DROP CONSTRAINT v; ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);',
    ],
    [],
  ],
  [
    'an index becomes a constraint',
    [
      'CREATE UNIQUE INDEX i ON t (a);',
      'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i;',
      'CREATE INDEX i ON t (a); CREATE INDEX c ON t (a);',
    ],
    ['created-twice relation c 2 1'],
  ],
  [
    'an index twice',
    ['CREATE INDEX i ON t (a);', 'CREATE INDEX CONCURRENTLY i ON t (b);'],
    ['created-twice relation i 1 0'],
  ],
  [
    'an index goes with its table',
    ['CREATE TABLE t (a int); CREATE INDEX i ON t (a);', 'DROP TABLE t;', 'DROP INDEX i;'],
    ['used-after-dropped relation i 2 1'],
  ],
  [
    'an index goes with its column',
    [
      'CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE INDEX j ON t (b) WHERE a > 0;',
      'ALTER TABLE t DROP COLUMN a;',
      'CREATE INDEX i ON t (b); CREATE INDEX j ON t (b);',
    ],
    [],
  ],
  [
    'an index under a new name goes with its table',
    [
      'CREATE TABLE t (a int); CREATE INDEX i ON t (a);',
      'ALTER INDEX i RENAME TO j; DROP TABLE t;',
      'CREATE INDEX j ON u (a);',
    ],
    [],
  ],
  [
    'views that a CASCADE may have taken',
    [
      'CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1; CREATE INDEX i ON m (a);',
      'DROP TABLE t CASCADE;',
      'CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1; CREATE INDEX i ON m (a);',
    ],
    [],
  ],
  [
    'tables that no CASCADE takes',
    ['CREATE TABLE u ();', 'DROP TABLE t CASCADE;', 'CREATE TABLE u ();'],
    ['created-twice relation u 2 0'],
  ],
  [
    'everything that the CASCADE of a schema may have taken',
    [
      'CREATE TABLE app.t (); CREATE TABLE u (a int);',
      'DROP SCHEMA app CASCADE;',
      'CREATE TABLE app.t (); ALTER TABLE u ADD a int;',
    ],
    [],
  ],
  [
    'types and values',
    [
      "CREATE TYPE e AS ENUM ('a');",
      "CREATE TYPE e AS ENUM ('b');",
      "ALTER TYPE e ADD VALUE 'a'; ALTER TYPE e ADD VALUE IF NOT EXISTS 'a';",
    ],
    ['created-twice type e 1 0', 'created-twice label e.a 2 0'],
  ],
  [
    'a type that is replaced',
    [
      "CREATE TYPE e AS ENUM ('a', 'b');",
      "CREATE TYPE e_new AS ENUM ('a'); ALTER TYPE e RENAME TO e_old; ALTER TYPE e_new RENAME TO e; DROP TYPE e_old;",
      "ALTER TYPE e ADD VALUE 'b'; ALTER TYPE e ADD VALUE 'a';",
    ],
    ['created-twice label e.a 2 1'],
  ],
  ['a type that was dropped', ['DROP TYPE e;', 'ALTER TABLE t ADD COLUMN a e;'], ['used-after-dropped type e 1 0']],
  [
    'a foreign key to a table of a later file',
    ['CREATE TABLE t (p int REFERENCES projects);', 'CREATE TABLE projects (id int PRIMARY KEY);'],
    ['used-before-created relation projects 0 1'],
  ],
  [
    'only the first use',
    ['UPDATE p SET a = 1; UPDATE p SET a = 2;', 'CREATE TABLE p ();'],
    ['used-before-created relation p 0 1'],
  ],
  ['made only if it is missing', ['UPDATE p SET a = 1;', 'CREATE TABLE IF NOT EXISTS p ();'], []],
  ['used and dropped before it is made', ['UPDATE p SET a = 1;', 'DROP TABLE p; CREATE TABLE p ();'], []],
  [
    'functions by their arguments',
    [
      "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      "CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      "CREATE FUNCTION f(b integer) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      "CREATE OR REPLACE FUNCTION f(b integer) RETURNS int LANGUAGE sql AS 'SELECT 1';",
    ],
    ['created-twice function f(int4) 2 0'],
  ],
  [
    'a function without its arguments',
    [
      "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
      'DROP FUNCTION f;',
      "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
    ],
    [],
  ],
  [
    'triggers and policies',
    [
      'CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE POLICY p ON t;',
      'CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE POLICY p ON t;',
    ],
    ['created-twice trigger t.g 1 0', 'created-twice policy t.p 1 0'],
  ],
  [
    'triggers that go',
    [
      'CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();',
      'DROP TRIGGER g ON t;',
      'CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();',
    ],
    [],
  ],
  [
    'under a condition',
    ['CREATE TABLE t ();', 'DO $$ BEGIN IF true THEN DROP TABLE t; END IF; END $$;', 'CREATE TABLE t ();'],
    [],
  ],
  [
    'made under a condition',
    [
      'DO $$ BEGIN IF true THEN CREATE TABLE t (a int); END IF; END $$;',
      'CREATE TABLE t (a int);',
      'ALTER TABLE t ADD a int;',
    ],
    ['created-twice column t.a 2 1'],
  ],
  [
    'in a DO block, but always',
    ['CREATE TABLE t ();', 'DO $$ BEGIN CREATE TABLE t (); END $$;'],
    ['created-twice relation t 1 0'],
  ],
  [
    'a block that puts its statements together',
    [
      'CREATE TABLE t (); CREATE TABLE u (a int); DROP TABLE v; UPDATE w SET a = 1;',
      "DO $$ DECLARE r record; BEGIN FOR r IN SELECT 1 LOOP EXECUTE format('DROP TABLE %I', r); END LOOP; END $$;",
      'CREATE TABLE t (); ALTER TABLE u ADD a int; INSERT INTO v VALUES (1); CREATE TABLE w ();',
    ],
    [],
  ],
  [
    'a block with a plain EXECUTE',
    ['CREATE TABLE t ();', "DO $$ BEGIN EXECUTE 'CREATE TABLE u ()'; END $$;", 'CREATE TABLE t (); CREATE TABLE u ();'],
    ['created-twice relation t 2 0', 'created-twice relation u 2 1'],
  ],
  ['rolled back', ['BEGIN; CREATE TABLE t (); ROLLBACK;', 'CREATE TABLE t ();'], []],
  [
    'temporary tables',
    ['CREATE TEMP TABLE t (a int); CREATE INDEX ti ON t (a); UPDATE t SET a = 1;', 'CREATE TABLE t (a int);'],
    [],
  ],
  [
    'tables of the system',
    ['SELECT * FROM pg_class; SELECT * FROM information_schema.tables;', 'CREATE TABLE pg_class2 ();'],
    [],
  ],
  [
    'extensions, schemas, roles',
    [
      'CREATE EXTENSION citext; CREATE SCHEMA s; CREATE ROLE r; CREATE PUBLICATION p;',
      'CREATE EXTENSION citext; CREATE SCHEMA s; CREATE ROLE r; CREATE PUBLICATION p;',
    ],
    [
      'created-twice extension citext 1 0',
      'created-twice schema s 1 0',
      'created-twice role r 1 0',
      'created-twice publication p 1 0',
    ],
  ],
];

describe('replay', () => {
  for (const [title, files, expected] of cases)
    it(title, () => {
      expect(conflicts(...files)).toEqual(expected);
    });
});
