/** Small migrations, one or more for each object family, and what must not be taken for their work. */

export interface Drift {
  /** Makes an object of the same name that is a DIFFERENT one; runs on the state before the migration. */
  readonly sql: string;
  /** What the error says. */
  readonly expectMessage: string;
}

export interface Fixture {
  readonly name: string;
  /** What an earlier migration left. */
  readonly setup?: string;
  /** The rewriter is not shown the setup. */
  readonly blind?: boolean;
  readonly migration: string;
  /** Rows that an application wrote before the migration. */
  readonly rows?: string;
  /** Rows that an application writes after it. */
  readonly live?: string;
  readonly drift?: readonly Drift[];
  /** First major version that it runs on. */
  readonly pgMin?: number;
}

/** The guard's own words. */
const differs = (label: string): string => `idempotify: ${label} is there with another definition: found `;
const drift = (sql: string, expectMessage: string): Drift => ({ sql, expectMessage });

const ACCOUNT = 'CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL, age int);';
const ACCOUNT_ROWS = `INSERT INTO account VALUES (1, 'a@x', 20), (2, 'b@x', NULL);`;
const TWO_TABLES = 'CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY, a_id int, n int);';

const SWAPPED_KEY: Fixture = {
  name: 'primary key swapped for an index',
  setup: `CREATE TABLE a (id int CONSTRAINT a_pk PRIMARY KEY, v int NOT NULL); CREATE UNIQUE INDEX a_new ON a (id, v);`,
  rows: 'INSERT INTO a VALUES (1, 1), (2, 2);',
  migration: 'ALTER TABLE a DROP CONSTRAINT a_pk, ADD CONSTRAINT a_pk PRIMARY KEY USING INDEX a_new;',
};

export const fixtures: readonly Fixture[] = [
  {
    // neither the constraint's name nor its definition is known, and the columns are the author's own IF NOT EXISTS
    name: 'columns behind IF NOT EXISTS of which one is dropped again, with a check that has no name',
    setup: 'CREATE TABLE third (id int PRIMARY KEY); CREATE TABLE other (id int);',
    migration: `CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY);
ALTER TABLE t ADD COLUMN IF NOT EXISTS a text, ADD COLUMN IF NOT EXISTS b text CHECK (b IN ('x'));
ALTER TABLE t DROP COLUMN IF EXISTS a;
ALTER TABLE other ADD CONSTRAINT o FOREIGN KEY (id) REFERENCES third (id);`,
    live: `INSERT INTO t VALUES (1, 'x');`,
  },
  // schema, extension
  { name: 'schema', migration: 'CREATE SCHEMA shop;\nCREATE TABLE shop.item (id int PRIMARY KEY);' },
  {
    name: 'schema with elements',
    migration: 'CREATE SCHEMA shop CREATE TABLE item (id int PRIMARY KEY) CREATE VIEW items AS SELECT id FROM item;',
  },
  { name: 'schema renamed', setup: 'CREATE SCHEMA old_name;', migration: 'ALTER SCHEMA old_name RENAME TO new_name;' },
  { name: 'schema dropped', setup: 'CREATE SCHEMA gone;', migration: 'DROP SCHEMA gone;' },
  { name: 'extension', migration: 'CREATE EXTENSION citext;\nCREATE TABLE mail (address citext PRIMARY KEY);' },

  // table
  {
    name: 'table',
    migration: 'CREATE TABLE account (id int PRIMARY KEY, email varchar(80) NOT NULL, age int);',
    live: `INSERT INTO account VALUES (1, 'a@x', 3);`,
    drift: [
      drift('CREATE TABLE account (id int PRIMARY KEY, email varchar(80) NOT NULL);', differs('table account')),
      drift(
        'CREATE TABLE account (id int PRIMARY KEY, email varchar(80) NOT NULL, age int, more text);',
        differs('table account'),
      ),
      drift(
        'CREATE TABLE account (id bigint PRIMARY KEY, email varchar(80) NOT NULL, age int);',
        differs('table account'),
      ),
      drift(
        'CREATE TABLE account (id int PRIMARY KEY, email varchar(40) NOT NULL, age int);',
        differs('table account'),
      ),
      drift('CREATE TABLE account (id int PRIMARY KEY, email varchar(80), age int);', differs('table account')),
      drift(
        'CREATE TABLE account (id int PRIMARY KEY, email varchar(80) NOT NULL, age int NOT NULL);',
        differs('table account'),
      ),
      drift('CREATE TABLE account (id int NOT NULL, email varchar(80) NOT NULL, age int);', differs('table account')),
      drift(
        'CREATE TABLE account (id int NOT NULL, email varchar(80) PRIMARY KEY, age int);',
        differs('table account'),
      ),
      drift(
        `CREATE VIEW account AS SELECT 1 AS id, 'x'::varchar(80) AS email, 2 AS age;`,
        'relation "account" already exists',
      ),
      drift('CREATE SEQUENCE account;', 'relation "account" already exists'),
      drift('CREATE MATERIALIZED VIEW account AS SELECT 1 AS id;', 'relation "account" already exists'),
      drift('CREATE TYPE account AS (id int);', '"account" already exists'),
    ],
  },
  {
    name: 'table as Prisma writes it',
    migration: [
      '-- CreateTable',
      'CREATE TABLE "User" (',
      '    "id" SERIAL NOT NULL,',
      '    "email" TEXT NOT NULL,',
      '    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,',
      '    "tags" TEXT[],',
      '    "price" DECIMAL(65,30) NOT NULL,',
      '',
      '    CONSTRAINT "User_pkey" PRIMARY KEY ("id")',
      ');',
      '',
      '-- CreateIndex',
      'CREATE UNIQUE INDEX "User_email_key" ON "User"("email");',
    ].join('\n'),
    drift: [
      drift(
        'CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" TEXT NOT NULL, "createdAt" TIMESTAMP(6) NOT NULL, "tags" TEXT[], "price" DECIMAL(65,30) NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));',
        differs('table "User"'),
      ),
      drift(
        'CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" TEXT NOT NULL, "createdAt" TIMESTAMP(3) NOT NULL, "tags" TEXT, "price" DECIMAL(65,30) NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));',
        differs('table "User"'),
      ),
      drift(
        'CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" TEXT NOT NULL, "createdAt" TIMESTAMP(3) NOT NULL, "tags" TEXT[], "price" DECIMAL(65,30) NOT NULL);',
        differs('table "User"'),
      ),
      drift(
        'CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" TEXT NOT NULL, "createdAt" TIMESTAMP(3) NOT NULL, "tags" TEXT[], "price" DECIMAL(10,2) NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));',
        differs('table "User"'),
      ),
    ],
  },
  {
    name: 'table with constraints',
    setup: 'CREATE TABLE owner (id int PRIMARY KEY); CREATE TABLE other_owner (id int PRIMARY KEY);',
    migration:
      'CREATE TABLE pet (id int, owner_id int, name text, CONSTRAINT pet_pk PRIMARY KEY (id), CONSTRAINT pet_owner FOREIGN KEY (owner_id) REFERENCES owner (id) ON DELETE CASCADE, CONSTRAINT pet_name UNIQUE (name));',
    drift: [
      drift(
        'CREATE TABLE pet (id int, owner_id int, name text, CONSTRAINT pet_pk PRIMARY KEY (id), CONSTRAINT pet_owner FOREIGN KEY (owner_id) REFERENCES other_owner (id) ON DELETE CASCADE, CONSTRAINT pet_name UNIQUE (name));',
        differs('table pet'),
      ),
      drift(
        'CREATE TABLE pet (id int, owner_id int, name text, CONSTRAINT pet_pk PRIMARY KEY (id), CONSTRAINT pet_owner FOREIGN KEY (owner_id) REFERENCES owner (id), CONSTRAINT pet_name UNIQUE (name));',
        differs('table pet'),
      ),
      drift(
        'CREATE TABLE pet (id int, owner_id int, name text, CONSTRAINT pet_pk PRIMARY KEY (id), CONSTRAINT pet_owner FOREIGN KEY (owner_id) REFERENCES owner (id) ON DELETE CASCADE);',
        differs('table pet'),
      ),
      drift(
        'CREATE TABLE pet (id int, owner_id int, name text, CONSTRAINT pet_pk PRIMARY KEY (id), CONSTRAINT pet_owner FOREIGN KEY (owner_id) REFERENCES owner (id) ON DELETE CASCADE, CONSTRAINT pet_name UNIQUE (name, id));',
        differs('table pet'),
      ),
    ],
  },
  {
    name: 'table with odd names',
    migration: `CREATE TABLE "o'dd %s ""x""" ("a %" int, "select" text NOT NULL, "ünï" int);`,
    drift: [
      drift(`CREATE TABLE "o'dd %s ""x""" ("a %" int, "select" text, "ünï" int);`, differs(`table "o'dd %s ""x"""`)),
    ],
  },
  {
    name: 'table in another schema',
    setup: 'CREATE SCHEMA shop; CREATE TABLE item (id text);',
    migration: 'CREATE TABLE shop.item (id int PRIMARY KEY);',
    drift: [drift('CREATE TABLE shop.item (id text PRIMARY KEY);', differs('table shop.item'))],
  },
  {
    name: 'table that the file goes on with',
    migration:
      'CREATE TABLE n (id int);\nALTER TABLE n ADD COLUMN v text;\nALTER TABLE n ALTER COLUMN v SET NOT NULL;\nALTER TABLE n RENAME TO m;',
  },
  {
    name: 'tables that refer to each other',
    migration:
      'CREATE TABLE a (id int PRIMARY KEY, b_id int);\nCREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a (id));\nALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id);',
    live: 'INSERT INTO a VALUES (1, NULL); INSERT INTO b VALUES (1, 1);',
  },
  { name: 'table LIKE', setup: ACCOUNT, migration: 'CREATE TABLE copy_of (LIKE account INCLUDING ALL);' },
  { name: 'table INHERITS', setup: ACCOUNT, migration: 'CREATE TABLE kid (extra int) INHERITS (account);' },
  {
    name: 'table AS',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'CREATE TABLE grown AS SELECT id, email FROM account WHERE age > 18;',
    live: `INSERT INTO grown VALUES (9, 'z');`,
    drift: [drift('CREATE VIEW grown AS SELECT 1 AS id;', 'grown')],
  },
  {
    name: 'SELECT INTO',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'SELECT id, email INTO old_account FROM account;',
  },
  {
    name: 'table renamed',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'ALTER TABLE account RENAME TO member;',
    drift: [drift('DROP TABLE account;', 'neither')],
  },
  {
    name: 'table moved to a schema',
    setup: `${ACCOUNT} CREATE SCHEMA s;`,
    migration: 'ALTER TABLE account SET SCHEMA s;',
  },
  { name: 'table dropped', setup: ACCOUNT, rows: ACCOUNT_ROWS, migration: 'DROP TABLE account;' },
  {
    name: 'partitions',
    migration: `CREATE TABLE log (at date NOT NULL, v int) PARTITION BY RANGE (at);\nCREATE TABLE log_a PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nCREATE TABLE log_b PARTITION OF log DEFAULT;`,
    drift: [
      drift('CREATE TABLE log (at date NOT NULL, v int);', 'relation "log" already exists'),
      drift('CREATE TABLE log (at date NOT NULL, v text) PARTITION BY RANGE (at);', differs('table log')),
      drift('CREATE TABLE log_a (at date NOT NULL, v int);', differs('table log_a')),
    ],
  },
  {
    name: 'partition attached and detached',
    setup: `CREATE TABLE log (at date NOT NULL, v int) PARTITION BY RANGE (at); CREATE TABLE log_old PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01'); CREATE TABLE log_new (at date NOT NULL, v int);`,
    migration: `ALTER TABLE log DETACH PARTITION log_old;\nALTER TABLE log ATTACH PARTITION log_new FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');`,
  },

  // columns
  {
    name: 'column',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'ALTER TABLE account ADD COLUMN nick varchar(20);',
    drift: [
      drift('ALTER TABLE account ADD COLUMN nick text;', differs('table account')),
      drift('ALTER TABLE account ADD COLUMN nick varchar(30);', differs('table account')),
      drift(`ALTER TABLE account ADD COLUMN nick varchar(20) NOT NULL DEFAULT '';`, differs('table account')),
    ],
  },
  {
    name: 'column NOT NULL with a default',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: `ALTER TABLE account ADD COLUMN nick text NOT NULL DEFAULT 'x';`,
    drift: [drift('ALTER TABLE account ADD COLUMN nick text;', differs('table account'))],
  },
  {
    name: 'column of an enum type',
    setup: `${ACCOUNT} CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TYPE mood2 AS ENUM ('a', 'b');`,
    migration: `ALTER TABLE account ADD COLUMN mood mood NOT NULL DEFAULT 'a';`,
    drift: [drift(`ALTER TABLE account ADD COLUMN mood mood2 NOT NULL DEFAULT 'a';`, differs('table account'))],
  },
  {
    name: 'column with a reference',
    setup: TWO_TABLES,
    migration: 'ALTER TABLE b ADD COLUMN parent int REFERENCES a (id) ON DELETE SET NULL;',
    drift: [
      drift('ALTER TABLE b ADD COLUMN parent int;', differs('table b')),
      drift('ALTER TABLE b ADD COLUMN parent int REFERENCES a (id);', differs('table b')),
      drift('ALTER TABLE b ADD COLUMN parent text;', differs('table b')),
    ],
  },
  {
    name: 'columns in one command',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: "ALTER TABLE account ADD COLUMN x int, ADD COLUMN y text NOT NULL DEFAULT '', DROP COLUMN age;",
    drift: [
      drift('ALTER TABLE account ADD COLUMN x text;', differs('table account')),
      drift('ALTER TABLE account ADD COLUMN y text;', differs('table account')),
      drift(
        "ALTER TABLE account ADD COLUMN x int, ADD COLUMN y varchar(3) NOT NULL DEFAULT '';",
        differs('table account'),
      ),
    ],
  },
  { name: 'column dropped', setup: ACCOUNT, rows: ACCOUNT_ROWS, migration: 'ALTER TABLE account DROP COLUMN age;' },
  {
    name: 'column renamed',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'ALTER TABLE account RENAME COLUMN email TO mail;',
    drift: [drift('ALTER TABLE account DROP COLUMN email;', 'neither')],
  },
  {
    name: 'two columns swapped',
    setup: 'CREATE TABLE t (id int PRIMARY KEY, a int, b text);',
    rows: `INSERT INTO t VALUES (1, 1, 'x');`,
    migration:
      'ALTER TABLE t RENAME COLUMN a TO c;\nALTER TABLE t RENAME COLUMN b TO a;\nALTER TABLE t RENAME COLUMN c TO b;',
  },
  {
    name: 'column type with USING',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'ALTER TABLE account ALTER COLUMN age TYPE numeric(10,2) USING age / 100.0;',
  },
  {
    name: 'column type wrapped in an array',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'ALTER TABLE account ALTER COLUMN email TYPE text[] USING ARRAY[email];',
  },
  {
    name: 'column type',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'ALTER TABLE account ALTER COLUMN age SET DATA TYPE bigint;',
  },
  {
    name: 'column copied, then dropped',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration:
      'ALTER TABLE account ADD COLUMN years int;\nUPDATE account SET years = age;\nALTER TABLE account DROP COLUMN age;',
    live: 'UPDATE account SET years = 77 WHERE id = 1;',
  },
  {
    name: 'default and NOT NULL',
    setup: ACCOUNT,
    migration:
      'ALTER TABLE account ALTER COLUMN age SET DEFAULT 0;\nALTER TABLE account ALTER COLUMN age DROP DEFAULT;\nALTER TABLE account ALTER COLUMN email DROP NOT NULL;',
  },
  {
    name: 'backfill, then NOT NULL',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'UPDATE account SET age = 0 WHERE age IS NULL;\nALTER TABLE account ALTER COLUMN age SET NOT NULL;',
  },
  {
    name: 'identity added',
    setup: ACCOUNT,
    migration: 'ALTER TABLE account ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;',
  },
  {
    name: 'identity dropped',
    setup: 'CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY);',
    migration: 'ALTER TABLE t ALTER COLUMN id DROP IDENTITY;',
  },
  {
    name: 'generated column',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'ALTER TABLE account ADD COLUMN mail text GENERATED ALWAYS AS (lower(email)) STORED;',
    drift: [drift('ALTER TABLE account ADD COLUMN mail int;', differs('table account'))],
  },
  {
    name: 'generation dropped',
    setup: 'CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a * 2) STORED);',
    rows: 'INSERT INTO t (a) VALUES (1);',
    migration: 'ALTER TABLE t ALTER COLUMN g DROP EXPRESSION;',
  },

  {
    name: 'column renamed after what uses it was made',
    setup: `${ACCOUNT} CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';`,
    rows: ACCOUNT_ROWS,
    migration: [
      'CREATE INDEX by_mail ON account (lower(email));',
      'CREATE INDEX by_age ON account (age, "email" DESC);',
      'ALTER TABLE account ADD CONSTRAINT account_email UNIQUE (email);',
      'CREATE TABLE visit (mail text CONSTRAINT visit_mail REFERENCES account (email), age int);',
      'ALTER TABLE account ADD CONSTRAINT grown CHECK (age >= 18);',
      'CREATE POLICY grown ON account USING (age >= 18);',
      'CREATE VIEW mails AS SELECT email FROM account;',
      'CREATE TRIGGER touch BEFORE UPDATE OF age ON account FOR EACH ROW WHEN (NEW.age > 3) EXECUTE FUNCTION touch();',
      'CREATE TRIGGER touch2 BEFORE UPDATE OF age ON account FOR EACH ROW EXECUTE FUNCTION touch();',
      'ALTER TABLE account RENAME COLUMN email TO mail;',
      'ALTER TABLE account RENAME COLUMN age TO years;',
    ].join('\n'),
    drift: [
      drift('CREATE INDEX by_mail ON account (upper(email));', differs('index by_mail on account')),
      drift('CREATE VIEW mails AS SELECT upper(email) AS email FROM account;', differs('view mails')),
    ],
  },
  {
    name: 'identity next to a sequence of its name',
    setup: `${ACCOUNT} CREATE SEQUENCE account_id_seq; CREATE SCHEMA s; CREATE TABLE s.account (id int PRIMARY KEY);`,
    migration:
      'SET search_path = s;\nALTER TABLE account ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;\nALTER TABLE public.account ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;',
  },

  {
    name: 'column with constraints that are dropped again',
    setup: TWO_TABLES,
    migration:
      'ALTER TABLE b ADD COLUMN parent int UNIQUE REFERENCES a (id);\nALTER TABLE b DROP CONSTRAINT b_parent_key;',
    drift: [drift('ALTER TABLE b ADD COLUMN parent int;', differs('table b'))],
  },

  {
    name: 'table with an unnamed constraint that is dropped again',
    migration: 'CREATE TABLE t (a int UNIQUE, b int);\nALTER TABLE t DROP CONSTRAINT t_a_key;',
  },

  // constraints
  {
    name: 'primary key',
    setup: 'CREATE TABLE t (a int NOT NULL, b int NOT NULL);',
    migration: 'ALTER TABLE t ADD CONSTRAINT t_pk PRIMARY KEY (a);',
    drift: [
      drift('ALTER TABLE t ADD CONSTRAINT t_pk PRIMARY KEY (b);', differs('constraint t_pk')),
      drift('ALTER TABLE t ADD CONSTRAINT t_pk PRIMARY KEY (a, b);', differs('constraint t_pk')),
      drift('ALTER TABLE t ADD CONSTRAINT t_pk UNIQUE (a);', differs('constraint t_pk')),
      drift('ALTER TABLE t ADD CONSTRAINT other PRIMARY KEY (b);', 'multiple primary keys'),
    ],
  },
  {
    name: 'primary key without a name',
    setup: 'CREATE TABLE t (a int NOT NULL);',
    migration: 'ALTER TABLE t ADD PRIMARY KEY (a);',
  },
  {
    name: 'unique constraint',
    setup: ACCOUNT,
    migration: 'ALTER TABLE account ADD CONSTRAINT account_email UNIQUE (email);',
    drift: [
      drift('ALTER TABLE account ADD CONSTRAINT account_email UNIQUE (age);', differs('constraint account_email')),
      drift(
        'ALTER TABLE account ADD CONSTRAINT account_email UNIQUE (email, age);',
        differs('constraint account_email'),
      ),
      drift(
        'ALTER TABLE account ADD CONSTRAINT account_email UNIQUE (email) DEFERRABLE;',
        differs('constraint account_email'),
      ),
      drift(
        'ALTER TABLE account ADD CONSTRAINT account_email CHECK (email IS NOT NULL);',
        differs('constraint account_email'),
      ),
      drift('CREATE UNIQUE INDEX account_email ON account (email);', 'relation "account_email" already exists'),
    ],
  },
  { name: 'unique without a name', setup: ACCOUNT, migration: 'ALTER TABLE account ADD UNIQUE (email);' },
  {
    name: 'foreign key',
    setup: `${TWO_TABLES} CREATE TABLE c (id int PRIMARY KEY);`,
    migration:
      'ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE ON UPDATE CASCADE;',
    drift: [
      drift(
        'ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES c (id) ON DELETE CASCADE ON UPDATE CASCADE;',
        differs('constraint b_a'),
      ),
      drift(
        'ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (n) REFERENCES a (id) ON DELETE CASCADE ON UPDATE CASCADE;',
        differs('constraint b_a'),
      ),
      drift(
        'ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE SET NULL ON UPDATE CASCADE;',
        differs('constraint b_a'),
      ),
      drift(
        'ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE ON UPDATE CASCADE NOT VALID;',
        differs('constraint b_a'),
      ),
      drift('ALTER TABLE b ADD CONSTRAINT b_a CHECK (a_id > 0);', differs('constraint b_a')),
    ],
  },
  {
    name: 'foreign key of the same name on another table',
    setup: `${TWO_TABLES} ALTER TABLE a ADD CONSTRAINT same FOREIGN KEY (v) REFERENCES b (id);`,
    migration: 'ALTER TABLE b ADD CONSTRAINT same FOREIGN KEY (a_id) REFERENCES a (id);',
    drift: [drift('ALTER TABLE b ADD CONSTRAINT same FOREIGN KEY (n) REFERENCES a (id);', differs('constraint same'))],
  },
  {
    name: 'foreign key without a name',
    setup: TWO_TABLES,
    migration: 'ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES a;',
  },
  {
    name: 'foreign key NOT VALID, then validated',
    setup: TWO_TABLES,
    migration:
      'ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) NOT VALID;\nALTER TABLE b VALIDATE CONSTRAINT b_a;',
    drift: [drift('ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (n) REFERENCES a (id);', differs('constraint b_a'))],
  },
  {
    name: 'check constraint',
    setup: ACCOUNT,
    migration: 'ALTER TABLE account ADD CONSTRAINT grown CHECK (age >= 18);',
    drift: [
      drift('ALTER TABLE account ADD CONSTRAINT grown CHECK (age >= 21);', differs('constraint grown on account')),
      drift(
        'ALTER TABLE account ADD CONSTRAINT grown CHECK (age >= 18) NOT VALID;',
        differs('constraint grown on account'),
      ),
      drift('ALTER TABLE account ADD CONSTRAINT grown UNIQUE (age);', differs('constraint grown on account')),
    ],
  },
  {
    name: 'check constraint of an enum column',
    setup: `CREATE TYPE "Mood" AS ENUM ('a', 'b'); CREATE TABLE "T" ("id" int PRIMARY KEY, "mood" "Mood");`,
    migration: `ALTER TABLE "T" ADD CONSTRAINT "T_mood" CHECK ("mood" <> 'a' OR "id" > 3);`,
    drift: [
      drift(
        `ALTER TABLE "T" ADD CONSTRAINT "T_mood" CHECK ("mood" <> 'b' OR "id" > 3);`,
        differs('constraint "T_mood" on "T"'),
      ),
    ],
  },
  { name: 'check without a name', setup: ACCOUNT, migration: 'ALTER TABLE account ADD CHECK (age > 0);' },
  {
    name: 'exclusion constraint',
    setup: 'CREATE TABLE r (during int4range, other int4range);',
    migration: 'ALTER TABLE r ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);',
    drift: [
      drift(
        'ALTER TABLE r ADD CONSTRAINT no_overlap EXCLUDE USING gist (other WITH &&);',
        differs('constraint no_overlap on r'),
      ),
    ],
  },
  {
    name: 'constraint using an index',
    setup: 'CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX t_a ON t (a);',
    migration: 'ALTER TABLE t ADD CONSTRAINT t_pk PRIMARY KEY USING INDEX t_a;',
  },
  {
    name: 'primary key replaced in one command',
    setup: 'CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT t_pkey PRIMARY KEY (a));',
    rows: 'INSERT INTO t VALUES (1, 1);',
    migration: 'ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY (b);',
  },
  {
    name: 'check replaced in one command',
    setup: 'CREATE TABLE t (a int, CONSTRAINT k CHECK (a > 0));',
    migration: 'ALTER TABLE t DROP CONSTRAINT k, ADD CONSTRAINT k CHECK (a > 10);',
  },
  {
    name: 'foreign key dropped and added again',
    setup: `${TWO_TABLES} ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id);`,
    migration:
      'ALTER TABLE b DROP CONSTRAINT b_a;\nALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE;',
  },
  {
    name: 'constraint dropped',
    setup: `${ACCOUNT} ALTER TABLE account ADD CONSTRAINT k CHECK (age > 0);`,
    migration: 'ALTER TABLE account DROP CONSTRAINT k;',
  },
  {
    name: 'constraint renamed',
    setup: `${ACCOUNT} ALTER TABLE account ADD CONSTRAINT k CHECK (age > 0);`,
    migration: 'ALTER TABLE account RENAME CONSTRAINT k TO k2;',
  },
  {
    name: 'several constraints in one command',
    setup: TWO_TABLES,
    migration:
      'ALTER TABLE b ADD CONSTRAINT b_n UNIQUE (n), ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id), ADD COLUMN z int;',
    drift: [
      drift('ALTER TABLE b ADD CONSTRAINT b_n UNIQUE (a_id);', 'idempotify: '),
      drift('ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (n) REFERENCES a (id);', 'idempotify: '),
      drift('ALTER TABLE b ADD COLUMN z text;', 'idempotify: '),
    ],
  },

  // indexes
  {
    name: 'index',
    setup: TWO_TABLES,
    migration: 'CREATE INDEX b_idx ON b (a_id);',
    drift: [
      drift('CREATE INDEX b_idx ON b (n);', differs('index b_idx')),
      drift('CREATE INDEX b_idx ON b (a_id, n);', differs('index b_idx')),
      drift('CREATE INDEX b_idx ON b (a_id DESC);', differs('index b_idx')),
      drift('CREATE INDEX b_idx ON b USING hash (a_id);', differs('index b_idx')),
      drift('CREATE UNIQUE INDEX b_idx ON b (a_id);', differs('index b_idx')),
      drift('CREATE INDEX b_idx ON b (a_id) WHERE n > 0;', differs('index b_idx')),
      drift('CREATE INDEX b_idx ON a (v);', 'relation "b_idx" already exists'),
      drift('CREATE TABLE b_idx (a_id int);', 'relation "b_idx" already exists'),
    ],
  },
  {
    name: 'unique index',
    setup: TWO_TABLES,
    migration: 'CREATE UNIQUE INDEX b_u ON b (a_id, n);',
    drift: [
      drift('CREATE INDEX b_u ON b (a_id, n);', differs('index b_u')),
      drift('CREATE UNIQUE INDEX b_u ON b (n, a_id);', differs('index b_u')),
    ],
  },
  {
    name: 'partial index',
    setup: ACCOUNT,
    migration: 'CREATE INDEX grown ON account (email) WHERE age > 18;',
    drift: [
      drift('CREATE INDEX grown ON account (email) WHERE age > 21;', differs('index grown on account')),
      drift('CREATE INDEX grown ON account (email);', differs('index grown on account')),
    ],
  },
  {
    name: 'expression index',
    setup: ACCOUNT,
    migration: 'CREATE UNIQUE INDEX lower_email ON account (lower(email));',
    drift: [
      drift('CREATE UNIQUE INDEX lower_email ON account (upper(email));', differs('index lower_email on account')),
      drift('CREATE INDEX lower_email ON account (lower(email));', differs('index lower_email on account')),
    ],
  },
  {
    name: 'index without a name',
    setup: TWO_TABLES,
    migration: 'CREATE INDEX ON b (a_id);\nCREATE INDEX ON b (a_id, n);',
  },
  {
    name: 'index CONCURRENTLY',
    setup: TWO_TABLES,
    migration:
      'ALTER TABLE b ADD COLUMN m int;\nCREATE INDEX CONCURRENTLY b_idx ON b (a_id);\nCREATE INDEX CONCURRENTLY b_m ON b (m);',
    drift: [drift('CREATE INDEX b_idx ON b (n);', differs('index b_idx'))],
  },
  { name: 'index dropped', setup: `${TWO_TABLES} CREATE INDEX i ON b (n);`, migration: 'DROP INDEX i;' },
  { name: 'index renamed', setup: `${TWO_TABLES} CREATE INDEX i ON b (n);`, migration: 'ALTER INDEX i RENAME TO j;' },
  {
    name: 'index replaced',
    setup: `${TWO_TABLES} CREATE INDEX i ON b (n);`,
    migration: 'DROP INDEX i;\nCREATE UNIQUE INDEX i ON b (n, a_id);',
  },

  // types
  {
    name: 'enum',
    migration: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');`,
    drift: [
      drift(`CREATE TYPE mood AS ENUM ('sad', 'ok');`, differs('enum mood')),
      drift(`CREATE TYPE mood AS ENUM ('ok', 'sad', 'happy');`, differs('enum mood')),
      drift(`CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'more');`, differs('enum mood')),
      drift(`CREATE TYPE mood AS (a int);`, 'mood'),
      drift(`CREATE DOMAIN mood AS text;`, 'mood'),
    ],
  },
  {
    name: 'enum with a table',
    migration: `CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');\nCREATE TABLE "U" ("id" int PRIMARY KEY, "role" "Role" NOT NULL DEFAULT 'USER', "roles" "Role"[]);`,
    drift: [
      drift(`CREATE TYPE "Role" AS ENUM ('ADMIN', 'USER');`, differs('enum "Role"')),
      drift(
        `CREATE TABLE "U" ("id" int PRIMARY KEY, "role" text NOT NULL DEFAULT 'USER', "roles" text[]);`,
        differs('table "U"'),
      ),
    ],
  },
  {
    name: 'enum value',
    setup: `CREATE TYPE mood AS ENUM ('a', 'c');`,
    migration: `ALTER TYPE mood ADD VALUE 'b' BEFORE 'c';`,
  },
  {
    name: 'enum value renamed',
    setup: `CREATE TYPE mood AS ENUM ('a', 'c');`,
    migration: `ALTER TYPE mood RENAME VALUE 'a' TO 'b';`,
  },
  {
    name: `Prisma's enum swap`,
    setup: `CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN', 'GONE'); CREATE TABLE "U" ("id" int PRIMARY KEY, "role" "Role" NOT NULL DEFAULT 'USER');`,
    rows: `INSERT INTO "U" VALUES (1, 'ADMIN');`,
    migration: [
      'BEGIN;',
      `CREATE TYPE "Role_new" AS ENUM ('USER', 'ADMIN');`,
      'ALTER TABLE "U" ALTER COLUMN "role" DROP DEFAULT;',
      'ALTER TABLE "U" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");',
      'ALTER TYPE "Role" RENAME TO "Role_old";',
      'ALTER TYPE "Role_new" RENAME TO "Role";',
      'DROP TYPE "Role_old";',
      `ALTER TABLE "U" ALTER COLUMN "role" SET DEFAULT 'USER';`,
      'COMMIT;',
    ].join('\n'),
    live: `INSERT INTO "U" VALUES (2, 'USER');`,
  },
  {
    name: 'type renamed and dropped',
    setup: `CREATE TYPE a AS ENUM ('x'); CREATE TYPE b AS ENUM ('y');`,
    migration: 'ALTER TYPE a RENAME TO c;\nDROP TYPE b;',
  },
  {
    name: 'domain',
    migration: `CREATE DOMAIN email AS varchar(80) NOT NULL CHECK (VALUE LIKE '%@%');`,
    drift: [
      drift(`CREATE DOMAIN email AS text NOT NULL CHECK (VALUE LIKE '%@%');`, differs('domain email')),
      drift(`CREATE DOMAIN email AS varchar(40) NOT NULL CHECK (VALUE LIKE '%@%');`, differs('domain email')),
      drift(`CREATE DOMAIN email AS varchar(80) CHECK (VALUE LIKE '%@%');`, differs('domain email')),
      drift(`CREATE TYPE email AS ENUM ('a@b');`, 'email'),
    ],
  },
  {
    name: 'domain constraint',
    setup: 'CREATE DOMAIN positive AS int;',
    migration: 'ALTER DOMAIN positive ADD CONSTRAINT over_zero CHECK (VALUE > 0);',
  },
  {
    name: 'composite type',
    migration: 'CREATE TYPE pair AS (a int, b text);',
    drift: [
      drift('CREATE TYPE pair AS (a int);', differs('composite pair')),
      drift('CREATE TYPE pair AS (a bigint, b text);', differs('composite pair')),
      drift('CREATE TYPE pair AS (b text, a int);', differs('composite pair')),
      drift('CREATE TYPE pair AS (a int, b text, c int);', differs('composite pair')),
      drift('CREATE TABLE pair (a int, b text);', 'pair'),
    ],
  },
  {
    name: 'composite attribute',
    setup: 'CREATE TYPE pair AS (a int);',
    migration: 'ALTER TYPE pair ADD ATTRIBUTE b text;',
  },
  { name: 'range type', migration: 'CREATE TYPE span AS RANGE (subtype = time);' },

  // sequences
  {
    name: 'sequence',
    migration: 'CREATE SEQUENCE ticket AS int START 100 INCREMENT 5;',
    live: `SELECT nextval('ticket');`,
    drift: [
      drift('CREATE SEQUENCE ticket AS int START 100 INCREMENT 1;', differs('sequence ticket')),
      drift('CREATE SEQUENCE ticket AS int START 1 INCREMENT 5;', differs('sequence ticket')),
      drift('CREATE SEQUENCE ticket START 100 INCREMENT 5;', differs('sequence ticket')),
      drift('CREATE TABLE ticket (id int);', 'relation "ticket" already exists'),
    ],
  },
  {
    name: 'sequence of a column',
    setup: ACCOUNT,
    migration: `CREATE SEQUENCE account_id_seq;\nALTER SEQUENCE account_id_seq OWNED BY account.id;\nALTER TABLE account ALTER COLUMN id SET DEFAULT nextval('account_id_seq');`,
  },

  // views
  {
    name: 'view',
    setup: ACCOUNT,
    migration: 'CREATE VIEW grown AS SELECT id, email FROM account WHERE age > 18;',
    drift: [
      drift('CREATE VIEW grown AS SELECT id, email FROM account WHERE age > 21;', differs('view grown')),
      drift('CREATE VIEW grown AS SELECT id FROM account WHERE age > 18;', differs('view grown')),
      drift('CREATE VIEW grown AS SELECT id, email, age FROM account WHERE age > 18;', differs('view grown')),
      drift('CREATE TABLE grown (id int, email text);', 'relation "grown" already exists'),
      drift(
        'CREATE MATERIALIZED VIEW grown AS SELECT id, email FROM account WHERE age > 18;',
        'relation "grown" already exists',
      ),
    ],
  },
  {
    name: 'view with column names',
    setup: ACCOUNT,
    migration: 'CREATE VIEW grown (key, mail) AS SELECT id, email FROM account;',
    drift: [drift('CREATE VIEW grown (key, other) AS SELECT id, email FROM account;', differs('view grown'))],
  },
  {
    name: 'view replaced',
    setup: `${ACCOUNT} CREATE VIEW grown AS SELECT id FROM account;`,
    migration: 'CREATE OR REPLACE VIEW grown AS SELECT id, email FROM account;',
  },
  {
    name: 'view dropped and made anew',
    setup: `${ACCOUNT} CREATE VIEW grown AS SELECT id, email FROM account;`,
    migration: 'DROP VIEW grown;\nCREATE VIEW grown AS SELECT id, age FROM account;',
  },
  {
    name: 'materialized view',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration:
      'CREATE MATERIALIZED VIEW ages AS SELECT age, count(*) AS n FROM account GROUP BY age WITH DATA;\nCREATE UNIQUE INDEX ages_age ON ages (age);',
    drift: [
      drift(
        'CREATE MATERIALIZED VIEW ages AS SELECT age, count(email) AS n FROM account GROUP BY age;',
        differs('materialized view ages'),
      ),
      drift(
        'CREATE VIEW ages AS SELECT age, count(*) AS n FROM account GROUP BY age;',
        'relation "ages" already exists',
      ),
    ],
  },

  // functions, triggers, policies, rules
  {
    name: 'function',
    migration: `CREATE FUNCTION plus_one(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1';`,
    drift: [
      drift(
        `CREATE FUNCTION plus_one(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 2';`,
        differs('function plus_one(integer)'),
      ),
      drift(
        `CREATE FUNCTION plus_one(x int) RETURNS bigint LANGUAGE sql AS 'SELECT x + 1';`,
        differs('function plus_one(integer)'),
      ),
      drift(
        `CREATE FUNCTION plus_one(y int) RETURNS int LANGUAGE sql AS 'SELECT x + 1';`.replace('x + 1', '$1 + 1'),
        differs('function plus_one(integer)'),
      ),
    ],
  },
  {
    name: 'function that returns a set',
    migration: `CREATE FUNCTION many() RETURNS SETOF int LANGUAGE sql AS 'SELECT 1';`,
    drift: [drift(`CREATE FUNCTION many() RETURNS int LANGUAGE sql AS 'SELECT 1';`, differs('function many()'))],
  },
  {
    name: 'function in PL/pgSQL',
    setup: ACCOUNT,
    migration: [
      'CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$',
      'BEGIN',
      '  NEW.age := 1; -- $idempotify$',
      '  RETURN NEW;',
      'END',
      '$$;',
    ].join('\n'),
    drift: [
      drift(
        'CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;',
        differs('function touch()'),
      ),
    ],
  },
  {
    name: 'function RETURNS TABLE',
    setup: ACCOUNT,
    migration: `CREATE FUNCTION ages(lo int) RETURNS TABLE (id int, age int) LANGUAGE sql AS 'SELECT id, age FROM account WHERE age > lo';`,
    drift: [
      drift(
        `CREATE FUNCTION ages(lo int) RETURNS TABLE (id int, age int) LANGUAGE sql AS 'SELECT id, age FROM account WHERE age < lo';`,
        differs('function ages(integer)'),
      ),
    ],
  },
  {
    name: 'overloaded functions',
    migration: `CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION f(x text) RETURNS int LANGUAGE sql AS 'SELECT 2';`,
    drift: [drift(`CREATE FUNCTION f(x text) RETURNS int LANGUAGE sql AS 'SELECT 3';`, differs('function f(text)'))],
  },
  {
    name: 'function replaced',
    setup: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';`,
    migration: `CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';`,
  },
  {
    name: 'procedure',
    setup: ACCOUNT,
    migration: `CREATE PROCEDURE clean() LANGUAGE sql AS 'DELETE FROM account';`,
    drift: [drift(`CREATE PROCEDURE clean() LANGUAGE sql AS 'SELECT 1';`, 'clean')],
  },
  { name: 'aggregate', migration: "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');" },
  {
    name: 'trigger',
    setup: `${ACCOUNT} CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';`,
    migration: 'CREATE TRIGGER touch BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch();',
    drift: [
      drift(
        'CREATE TRIGGER touch BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger touch on account'),
      ),
      drift(
        'CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger touch on account'),
      ),
      drift(
        'CREATE TRIGGER touch AFTER UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger touch on account'),
      ),
      drift(
        'CREATE TRIGGER touch BEFORE UPDATE ON account FOR EACH STATEMENT EXECUTE FUNCTION touch();',
        differs('trigger touch on account'),
      ),
      drift(
        'CREATE TRIGGER touch BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION other();',
        differs('trigger touch on account'),
      ),
      drift(
        'CREATE TRIGGER touch BEFORE UPDATE ON account FOR EACH ROW WHEN (NEW.age > 1) EXECUTE FUNCTION touch();',
        differs('trigger touch on account'),
      ),
      drift(
        'CREATE TRIGGER touch BEFORE UPDATE OF age ON account FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger touch on account'),
      ),
      drift(
        `CREATE TRIGGER touch BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch('x');`,
        differs('trigger touch on account'),
      ),
    ],
  },
  {
    name: 'trigger with columns, arguments and a condition',
    setup: `${ACCOUNT} CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';`,
    migration: [
      String.raw`CREATE TRIGGER args BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch('a\b', 'ü', '');`,
      'CREATE TRIGGER columns BEFORE UPDATE OF email, age ON account FOR EACH ROW EXECUTE FUNCTION touch();',
      'CREATE TRIGGER condition BEFORE UPDATE ON account FOR EACH ROW WHEN (NEW.age > 1) EXECUTE FUNCTION touch();',
    ].join('\n'),
    drift: [
      drift(
        String.raw`CREATE TRIGGER args BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch('a\b', 'u', '');`,
        differs('trigger args on account'),
      ),
      drift(
        'CREATE TRIGGER columns BEFORE UPDATE OF email ON account FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger columns on account'),
      ),
      drift(
        'CREATE TRIGGER columns BEFORE UPDATE OF email, id ON account FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger columns on account'),
      ),
      drift(
        'CREATE TRIGGER condition BEFORE UPDATE ON account FOR EACH ROW WHEN (NEW.age > 2) EXECUTE FUNCTION touch();',
        differs('trigger condition on account'),
      ),
      drift(
        'CREATE TRIGGER condition BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger condition on account'),
      ),
    ],
  },
  {
    name: 'constraint trigger',
    setup: `${ACCOUNT} CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';`,
    migration:
      'CREATE CONSTRAINT TRIGGER touch AFTER UPDATE ON account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch();',
    drift: [
      drift(
        'CREATE CONSTRAINT TRIGGER touch AFTER UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger touch on account'),
      ),
      drift(
        'CREATE CONSTRAINT TRIGGER touch AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch();',
        differs('trigger touch on account'),
      ),
    ],
  },
  {
    name: 'trigger and its function in one file',
    setup: ACCOUNT,
    migration: [
      'CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql;',
      'DROP TRIGGER IF EXISTS touch ON account;',
      'CREATE TRIGGER touch BEFORE UPDATE OF age, email ON account FOR EACH ROW WHEN (NEW.age IS NOT NULL) EXECUTE PROCEDURE touch();',
    ].join('\n'),
  },
  {
    name: 'policy',
    setup: `${ACCOUNT}`,
    migration:
      'ALTER TABLE account ENABLE ROW LEVEL SECURITY;\nCREATE POLICY grown ON account FOR SELECT USING (age > 18);',
    drift: [
      drift('CREATE POLICY grown ON account FOR SELECT USING (age > 21);', differs('policy grown on account')),
      drift('CREATE POLICY grown ON account FOR DELETE USING (age > 18);', differs('policy grown on account')),
      drift('CREATE POLICY grown ON account USING (age > 18);', differs('policy grown on account')),
      drift(
        'CREATE POLICY grown ON account AS RESTRICTIVE FOR SELECT USING (age > 18);',
        differs('policy grown on account'),
      ),
      drift(
        'CREATE POLICY grown ON account FOR SELECT TO CURRENT_USER USING (age > 18);',
        differs('policy grown on account'),
      ),
    ],
  },
  {
    name: 'policy with check',
    setup: ACCOUNT,
    migration: 'CREATE POLICY ins ON account FOR INSERT WITH CHECK (age > 18);',
    drift: [drift('CREATE POLICY ins ON account FOR INSERT WITH CHECK (true);', differs('policy ins on account'))],
  },
  {
    name: 'policy replaced',
    setup: `${ACCOUNT} CREATE POLICY p ON account USING (age > 1);`,
    migration: 'DROP POLICY p ON account;\nCREATE POLICY p ON account USING (age > 2);',
  },
  {
    name: 'rule',
    setup: ACCOUNT,
    migration: 'CREATE RULE keep AS ON DELETE TO account DO INSTEAD NOTHING;',
    drift: [
      drift('CREATE RULE keep AS ON UPDATE TO account DO INSTEAD NOTHING;', differs('rule keep on account')),
      drift('CREATE RULE keep AS ON DELETE TO account DO ALSO NOTHING;', differs('rule keep on account')),
    ],
  },
  {
    name: 'rule with a condition',
    setup: ACCOUNT,
    migration: 'CREATE RULE keep AS ON DELETE TO account WHERE OLD.age > 1 DO INSTEAD NOTHING;',
    drift: [
      drift(
        'CREATE RULE keep AS ON DELETE TO account WHERE OLD.age > 2 DO INSTEAD NOTHING;',
        differs('rule keep on account'),
      ),
      drift('CREATE RULE keep AS ON DELETE TO account DO INSTEAD NOTHING;', differs('rule keep on account')),
    ],
  },
  {
    name: 'event trigger',
    setup: `CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';`,
    migration: 'CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION et();',
  },

  // what was there before and is not told by the file
  {
    name: 'keys dropped and added again around wider columns',
    setup: `CREATE TABLE a (id int CONSTRAINT a_pk PRIMARY KEY, v int DEFAULT 0);
CREATE TABLE b (id int PRIMARY KEY, a_id int CONSTRAINT b_a REFERENCES a (id));`,
    rows: 'INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (1, 1), (2, NULL);',
    migration: `ALTER TABLE b DROP CONSTRAINT b_a;
ALTER TABLE a DROP CONSTRAINT a_pk, ALTER COLUMN id SET DATA TYPE bigint, ALTER COLUMN v SET DEFAULT 1, ADD CONSTRAINT a_pk PRIMARY KEY (id);
ALTER TABLE b ALTER COLUMN a_id SET DATA TYPE bigint;
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id);`,
    live: 'INSERT INTO a (id) VALUES (5000000000); INSERT INTO b VALUES (3, 5000000000);',
  },
  SWAPPED_KEY,
  { ...SWAPPED_KEY, name: `${SWAPPED_KEY.name}, nothing known of it`, blind: true },
  {
    name: 'keys added and replaced in one file',
    setup: TWO_TABLES,
    rows: 'INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1, 1);',
    migration: `CREATE TABLE c (id int PRIMARY KEY, a_id int);
ALTER TABLE c ADD CONSTRAINT c_a FOREIGN KEY (a_id) REFERENCES a (id);
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id);
CREATE INDEX b_n ON b (n);
ALTER TABLE a ADD COLUMN extra int;
ALTER TABLE c DROP CONSTRAINT c_a;
ALTER TABLE b DROP CONSTRAINT b_a;
DROP INDEX b_n;
ALTER TABLE c ADD CONSTRAINT c_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE;
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE;
CREATE INDEX b_n ON b (n, a_id);`,
    live: 'INSERT INTO c VALUES (1, 1); DELETE FROM a;',
  },
  {
    name: 'tables made from others that go',
    setup: TWO_TABLES,
    migration: `CREATE TABLE c AS SELECT id, v FROM a;
CREATE TABLE IF NOT EXISTS d AS SELECT id, n FROM b;
CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT id FROM d;
SELECT id INTO e FROM b;
DROP TABLE a;
ALTER TABLE b DROP COLUMN n;`,
  },
  {
    name: 'views that two CASCADEs take away and that are made again',
    setup: `${TWO_TABLES}
CREATE VIEW av AS SELECT id FROM a; CREATE VIEW av2 AS SELECT id FROM av;
CREATE VIEW bv AS SELECT id FROM b; CREATE VIEW bv2 AS SELECT id FROM bv;`,
    migration: `DROP VIEW av CASCADE;
CREATE VIEW av AS SELECT id, v FROM a;
CREATE VIEW av2 AS SELECT id, v FROM av;
DROP VIEW bv CASCADE;
CREATE VIEW bv AS SELECT id, n FROM b;
CREATE VIEW bv2 AS SELECT id, n FROM bv;`,
  },

  // rows
  {
    name: 'rows with a key',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: `INSERT INTO account (id, email) VALUES (10, 'ten'), (11, 'eleven');`,
  },
  {
    name: 'rows into a new table',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'CREATE TABLE mail (id int PRIMARY KEY, mail text);\nINSERT INTO mail SELECT id, email FROM account;',
  },
  {
    name: 'rows with ON CONFLICT in front of a trigger that forbids them',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: `INSERT INTO account (id, email) VALUES (10, 'root') ON CONFLICT DO NOTHING;
CREATE FUNCTION no_root() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.email = 'root' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
CREATE TRIGGER no_root BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION no_root();`,
  },
  {
    name: 'rows numbered by a sequence that goes again',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: `CREATE SEQUENCE numbers;
UPDATE account SET age = nextval('numbers') WHERE age IS NULL;
DROP SEQUENCE numbers;
ALTER TABLE account ALTER COLUMN age SET NOT NULL;`,
  },
  {
    name: 'rows filled in several steps',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: `UPDATE account SET age = 1 WHERE age IS NULL AND email = 'a@x';
UPDATE account SET age = id WHERE age IS NULL AND email LIKE 'b%';`,
  },
  {
    name: 'rows selected into a numbered table',
    setup: `${ACCOUNT} CREATE TABLE item (id serial PRIMARY KEY, published timestamptz, account_id int UNIQUE, note text, other_id int UNIQUE);`,
    rows: ACCOUNT_ROWS,
    migration: `INSERT INTO item (published, account_id) SELECT '2020-01-01'::timestamptz, id FROM account;
INSERT INTO item (other_id, note) SELECT id + 1 AS other, lower(email) note -- lower case
FROM account WHERE age IS NULL OR id = 1 /* all */ ORDER BY id;
CREATE TABLE late (id int);
INSERT INTO item (other_id) SELECT id * 100 FROM account WHERE age IS DISTINCT FROM 3;
INSERT INTO late SELECT id FROM item;`,
  },
  {
    name: 'rows updated in batches by a procedure',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: `ALTER TABLE account ADD COLUMN state text;
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
DECLARE done int;
BEGIN
  LOOP
    UPDATE account SET state = 'old' WHERE id IN (SELECT id FROM account WHERE state IS NULL LIMIT 1);
    GET DIAGNOSTICS done = ROW_COUNT;
    EXIT WHEN done = 0;
    RAISE NOTICE 'more';
  END LOOP;
  WHILE done > 0 LOOP
    DELETE FROM account WHERE age < 0;
    GET DIAGNOSTICS done = ROW_COUNT;
  END LOOP;
END $$;
CALL fill();
DROP PROCEDURE fill();`,
  },
  {
    name: 'composite type dropped and made again',
    setup: `CREATE TYPE triple AS (a int, b int); CREATE FUNCTION parse(text) RETURNS triple LANGUAGE sql AS 'SELECT (1, 2)::triple';`,
    migration: `DROP FUNCTION parse(text);
DROP TYPE triple;
CREATE TYPE triple AS (a numeric, b numeric);
CREATE FUNCTION parse(text) RETURNS triple LANGUAGE sql AS 'SELECT (1, 2)::triple';`,
  },
  {
    name: 'rows numbered in a block, beside what it makes',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: `DO $$ BEGIN
  ALTER TABLE account ADD COLUMN code text;
  UPDATE account SET code = md5(random()::text);
  CREATE UNIQUE INDEX account_code ON account (code);
  CREATE TABLE code (code text PRIMARY KEY);
END $$;`,
    drift: [
      drift('ALTER TABLE account ADD COLUMN code varchar(9);', differs('table account')),
      drift('CREATE INDEX account_code ON account (email);', differs('index account_code')),
      drift('CREATE TABLE code (id int);', differs('table code')),
    ],
  },
  {
    name: 'rows counted up in a transaction, beside what it makes',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: `BEGIN;
CREATE TABLE code (code text, account_id int);
CREATE INDEX code_account ON code (account_id);
UPDATE account SET age = age + 1;
ALTER TABLE account ADD COLUMN code text;
ALTER TABLE account DROP COLUMN email;
ALTER TABLE account ADD COLUMN email bytea;
COMMIT;`,
    drift: [
      drift('CREATE TABLE code (id int);', differs('table code')),
      drift(
        'CREATE TABLE code (code text, account_id int); CREATE INDEX code_account ON code (code);',
        differs('index code_account'),
      ),
      drift('ALTER TABLE account ADD COLUMN code varchar(9);', differs('table account')),
      drift(
        `CREATE TABLE code (code text, account_id int); CREATE INDEX code_account ON code (account_id);
ALTER TABLE account ADD COLUMN code text, DROP COLUMN email, ADD COLUMN email jsonb;`,
        differs('table account'),
      ),
    ],
  },
  {
    name: 'column dropped and added again beside a new one',
    setup: ACCOUNT,
    blind: true,
    migration: 'ALTER TABLE account ADD COLUMN code text NOT NULL, DROP COLUMN email, ADD COLUMN email bytea NOT NULL;',
    live: String.raw`INSERT INTO account (id, code, email) VALUES (1, 'x', '\x00');`,
    drift: [
      drift('ALTER TABLE account ADD COLUMN code varchar(9);', differs('table account')),
      drift('ALTER TABLE account ADD COLUMN code text NOT NULL;', differs('table account')),
    ],
  },
  {
    name: 'column added beside a key that changes',
    setup: `${TWO_TABLES} ALTER TABLE b ADD CONSTRAINT b_old FOREIGN KEY (a_id) REFERENCES a (id);`,
    migration: 'ALTER TABLE b ADD COLUMN other_id int REFERENCES a (id), DROP CONSTRAINT b_old;',
    rows: 'INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1, 1);',
    drift: [
      drift('ALTER TABLE b ADD COLUMN other_id text;', differs('table b')),
      drift('ALTER TABLE b ADD COLUMN other_id int;', differs('table b')),
    ],
  },
  {
    name: 'column with a key of its own, beside another one',
    setup: TWO_TABLES,
    migration: `ALTER TABLE b ADD COLUMN other_id int UNIQUE REFERENCES a (id), ALTER COLUMN n TYPE numeric USING n / 2.0,
  ADD CHECK (num_nonnulls(a_id, other_id) = 1);`,
    rows: 'INSERT INTO b VALUES (1, 1, 1);',
    drift: [
      drift('ALTER TABLE b ADD COLUMN other_id int;', differs('table b')),
      drift('ALTER TABLE b ADD COLUMN other_id int UNIQUE;', differs('table b')),
      drift('ALTER TABLE b ADD COLUMN other_id text UNIQUE;', differs('table b')),
    ],
  },
  {
    name: 'rows updated where empty',
    setup: ACCOUNT,
    rows: ACCOUNT_ROWS,
    migration: 'UPDATE account SET age = 5 WHERE age IS NULL;',
  },

  // the rest
  {
    name: 'comments and grants',
    setup: ACCOUNT,
    migration: `COMMENT ON TABLE account IS 'people';\nGRANT SELECT ON account TO PUBLIC;\nREVOKE ALL ON account FROM PUBLIC;`,
  },
  {
    name: 'publication',
    setup: TWO_TABLES,
    migration: 'CREATE PUBLICATION pub FOR TABLE a;\nALTER PUBLICATION pub ADD TABLE b;',
  },
  {
    name: 'foreign data',
    migration: `CREATE FOREIGN DATA WRAPPER w;\nCREATE SERVER sv FOREIGN DATA WRAPPER w;\nCREATE FOREIGN TABLE ft (a int) SERVER sv;\nALTER SERVER sv OPTIONS (ADD host 'x');\nCREATE USER MAPPING FOR PUBLIC SERVER sv;`,
    drift: [
      drift(
        'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER sv FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE ft (a text) SERVER sv;',
        differs('foreign table ft'),
      ),
    ],
  },
  { name: 'statistics', setup: TWO_TABLES, migration: 'CREATE STATISTICS st ON a_id, n FROM b;' },
  {
    name: 'cast',
    setup: `CREATE TYPE ct AS (a int);`,
    migration: `CREATE FUNCTION ct_int(ct) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE CAST (ct AS int) WITH FUNCTION ct_int(ct);`,
  },
  {
    name: 'DO block of the author',
    migration: `DO $$ BEGIN\n  CREATE TYPE mood AS ENUM ('a');\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND $$;`,
  },
];
