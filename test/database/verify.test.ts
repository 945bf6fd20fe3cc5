/**
 * Proofs prove nothing unless they fail for files that are wrong. Each case is a migration and a rewrite of it that is right:
 * the control, which has to be proven. Its mutants are the control with one thing broken, and each has to be caught, with
 * the reason.
 */
import { quoteLiteral, toolByName } from '@idempotify/core';
import {
  PreludeError,
  checkNames,
  openHistory,
  startPGlite,
  type CheckName,
  type Failure,
  type History,
  type HistoryOptions,
  type MigrationProof,
  type Server,
} from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let server: Server;
beforeAll(async () => {
  server = await startPGlite();
});
afterAll(() => server.close());

type Text = string | (() => string);
type File = Text | { readonly original: Text; readonly file: Text };
type Options = Partial<Omit<HistoryOptions, 'files' | 'server' | 'tool'>> & { readonly tool?: string };

const reader = (text: Text): (() => string) => (typeof text === 'string' ? () => text : text);

/** A history of migrations; one that is only a text was never rewritten. */
async function history(files: readonly File[], { tool = 'prisma', ...options }: Options = {}): Promise<History> {
  const known = toolByName(tool);
  if (!known) throw new Error(`there is no tool ${tool}`);
  return openHistory({
    server,
    tool: known,
    files: files.map((file, at) => {
      const { original, file: text } = typeof file === 'object' ? file : { original: file, file };
      return { path: `00${at + 1}/migration.sql`, original: reader(original), file: reader(text) };
    }),
    checks: new Set(checkNames),
    confined: false,
    ...options,
  });
}

/** Everything that a failure says. */
const said = ({ title, error, differences, rows, sequences }: Failure): string =>
  [
    title,
    ...(error ? [`${error.code} ${error.message}`] : []),
    ...differences.map(({ text }) => text),
    ...rows.map((row) => JSON.stringify(row)),
    ...sequences.map((sequence) => JSON.stringify(sequence)),
  ].join('\n');

const summary = (proof: MigrationProof): string =>
  [
    proof.verdict,
    ...proof.failures.map((failure) => `${failure.check}: ${said(failure)}`),
    ...proof.checks.flatMap(({ check, reasons }) => reasons.map((reason) => `${check} is unproven: ${reason}`)),
    ...proof.unproven.map(({ reason }) => reason),
  ].join('\n');

interface Mutant {
  readonly title: string;
  readonly from: string | RegExp;
  readonly to: string;
  /** The check that has to fail, and what the failure has to say. */
  readonly check: CheckName;
  readonly says: RegExp;
  /** The proofs do not catch it yet. */
  readonly todo?: boolean;
}

const mutant = (title: string, from: string | RegExp, to: string, check: CheckName, says: RegExp): Mutant => ({
  title,
  from,
  to,
  check,
  says,
});

interface Case {
  readonly title: string;
  /** `prisma` sends a file as one string; `sql` sends statement by statement. */
  readonly tool?: 'prisma' | 'sql';
  readonly original: string;
  readonly control: string;
  readonly mutants: readonly Mutant[];
}

function mutate({ control }: Case, { title, from, to }: Mutant): string {
  const mutated = control.replace(from, () => to);
  if (mutated === control) throw new Error(`nothing was broken: ${title}`);
  return mutated;
}

// What guards ask: the shape of an object as text, NULL when it is not there.
const live = (of: string): string =>
  `FROM pg_attribute WHERE attrelid = to_regclass('${of}') AND attnum > 0 AND NOT attisdropped`;
const columns = (of: string): string =>
  `SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) ${live(of)}`;
const column = (of: string, name: string): string =>
  `SELECT format_type(atttypid, atttypmod) ${live(of)} AND attname = '${name}'`;
/** Columns and key. */
const table = (name: string): string =>
  `SELECT (${columns(name)}) || '; ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('${name}') AND contype = 'p'`;
const constraint = (of: string, name: string): string =>
  `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('${of}') AND conname = '${name}'`;
const index = (name: string): string => `SELECT pg_get_indexdef(to_regclass('${name}'))`;
const labels = (type: string): string =>
  `SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('${type}')`;

const block = (body: string): string => `DO $g$ BEGIN ${body} END $g$;\n`;
const when = (condition: string, statement: string): string => block(`IF ${condition} THEN ${statement}; END IF;`);
/** Does what is missing, and takes nothing of that name for it that has another shape. */
const ensure = (shape: string, expected: string, statement: string): string =>
  block(`
  IF (${shape}) IS NULL THEN ${statement};
  ELSIF (${shape}) <> ${quoteLiteral(expected)} THEN RAISE EXCEPTION 'drift: %', (${shape});
  END IF;`);

/** What the cases find. */
const setup = `
CREATE TYPE status AS ENUM ('new', 'closed');
CREATE TABLE account (id serial PRIMARY KEY, mail varchar(255) NOT NULL, status status NOT NULL DEFAULT 'new', balance int NOT NULL DEFAULT 0, note text);
CREATE INDEX account_balance_idx ON account (balance);
CREATE TABLE item (id int PRIMARY KEY, account int NOT NULL, title text, qty int);
CREATE TABLE color (id serial PRIMARY KEY, name text NOT NULL);
CREATE SEQUENCE invoice;
SELECT setval('invoice', 10);
CREATE SCHEMA other;
CREATE TABLE other.child (id int);
`;

const childTable =
  'CREATE TABLE child (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, account int NOT NULL, price numeric(10,2) NOT NULL DEFAULT 0, code varchar(10), memo text)';
const childShape =
  'id bigint, account integer, price numeric(10,2), code character varying(10), memo text; PRIMARY KEY (id)';
const childKey =
  'ALTER TABLE child ADD CONSTRAINT child_account_fk FOREIGN KEY (account) REFERENCES account (id) ON DELETE CASCADE';
const childKeyShape = 'FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE';
const codeIndex = 'CREATE UNIQUE INDEX child_code_key ON child (code)';
const codeIndexShape = 'CREATE UNIQUE INDEX child_code_key ON public.child USING btree (code)';
const priceIndex = 'CREATE INDEX child_price_idx ON child (price) WHERE price > 0';
const priceIndexShape = 'CREATE INDEX child_price_idx ON public.child USING btree (price) WHERE (price > (0)::numeric)';
const childComment = `COMMENT ON COLUMN child.code IS 'free text'`;
const child = [childTable, childKey, codeIndex, priceIndex, childComment].join(';\n');
const guarded = {
  table: ensure(table('child'), childShape, childTable),
  key: ensure(constraint('child', 'child_account_fk'), childKeyShape, childKey),
  code: ensure(index('child_code_key'), codeIndexShape, codeIndex),
  price: ensure(index('child_price_idx'), priceIndexShape, priceIndex),
};

const newTable: Case = {
  title: 'a table, its foreign key, indexes and comment',
  original: `${child};`,
  control: `${guarded.table}${guarded.key}${guarded.code}${guarded.price}${childComment};`,
  mutants: [
    mutant(
      'a type changed',
      ', account int NOT NULL',
      ', account bigint NOT NULL',
      'fresh',
      /column public\.child\.account: type should be integer but is bigint/,
    ),
    mutant(
      'a default changed',
      'DEFAULT 0',
      'DEFAULT 1',
      'fresh',
      /column public\.child\.price: default should be 0 but is 1/,
    ),
    mutant('the kind of an identity', 'BY DEFAULT', 'ALWAYS', 'fresh', /column public\.child\.id: identity should be/),
    mutant('NOT NULL lost', 'account int NOT NULL', 'account int', 'fresh', /column public\.child\.account: not null/),
    mutant(
      'another order of columns',
      'account int NOT NULL, price numeric(10,2) NOT NULL DEFAULT 0',
      'price numeric(10,2) NOT NULL DEFAULT 0, account int NOT NULL',
      'fresh',
      /column order public\.child/,
    ),
    mutant(
      'ON DELETE lost',
      ' ON DELETE CASCADE;',
      ';',
      'fresh',
      /constraint public\.child\.child_account_fk: definition should be .* ON DELETE CASCADE but is/,
    ),
    mutant(
      'UNIQUE lost',
      'CREATE UNIQUE INDEX child_code_key ON child',
      'CREATE INDEX child_code_key ON child',
      'fresh',
      /index public\.child_code_key: definition/,
    ),
    mutant(
      'the predicate of a partial index lost',
      ' WHERE price > 0;',
      ';',
      'fresh',
      /index public\.child_price_idx: definition/,
    ),
    mutant('a comment lost', `${childComment};`, '', 'fresh', /comment .*public\.child\.code is missing/),
    mutant('a swallowed statement', guarded.price, '', 'fresh', /index public\.child_price_idx is missing/),
    mutant(
      'the wrong order',
      `${guarded.table}${guarded.key}`,
      `${guarded.key}${guarded.table}`,
      'fresh',
      /42P01 relation "child" does not exist/,
    ),
    mutant(
      'an error that only shows when it is run',
      'REFERENCES account',
      'REFERENCES nowhere',
      'fresh',
      /42P01 relation "nowhere" does not exist/,
    ),
    mutant(
      'a syntax error inside of a body',
      'IS NULL THEN CREATE UNIQUE INDEX',
      'IS NULL THEN CREATE UNIQUE INDICES',
      'fresh',
      /42601 syntax error at or near "INDICES"/,
    ),
    mutant(
      'an index that nobody asked for',
      /$/,
      '\nCREATE INDEX IF NOT EXISTS extra ON account (mail);',
      'fresh',
      /index public\.extra should not be there/,
    ),
    mutant(
      'another owner',
      /$/,
      '\nALTER TABLE child OWNER TO pg_monitor;',
      'fresh',
      /table public\.child: .*owner should be postgres but is pg_monitor/,
    ),
    mutant(
      'a guard that asks in the wrong schema: it is there already',
      guarded.table,
      when(`to_regclass('other.child') IS NULL`, childTable),
      'fresh',
      /42P01 relation "child" does not exist/,
    ),
    mutant(
      'a guard that asks in the wrong schema: it never is there',
      guarded.code,
      when(`to_regclass('other.child_code_key') IS NULL`, codeIndex),
      'second run',
      /42P07 relation "child_code_key" already exists/,
    ),
    mutant(
      'a guard that asks for the wrong constraint',
      guarded.key,
      when(`(${constraint('child', 'child_fk')}) IS NULL`, childKey),
      'second run',
      /42710 constraint "child_account_fk" for relation "child" already exists/,
    ),
    mutant(
      'no guard, so that the second run raises',
      guarded.price,
      `${priceIndex};\n`,
      'second run',
      /42P07 relation "child_price_idx" already exists/,
    ),
    mutant(
      'one guard for the whole file',
      /[^]*/,
      when(`to_regclass('child') IS NULL`, child),
      'interrupted',
      /^stopped after 1 statement and run again.*\n.*constraint public\.child\.child_account_fk is missing/,
    ),
    mutant(
      'several statements in one block that swallows errors',
      /[^]*/,
      block(`${child}; EXCEPTION WHEN OTHERS THEN NULL;`),
      'interrupted',
      /^stopped after 2 statements and run again[^]*index public\.child_code_key is missing/,
    ),
    mutant(
      'a helper object that an interrupted run leaves in the way',
      /^[^]*$/,
      `CREATE TABLE helper (a int);\n${guarded.table}${guarded.key}${guarded.code}${guarded.price}${childComment};\nDROP TABLE helper;`,
      'interrupted',
      /of the rewritten file and run again.*\n42P07 relation "helper" already exists/,
    ),
    mutant(
      'a table that passes by its name',
      guarded.table,
      `${childTable.replace('TABLE', 'TABLE IF NOT EXISTS')};\n`,
      'drift',
      /^table public\.child was found with a column idempotify_drift instead of memo: the file raised nothing/,
    ),
    mutant(
      'a constraint that passes by its name',
      guarded.key,
      when(`(${constraint('child', 'child_account_fk')}) IS NULL`, childKey),
      'drift',
      /^constraint public\.child\.child_account_fk was found with the definition CHECK \(4242 = 4242\)/,
    ),
    mutant(
      'an index that passes by its name',
      guarded.price,
      `${priceIndex.replace('INDEX', 'INDEX IF NOT EXISTS')};\n`,
      'drift',
      /^index public\.child_price_idx was found with another expression/,
    ),
  ],
};

const note = ensure(column('item', 'note'), 'text', 'ALTER TABLE item ADD COLUMN note text');
const age = ensure(
  `SELECT concat_ws(' DEFAULT ', format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid)) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = 'item'::regclass AND attname = 'age'`,
  'smallint DEFAULT 18',
  'ALTER TABLE item ADD COLUMN age smallint DEFAULT 18',
);
const newColumns: Case = {
  title: 'columns',
  original: 'ALTER TABLE item ADD COLUMN note text, ADD COLUMN age smallint DEFAULT 18;',
  control: note + age,
  mutants: [
    mutant('a swallowed action', age, '', 'fresh', /column public\.item\.age is missing/),
    mutant('columns the other way round', note + age, age + note, 'fresh', /column order public\.item/),
    mutant(
      'a guard without a table: another table has such a column',
      note,
      when(
        `NOT EXISTS (SELECT FROM information_schema.columns WHERE column_name = 'note')`,
        'ALTER TABLE item ADD COLUMN note text',
      ),
      'fresh',
      /column public\.item\.note is missing/,
    ),
    mutant(
      'a default that old rows do not get',
      `ADD COLUMN age smallint DEFAULT 18;`,
      `ADD COLUMN age smallint; ALTER TABLE item ALTER COLUMN age SET DEFAULT 18;`,
      'rows',
      /^run from the start: other rows[^]*\\"age\\": \\"18\\"/,
    ),
    mutant(
      'a column that passes by its name',
      note,
      'ALTER TABLE item ADD COLUMN IF NOT EXISTS note text;\n',
      'drift',
      /^column public\.item\.note was found with the type character varying\(4242\): the file raised nothing/,
    ),
    mutant(
      'an error that is swallowed',
      age,
      block('ALTER TABLE item ADD COLUMN age smallint DEFAULT 18; EXCEPTION WHEN duplicate_column THEN NULL;'),
      'drift',
      /^column public\.item\.age was found with the type text/,
    ),
    {
      title: 'a column that passes with another default',
      from: age,
      to: ensure(column('item', 'age'), 'smallint', 'ALTER TABLE item ADD COLUMN age smallint DEFAULT 18'),
      check: 'drift',
      says: /^column public\.item\.age was found with (another|no) default/,
      todo: true,
    },
    mutant(
      'a column that is dropped and added on every run',
      note,
      'ALTER TABLE item DROP COLUMN IF EXISTS note;\nALTER TABLE item ADD COLUMN note text;\n',
      'second run',
      /column order public\.item/,
    ),
  ],
};

const renameColumn = when(
  `(${column('account', 'mail')}) IS NOT NULL`,
  'ALTER TABLE account RENAME COLUMN mail TO email',
);
const rename: Case = {
  title: 'a column and a table with new names',
  original: 'ALTER TABLE account RENAME COLUMN mail TO email;\nALTER TABLE item RENAME TO line;',
  control: renameColumn + when(`to_regclass('item') IS NOT NULL`, 'ALTER TABLE item RENAME TO line'),
  mutants: [
    mutant(
      'no guard',
      renameColumn,
      'ALTER TABLE account RENAME COLUMN mail TO email;\n',
      'second run',
      /42703 column "mail" does not exist/,
    ),
    mutant(
      'a copy of the structure instead: the data is lost',
      renameColumn,
      `ALTER TABLE account ADD COLUMN IF NOT EXISTS email varchar(255) NOT NULL DEFAULT '';
ALTER TABLE account ALTER COLUMN email DROP DEFAULT;
ALTER TABLE account DROP COLUMN IF EXISTS mail;
`,
      'fresh',
      /column order public\.account[^]*"table":"public\.account".*idempotify 1/,
    ),
    mutant(
      'a table with the new name instead: the rows are lost',
      'ALTER TABLE item RENAME TO line;',
      'CREATE TABLE line (LIKE item INCLUDING ALL); DROP TABLE item;',
      'fresh',
      /"table":"public\.line"/,
    ),
    mutant(
      'a step that trusts the one before',
      /^[^]*$/,
      when(
        `(${column('account', 'mail')}) IS NOT NULL`,
        'ALTER TABLE account RENAME COLUMN mail TO email; ALTER TABLE item RENAME TO line',
      ),
      'interrupted',
      /^stopped after 1 statement and run again[^]*table public\.line is missing/,
    ),
  ],
};

const dropNote = when(`(${column('account', 'note')}) = 'text'`, 'ALTER TABLE account DROP COLUMN note');
const replace: Case = {
  title: 'a column that makes room for another of its name',
  original: 'ALTER TABLE account DROP COLUMN note;\nALTER TABLE account ADD COLUMN note jsonb;',
  control: `${dropNote}ALTER TABLE account ADD COLUMN IF NOT EXISTS note jsonb;`,
  mutants: [
    mutant(
      'the old one passes for the new one',
      dropNote,
      '',
      'fresh',
      /column public\.account\.note: .*type should be jsonb but is text/,
    ),
    mutant(
      'dropped and added on every run: rows written later are lost',
      /^[^]*$/,
      'ALTER TABLE account DROP COLUMN IF EXISTS note;\nALTER TABLE account ADD COLUMN note jsonb;',
      'rows',
      /run again after an application went on[^]*"table":"public\.account"/,
    ),
  ],
};

const update = 'UPDATE account SET balance = 100 WHERE balance = 0;';
const setval = `SELECT setval('account_id_seq', greatest(5000, (SELECT last_value FROM account_id_seq)));`;
const data: Case = {
  title: 'rows',
  original: `INSERT INTO account (id, mail) VALUES (1000, 'root@example.org');
UPDATE account SET balance = 100 WHERE balance = 0;
INSERT INTO color (name) VALUES ('red');
SELECT setval('account_id_seq', 5000);`,
  control: `INSERT INTO account (id, mail) VALUES (1000, 'root@example.org') ON CONFLICT DO NOTHING;
${update}
INSERT INTO color (name) SELECT 'red' WHERE NOT EXISTS (SELECT FROM color WHERE name = 'red');
${setval}`,
  mutants: [
    mutant(
      'an INSERT without a guard',
      / WHERE NOT EXISTS.*/,
      ';',
      'rows',
      /^run a second time: other rows[^]*"table":"public\.color".*red/,
    ),
    mutant('a row lost', /INSERT INTO color.*\n/, '', 'rows', /"table":"public\.color","missing":\[".*red/),
    mutant(
      'a row too many',
      `SELECT 'red' WHERE`,
      `SELECT unnest('{red,blue}'::text[]) WHERE`,
      'rows',
      /"table":"public\.color".*"extra":\[".*blue/,
    ),
    mutant(
      'an UPDATE of all rows',
      ' WHERE balance = 0',
      '',
      'rows',
      /^run from the start: other rows[^]*"table":"public\.account"/,
    ),
    mutant('setval lost', setval, '', 'rows', /"sequence":"public\.account_id_seq","expected":"500[01]"/),
    mutant(
      'rows wiped and written again',
      /INSERT INTO color[^;]*;/,
      `TRUNCATE color; INSERT INTO color (id, name) VALUES (1, 'red');`,
      'rows',
      /"table":"public\.color"/,
    ),
    mutant(
      'the wrong order: the row comes too late for the UPDATE',
      /^(.*)\n(.*)$/m,
      `${update}\nINSERT INTO account (id, mail) VALUES (1000, 'root@example.org') ON CONFLICT DO NOTHING;`,
      'rows',
      /^run from the start: other rows[^]*\\"balance\\": \\"100\\"/,
    ),
  ],
};

const conversion = when(
  `(${column('account', 'balance')}) = 'integer'`,
  'ALTER TABLE account ALTER COLUMN balance TYPE bigint USING balance * 100',
);
const retype: Case = {
  title: 'another type and default',
  original: `ALTER TABLE account ALTER COLUMN balance TYPE bigint USING balance * 100;
ALTER TABLE item ALTER COLUMN qty SET DEFAULT 1;`,
  control: `${conversion}ALTER TABLE item ALTER COLUMN qty SET DEFAULT 1;`,
  mutants: [
    mutant(
      'ALTER TYPE skipped',
      conversion,
      '',
      'fresh',
      /column public\.account\.balance: type should be bigint but is integer/,
    ),
    mutant(
      'a conversion that is done twice',
      conversion,
      'ALTER TABLE account ALTER COLUMN balance TYPE bigint USING balance * 100;\n',
      'rows',
      /^run a second time: other rows[^]*9000010000/,
    ),
    mutant(
      'a default lost',
      'ALTER TABLE item ALTER COLUMN qty SET DEFAULT 1;',
      '',
      'fresh',
      /column public\.item\.qty: default should be 1 but is not set/,
    ),
  ],
};

const touch =
  'FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.note := upper(NEW.note); RETURN NEW; END $f$;';
const trigger = 'TRIGGER account_touch BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch();';
const disable = 'ALTER TABLE account DISABLE TRIGGER account_touch;';
const view = 'VIEW rich AS SELECT id, mail FROM account WHERE balance > 1000;';
const security = 'ALTER TABLE account ENABLE ROW LEVEL SECURITY;';
const policy = 'CREATE POLICY own ON account FOR SELECT USING (balance >= 0);';
const logic: Case = {
  title: 'a function, triggers, a view and a policy',
  original: `CREATE ${touch}
CREATE ${trigger}
${disable}
CREATE TRIGGER item_touch BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION touch();
CREATE ${view}
${security}
${policy}`,
  control: `CREATE OR REPLACE ${touch}
CREATE OR REPLACE ${trigger}
${disable}
CREATE OR REPLACE TRIGGER item_touch BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION touch();
CREATE OR REPLACE ${view}
${security}
DROP POLICY IF EXISTS own ON account;
${policy}`,
  mutants: [
    mutant('a function body changed', 'upper(', 'lower(', 'fresh', /function public\.touch\(\): .*upper.*lower/s),
    mutant('a trigger left enabled', `${disable}\n`, '', 'fresh', /trigger public\.account\.account_touch: enabled/),
    mutant(
      'a trigger left disabled',
      'CREATE OR REPLACE VIEW',
      'ALTER TABLE item DISABLE TRIGGER item_touch;\nCREATE OR REPLACE VIEW',
      'fresh',
      /trigger public\.item\.item_touch: enabled/,
    ),
    mutant(
      'the time of a trigger changed',
      'BEFORE INSERT',
      'AFTER INSERT',
      'fresh',
      /trigger public\.item\.item_touch: definition/,
    ),
    mutant(
      'the condition of a view lost',
      ' WHERE balance > 1000',
      '',
      'fresh',
      /view public\.rich: definition should be .*1000/s,
    ),
    mutant(
      'row level security not enabled',
      `${security}\n`,
      '',
      'fresh',
      /table public\.account: row security should be true but is not set/,
    ),
    mutant('a policy predicate', 'balance >= 0', 'true', 'fresh', /policy public\.account\.own: using should be/i),
    mutant(
      'a policy without a guard',
      'DROP POLICY IF EXISTS own ON account;\n',
      '',
      'second run',
      /42710 policy "own" for table "account" already exists/,
    ),
    mutant(
      'a function that passes by its name',
      `CREATE OR REPLACE ${touch}\n`,
      `DO $g$ BEGIN IF to_regproc('touch') IS NULL THEN CREATE ${touch} END IF; END $g$;\n`,
      'drift',
      /^function public\.touch\(\) was found with another body/,
    ),
    mutant(
      'a trigger that passes by its name',
      `CREATE OR REPLACE ${trigger}\n`,
      `DO $g$ BEGIN IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'account_touch') THEN CREATE ${trigger} END IF; END $g$;\n`,
      'drift',
      /^trigger public\.account\.account_touch was found with the event DELETE/,
    ),
    mutant(
      'a view that passes by its name',
      `CREATE OR REPLACE ${view}\n`,
      `DO $g$ BEGIN IF to_regclass('rich') IS NULL THEN CREATE ${view} END IF; END $g$;\n`,
      'drift',
      /^view public\.rich was found with a column idempotify_drift instead of mail/,
    ),
    mutant(
      'a policy that passes by its name',
      `DROP POLICY IF EXISTS own ON account;\n${policy}`,
      `DO $g$ BEGIN IF NOT EXISTS (SELECT FROM pg_policy WHERE polname = 'own') THEN ${policy} END IF; END $g$;`,
      'drift',
      /^policy public\.account\.own was found with USING \(4242 = 4242\)/,
    ),
  ],
};

const grant = 'GRANT SELECT ON item TO PUBLIC;';
const defaults = 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;';
const statistics = 'CREATE STATISTICS IF NOT EXISTS account_stat ON balance, status FROM account;';
const rights: Case = {
  title: 'privileges, a sequence of a column and statistics',
  original: `${grant}
${defaults}
CREATE SEQUENCE qty_seq START 100 OWNED BY item.qty;
CREATE STATISTICS account_stat ON balance, status FROM account;
ALTER SEQUENCE invoice INCREMENT BY 5;`,
  control: `${grant}
${defaults}
CREATE SEQUENCE IF NOT EXISTS qty_seq START 100 OWNED BY item.qty;
${statistics}
ALTER SEQUENCE invoice INCREMENT BY 5;`,
  mutants: [
    mutant('a grant lost', `${grant}\n`, '', 'fresh', /table public\.item: grants should be/),
    mutant('default privileges lost', `${defaults}\n`, '', 'fresh', /default privileges .*(is missing|: )/),
    mutant(
      'the ownership of a sequence lost',
      ' OWNED BY item.qty',
      '',
      'fresh',
      /sequence public\.qty_seq: owned by should be/,
    ),
    mutant(
      'the start of a sequence lost',
      ' START 100',
      '',
      'fresh',
      /sequence public\.qty_seq: start should be 100 but is 1/,
    ),
    mutant('statistics lost', `${statistics}\n`, '', 'fresh', /statistics public\.account_stat is missing/),
    mutant(
      'a sequence that is set back',
      /$/,
      ` SELECT setval('invoice', 1, false);`,
      'rows',
      /"sequence":"public\.invoice"/,
    ),
  ],
};

const addLabel = `ALTER TYPE status ADD VALUE IF NOT EXISTS 'open' BEFORE 'closed';`;
const label: Case = {
  title: 'an enum label',
  original: `ALTER TYPE status ADD VALUE 'open' BEFORE 'closed';`,
  control: addLabel,
  mutants: [
    mutant(
      'at the wrong place',
      ` BEFORE 'closed'`,
      '',
      'fresh',
      /enum public\.status: labels should be \["new","open","closed"\] but is \["new","closed","open"\]/,
    ),
    mutant('without a guard', ' IF NOT EXISTS', '', 'second run', /42710 enum label "open" already exists/),
  ],
};

const mood = ensure(labels('mood'), 'sad happy', `CREATE TYPE mood AS ENUM ('sad', 'happy')`);
const positive = ensure(
  `SELECT format_type(typbasetype, typtypmod) || CASE WHEN typnotnull THEN ' NOT NULL' ELSE '' END FROM pg_type WHERE oid = to_regtype('positive')`,
  'integer',
  'CREATE DOMAIN positive AS int CHECK (VALUE > 0)',
);
const pair = ensure(columns('pair'), 'a integer, b integer', 'CREATE TYPE pair AS (a int, b int)');
const counter = ensure(
  `SELECT increment_by::text FROM pg_sequences WHERE schemaname = current_schema AND sequencename = 'counter'`,
  '1',
  'CREATE SEQUENCE counter',
);
const totals = ensure(
  columns('totals'),
  'sum bigint',
  'CREATE MATERIALIZED VIEW totals AS SELECT sum(balance) FROM account',
);
const types: Case = {
  title: 'types, a sequence and a materialized view',
  original: `CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b int);
CREATE SEQUENCE counter;
CREATE MATERIALIZED VIEW totals AS SELECT sum(balance) FROM account;`,
  control: mood + positive + pair + counter + totals,
  mutants: [
    mutant(
      'an enum that passes by its name',
      mood,
      when(`to_regtype('mood') IS NULL`, `CREATE TYPE mood AS ENUM ('sad', 'happy')`),
      'drift',
      /^enum public\.mood was found with the label idempotify_drift instead of sad/,
    ),
    mutant(
      'a domain that passes by its name',
      positive,
      when(`to_regtype('positive') IS NULL`, 'CREATE DOMAIN positive AS int CHECK (VALUE > 0)'),
      'drift',
      /^domain public\.positive was found with NULL not allowed/,
    ),
    mutant(
      'a composite type that passes by its name',
      pair,
      when(`to_regtype('pair') IS NULL`, 'CREATE TYPE pair AS (a int, b int)'),
      'drift',
      /^composite type public\.pair was found with one more attribute/,
    ),
    mutant(
      'a sequence that passes by its name',
      counter,
      'CREATE SEQUENCE IF NOT EXISTS counter;\n',
      'drift',
      /^sequence public\.counter was found with another increment/,
    ),
    mutant(
      'a materialized view that passes by its name',
      totals,
      'CREATE MATERIALIZED VIEW IF NOT EXISTS totals AS SELECT sum(balance) FROM account;\n',
      'drift',
      /^materialized view public\.totals was found with a column idempotify_drift/,
    ),
    mutant(
      'the check of a domain lost',
      ' CHECK (VALUE > 0);',
      ';',
      'fresh',
      /constraint public\.positive\.positive_check is missing|domain public\.positive: /,
    ),
  ],
};

const validate = 'ALTER TABLE item VALIDATE CONSTRAINT qty_positive;';
const check: Case = {
  title: 'a constraint in two steps, and one without a name',
  original: `ALTER TABLE item ADD CONSTRAINT qty_positive CHECK (qty > 0) NOT VALID;
${validate}
ALTER TABLE account ADD UNIQUE (mail);`,
  control: `${ensure(
    `SELECT replace(pg_get_constraintdef(oid), ' NOT VALID', '') FROM pg_constraint WHERE conrelid = 'item'::regclass AND conname = 'qty_positive'`,
    'CHECK ((qty > 0))',
    'ALTER TABLE item ADD CONSTRAINT qty_positive CHECK (qty > 0) NOT VALID',
  )}${validate}
${ensure(constraint('account', 'account_mail_key'), 'UNIQUE (mail)', 'ALTER TABLE account ADD UNIQUE (mail)')}`,
  mutants: [
    mutant(
      'left NOT VALID',
      `${validate}\n`,
      '',
      'fresh',
      /constraint public\.item\.qty_positive: .*(NOT VALID|validated)/i,
    ),
    mutant(
      'the one without a name is added again',
      /ALTER TABLE item VALIDATE[^]*/,
      `${validate}\nALTER TABLE account ADD UNIQUE (mail);`,
      'second run',
      /constraint public\.account\.account_mail_key1 should not be there/,
    ),
  ],
};

const restart: Case = {
  title: 'a sequence that starts elsewhere',
  original: 'ALTER SEQUENCE invoice RESTART WITH 500;',
  control: `SELECT setval('invoice', 500, false) FROM invoice WHERE last_value < 500;`,
  mutants: [
    {
      title: 'set back on every run: numbers that an application took since are given out again',
      from: /^[^]*$/,
      to: 'ALTER SEQUENCE invoice RESTART WITH 500;',
      check: 'rows',
      says: /run again after an application went on[^]*"sequence":"public\.invoice","expected":"50\d","found":"500"/,
    },
  ],
};

const plain = 'CREATE TABLE plain (id int PRIMARY KEY)';
const empty: Case = {
  title: 'a table that an application fills',
  original: `${plain};`,
  control: ensure(table('plain'), 'id integer; PRIMARY KEY (id)', plain),
  mutants: [
    mutant(
      'dropped and made anew on every run',
      /^[^]*$/,
      `DROP TABLE IF EXISTS plain;\n${plain};`,
      'rows',
      /run again after an application went on[^]*"table":"public\.plain"/,
    ),
  ],
};

const kinds = 'CREATE TABLE kind (id int PRIMARY KEY)';
const filled: Case = {
  title: 'a table that the migration fills',
  original: `${kinds};\nINSERT INTO kind VALUES (1);`,
  control: `${ensure(table('kind'), 'id integer; PRIMARY KEY (id)', kinds)}INSERT INTO kind VALUES (1) ON CONFLICT DO NOTHING;`,
  mutants: [
    mutant('without ON CONFLICT', ' ON CONFLICT DO NOTHING', '', 'second run', /23505 duplicate key/),
    // that the original writes rows must not excuse a rerun that loses those of others
    {
      title: 'made anew and filled on every run: rows written later are lost',
      from: /^[^]*$/,
      to: `DROP TABLE IF EXISTS kind;\n${kinds};\nINSERT INTO kind VALUES (1);`,
      check: 'rows',
      says: /run again after an application went on[^]*"table":"public\.kind"/,
    },
    {
      title: 'rows written later are deleted',
      from: 'INSERT INTO',
      to: 'DELETE FROM kind WHERE id > 1;\nINSERT INTO',
      check: 'rows',
      says: /run again after an application went on[^]*"table":"public\.kind"/,
    },
  ],
};

const move: Case = {
  title: 'rows that move to another table',
  original: `CREATE TABLE mail (account int PRIMARY KEY, address text NOT NULL);
INSERT INTO mail SELECT id, mail FROM account;
ALTER TABLE account DROP COLUMN mail;`,
  control: `${ensure(table('mail'), 'account integer, address text; PRIMARY KEY (account)', 'CREATE TABLE mail (account int PRIMARY KEY, address text NOT NULL)')}${when(
    `(${column('account', 'mail')}) IS NOT NULL`,
    `EXECUTE 'INSERT INTO mail SELECT id, mail FROM account ON CONFLICT DO NOTHING'`,
  )}ALTER TABLE account DROP COLUMN IF EXISTS mail;`,
  mutants: [
    mutant(
      'a lost row',
      'FROM account ON',
      'FROM account WHERE id > 900001 ON',
      'rows',
      /"table":"public\.mail","missing":\[".*900001/,
    ),
    mutant(
      'rows that are already moved are in the way',
      ' ON CONFLICT DO NOTHING',
      '',
      'interrupted',
      /^stopped after 2 statements.*\n23505 duplicate key/,
    ),
  ],
};

const drop: Case = {
  title: 'an index and a column that go',
  original: 'DROP INDEX account_balance_idx;\nALTER TABLE account DROP COLUMN note;',
  control: 'DROP INDEX IF EXISTS account_balance_idx;\nALTER TABLE account DROP COLUMN IF EXISTS note;',
  mutants: [
    mutant(
      'a helper left behind',
      /^/,
      'CREATE OR REPLACE FUNCTION helper() RETURNS int LANGUAGE sql AS $x$ SELECT 1 $x$;\n',
      'fresh',
      /function public\.helper\(\) should not be there/,
    ),
    mutant(
      'too much is dropped',
      /$/,
      ' ALTER TABLE account DROP COLUMN IF EXISTS balance;',
      'fresh',
      /column public\.account\.balance is missing/,
    ),
    mutant(
      'nothing is dropped',
      /DROP INDEX.*\n/,
      '',
      'fresh',
      /index public\.account_balance_idx should not be there/,
    ),
    mutant(
      'it can only be dropped once',
      'DROP COLUMN IF EXISTS',
      'DROP COLUMN',
      'second run',
      /42703 column "note" of relation "account" does not exist/,
    ),
    mutant(
      'a guard that trusts the statement before',
      /^[^]*$/,
      when(
        `to_regclass('account_balance_idx') IS NOT NULL`,
        'DROP INDEX account_balance_idx; ALTER TABLE account DROP COLUMN note',
      ),
      'interrupted',
      /^stopped after 1 statement[^]*column public\.account\.note should not be there/,
    ),
  ],
};

const created: Case = {
  title: 'the time of a row',
  original: `ALTER TABLE color ADD COLUMN made timestamptz NOT NULL DEFAULT now();`,
  control: ensure(
    column('color', 'made'),
    'timestamp with time zone',
    'ALTER TABLE color ADD COLUMN made timestamptz NOT NULL DEFAULT now()',
  ),
  mutants: [
    mutant('a time that changes', /$/, 'UPDATE color SET made = now();', 'rows', /"table":"public\.color".*made/),
  ],
};

const heal = when(
  `EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('item_title_idx') AND NOT indisvalid)`,
  'DROP INDEX item_title_idx',
);
const concurrently: Case = {
  title: 'a concurrent build',
  tool: 'sql',
  original: 'CREATE INDEX CONCURRENTLY item_title_idx ON item (title);',
  control: `${heal}${when(
    `(${index('item_title_idx')}) <> 'CREATE INDEX item_title_idx ON public.item USING btree (title)'`,
    `RAISE EXCEPTION 'drift'`,
  )}CREATE INDEX CONCURRENTLY IF NOT EXISTS item_title_idx ON item (title);`,
  mutants: [
    mutant(
      'an invalid index is not healed',
      heal,
      '',
      'interrupted',
      /^run again after a concurrent build that left an invalid index[^]*index public\.item_title_idx: invalid should be not set but is true/,
    ),
  ],
};

const columnA = ensure(column('account', 'a'), 'integer', 'ALTER TABLE account ADD COLUMN a int');
const columnB = ensure(column('account', 'b'), 'integer', 'ALTER TABLE account ADD COLUMN b int');
const transaction: Case = {
  title: 'a transaction of its own',
  tool: 'sql',
  original: 'BEGIN;\nALTER TABLE account ADD COLUMN a int;\nALTER TABLE account ADD COLUMN b int;\nCOMMIT;',
  control: `BEGIN;\n${columnA}${columnB}COMMIT;`,
  mutants: [mutant('COMMIT lost', 'COMMIT;', '', 'fresh', /column public\.account\.a is missing/)],
};

const cases: readonly Case[] = [
  newTable,
  newColumns,
  rename,
  replace,
  data,
  retype,
  logic,
  rights,
  label,
  types,
  check,
  restart,
  empty,
  filled,
  move,
  drop,
  created,
  concurrently,
  transaction,
];

test('there are enough mutants', () => {
  expect(cases.flatMap(({ mutants }) => mutants.filter(({ todo }) => !todo)).length).toBeGreaterThanOrEqual(30);
});

/** One history for all cases of a tool: what a case and its rewrites do is taken back each time. */
function workbench(
  tool: string,
  checks: readonly CheckName[],
  first = setup,
): (original: string, file: string) => Promise<MigrationProof> {
  let opened: Promise<History> | undefined;
  let [original, file] = ['', ''];
  afterAll(async () => (await opened)?.close());
  return async (...texts) => {
    [original, file] = texts;
    const files = [first, { original: () => original, file: () => file }];
    opened ??= history(files, { tool, checks: new Set(checks) });
    return (await opened).prove(1);
  };
}

describe.each(['prisma', 'sql'] as const)('mutants with %s', (tool) => {
  const prove = workbench(tool, checkNames);
  // rows that come out wrong are looked at in real databases, where each run takes its time
  const proveRows = workbench(tool, ['fresh', 'second run', 'rows']);
  const proveGuards = workbench(tool, ['fresh', 'second run', 'drift']);
  const proveFor = { rows: proveRows, 'second run': proveGuards, drift: proveGuards, fresh: prove, interrupted: prove };

  for (const given of cases.filter((each) => (each.tool ?? 'prisma') === tool))
    describe(given.title, () => {
      test('the control is proven', async () => {
        const proof = await prove(given.original, given.control);
        expect(proof.verdict, summary(proof)).toBe('proven');
        expect(proof.checks.map(({ check: name, verdict }) => [name, verdict])).toEqual(
          checkNames.map((name) => [name, 'proven']),
        );
        expect(proof.failures).toEqual([]);
      });

      for (const broken of given.mutants) {
        const title = `catches ${broken.title}`;
        const file = mutate(given, broken);
        if (broken.todo) test.todo(title);
        else
          test(title, async () => {
            const proof = await proveFor[broken.check](given.original, file);
            expect(proof.verdict, summary(proof)).toBe('failed');
            const found = proof.failures.filter(({ check: name }) => name === broken.check).map(said);
            expect(
              found.some((reason) => broken.says.test(reason)),
              summary(proof),
            ).toBe(true);
            expect(proof.checks.find(({ check: name }) => name === broken.check)?.verdict).toBe('failed');
          });
      }
    });
});

const verdicts = ({ checks }: MigrationProof): Record<string, string> =>
  Object.fromEntries(checks.map(({ check: name, verdict }) => [name, verdict]));

const small = 'CREATE TABLE t (id int PRIMARY KEY, a text);';
const addB = 'ALTER TABLE t ADD COLUMN b int;';
const addE = 'ALTER TABLE t ADD COLUMN e int;';
const guardedE = ensure(column('t', 'e'), 'integer', 'ALTER TABLE t ADD COLUMN e int');

describe('what is not proven', () => {
  test('a random value can not be compared, and the reason names its column', async () => {
    const original = `ALTER TABLE t ADD COLUMN token uuid;
UPDATE t SET token = gen_random_uuid();
ALTER TABLE t ALTER COLUMN token SET NOT NULL;`;
    const file = `${ensure(column('t', 'token'), 'uuid', 'ALTER TABLE t ADD COLUMN token uuid')}UPDATE t SET token = gen_random_uuid() WHERE token IS NULL;
ALTER TABLE t ALTER COLUMN token SET NOT NULL;`;
    let text = file;
    const opened = await history([small, { original, file: () => text }], {
      checks: new Set(['fresh', 'second run', 'rows', 'drift']),
    });
    const proof = await opened.prove(1);
    expect(proof.verdict, summary(proof)).toBe('unproven');
    expect(verdicts(proof)).toMatchObject({ fresh: 'proven', rows: 'unproven', drift: 'proven' });
    expect(proof.checks.find(({ check: name }) => name === 'rows')?.reasons.join()).toMatch(/token of public\.t/);
    // and yet a second run that draws lots once more is caught
    text = file.replace(' WHERE token IS NULL', '');
    const again = await opened.prove(1);
    expect(again.failures.map(said).join('\n')).toMatch(/^run a second time: other rows[^]*token/);
    await opened.close();
  });

  test('what can not be run is said, and the later migrations are proven', async () => {
    const files = [
      small,
      'CREATE EXTENSION idempotify_nowhere;',
      'ALTER TABLE t ADD COLUMN c int; GRANT SELECT ON t TO idempotify_app;',
      'ALTER TABLE t ADD COLUMN d int;\nCOPY t FROM STDIN;',
      'CREATE ROLE idempotify_beyond;',
      { original: addB, file: 'ALTER TABLE t\n  ADD COLUMN IF NOT b int;' },
      { original: addE, file: guardedE },
    ];
    const opened = await history(files, { confined: true });
    const unproven = async (at: number): Promise<MigrationProof['unproven']> => {
      const proof = await opened.prove(at);
      expect(proof, summary(proof)).toMatchObject({ verdict: 'unproven', runs: [], failures: [], checks: [] });
      return proof.unproven;
    };
    const containing = (text: string): string => expect.stringContaining(text) as string;
    expect(await unproven(1)).toEqual([
      {
        statement: 0,
        reason: 'the extension "idempotify_nowhere" is not available on this server',
        advice: containing('--url'),
      },
    ]);
    expect(await unproven(2)).toEqual([
      {
        statement: 1,
        reason: 'the role "idempotify_app" does not exist on this server',
        advice: containing('--prelude'),
      },
    ]);
    expect(await unproven(3)).toEqual([
      { statement: 1, reason: containing('COPY FROM STDIN'), advice: 'write the rows as INSERT' },
    ]);
    expect(await unproven(4)).toEqual([
      { statement: 0, reason: containing('beyond the scratch database'), advice: containing('--disposable-server') },
    ]);
    expect(await unproven(5)).toMatchObject([
      { reason: expect.stringMatching(/^line 2, column \d+: syntax error/) as string },
    ]);
    const later = await opened.prove(6);
    expect(later.verdict, summary(later)).toBe('proven');
    await opened.close();
  });

  test('a role that the prelude makes is there', async () => {
    const prelude = 'CREATE ROLE idempotify_app;';
    const grants = 'ALTER TABLE t ADD COLUMN IF NOT EXISTS c int; GRANT SELECT ON t TO idempotify_app;';
    const opened = await history([small, grants], { prelude, checks: new Set(['second run', 'interrupted', 'rows']) });
    const proof = await opened.prove(1);
    expect(proof.verdict, summary(proof)).toBe('proven');
    await opened.close();
    await expect(history([small], { prelude: 'CREATE ROL x;' })).rejects.toThrow(PreludeError);
  });

  test('so is what the prelude has new sessions start with', async () => {
    const prelude = 'CREATE SCHEMA app; ALTER ROLE postgres SET search_path = app, public;';
    const files = ['CREATE TABLE app.t (id int);', 'RESET search_path;\nALTER TABLE t ADD COLUMN IF NOT EXISTS a int;'];
    const opened = await history(files, { prelude });
    const proof = await opened.prove(1);
    expect(proof.failures, summary(proof)).toEqual([]);
    await opened.close();
  });
});

test('what only gets another name gets no shape that could be another', async () => {
  const renames = [
    'INDEX "T_a" RENAME TO "T_a_idx"',
    'INDEX t_b RENAME TO t_b_idx',
    'SEQUENCE s RENAME TO s2',
    'TABLE "Old" RENAME TO new',
    'INDEX "Old_a" RENAME TO new_a',
    'TYPE "Mood" RENAME TO mood',
  ];
  const guarded = (rename: string): string => {
    const [kind, old = ''] = rename.split(' ');
    return when(`to_reg${kind === 'TYPE' ? 'type' : 'class'}(${quoteLiteral(old)}) IS NOT NULL`, `ALTER ${rename}`);
  };
  const opened = await history(
    [
      `CREATE TABLE t (a int, b int); CREATE INDEX "T_a" ON t (a); CREATE INDEX t_b ON t (b); CREATE SEQUENCE s;
       CREATE TYPE "Mood" AS ENUM ('ok'); CREATE TABLE "Old" (a int PRIMARY KEY, m "Mood"); CREATE INDEX "Old_a" ON "Old" (m)`,
      { original: renames.map((rename) => `ALTER ${rename}`).join(';'), file: renames.map(guarded).join(';') },
    ],
    { checks: new Set(['drift']) },
  );
  const proof = await opened.prove(1);
  await opened.close();
  expect(proof.verdict, summary(proof)).toBe('proven');
  expect(proof.runs.filter(({ kind }) => kind === 'drift')).toEqual([]);
});

test.each([
  ['CREATE INDEX ON t (a)', `pg_index WHERE indrelid = 't'::regclass AND pg_get_indexdef(indexrelid) LIKE '%(a)'`],
  ['ALTER TABLE t ADD PRIMARY KEY (a)', `pg_constraint WHERE pg_get_constraintdef(oid) = 'PRIMARY KEY (a)'`],
])('what leaves its name to PostgreSQL could have no other shape: %s', async (statement, there) => {
  const opened = await history(
    ['CREATE TABLE t (a int)', { original: statement, file: when(`NOT EXISTS (SELECT FROM ${there})`, statement) }],
    {
      checks: new Set(['second run', 'drift']),
    },
  );
  const proof = await opened.prove(1);
  await opened.close();
  expect(proof.verdict, summary(proof)).toBe('proven');
});

test('what the author guarded by its name alone is no fault of what was rewritten beside it', async () => {
  const table = 'CREATE TABLE IF NOT EXISTS orders (id int PRIMARY KEY, customer int);';
  const key = 'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer) REFERENCES orders (id)';
  const guarded = when(`NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'fk')`, key);
  const label = `ALTER TYPE kind ADD VALUE 'orders';`;
  const safe = label.replace('VALUE', 'VALUE IF NOT EXISTS');
  const opened = await history(
    [`CREATE TYPE kind AS ENUM ('a')`, { original: `${label} ${table} ${key}`, file: `${safe} ${table} ${guarded}` }],
    { checks: new Set(['drift']), tool: 'sql' },
  );
  const { failures, checks } = await opened.prove(1);
  await opened.close();
  // the guard that was put around the key looks at its name alone, too, and that is a fault
  expect(failures.map(({ title }) => title)).toEqual([
    expect.stringMatching(/^constraint public\.orders\.fk was found/),
  ]);
  expect(checks.flatMap(({ reasons }) => reasons)).toEqual([
    expect.stringMatching(/^table public\.orders was found .* \(the statement is as its author wrote it\)$/),
  ]);
});

test('a time that the author sets in rows is set anew by a rerun, which is told, not blamed', async () => {
  const made = 'CREATE TABLE item (id int, gone boolean, deleted timestamptz);';
  const set = 'UPDATE item SET deleted = now() WHERE gone;';
  const token = 'UPDATE item SET id = (random() * 1000000000)::int;';
  const opened = await history([made, { original: set, file: `${set} ` }, { original: token, file: `${token} ` }]);
  const [, clock, random] = [await opened.prove(0), await opened.prove(1), await opened.prove(2)];
  await opened.close();
  expect(clock.verdict, summary(clock)).toBe('unproven');
  expect(clock.checks.find(({ check }) => check === 'second run')?.reasons).toEqual([
    "run a second time, it sets another time in public.item, as the author's own UPDATE does",
  ]);
  expect(random.checks.find(({ check }) => check === 'second run')?.verdict ?? summary(random)).toBe('proven');
  expect(random.failures.map(({ check, kind }) => [check, kind])).toContainEqual(['rows', 'second run']);
});

test('an INSERT that makes rows out of later rows is told, not blamed', async () => {
  const made = 'CREATE TABLE kind (name text); CREATE TABLE item (kind text);';
  const insert = `INSERT INTO kind SELECT kind || '!' FROM item WHERE NOT EXISTS (SELECT FROM kind WHERE name = item.kind || '!') AND kind <> ''`;
  const opened = await history([made, { original: insert, file: `${insert};` }]);
  const proof = await opened.prove(1);
  await opened.close();
  expect(proof.verdict, summary(proof)).toBe('proven');
  expect(proof.notes).toEqual([expect.stringMatching(/it would write to public\.kind once more/)]);
});

describe('a migration that was never rewritten', () => {
  const prove = workbench('prisma', checkNames, small);
  const proveSame = (text: string): Promise<MigrationProof> => prove(text, text);

  test('fails by the statement that can not be run again', async () => {
    const proof = await proveSame('ALTER TABLE t ADD COLUMN IF NOT EXISTS b int;\nCREATE TABLE u (a int);');
    expect(proof.verdict).toBe('failed');
    expect(verdicts(proof)).toMatchObject({ 'second run': 'failed', rows: 'proven' });
    expect(verdicts(proof)).not.toHaveProperty('fresh');
    const failure = proof.failures.find(({ check: name }) => name === 'second run');
    expect(failure).toMatchObject({ kind: 'second run', statement: 1, error: { code: '42P07' } });
    expect(proof.statements[failure?.statement ?? 0]).toMatchObject({ line: 2, column: 1 });
  });

  test('fails by an interruption: half of it is there', async () => {
    const proof = await proveSame('CREATE TABLE u (a int);\nCREATE TABLE v (a int);');
    expect(verdicts(proof)).toMatchObject({ 'second run': 'failed', interrupted: 'failed' });
    const failure = proof.failures.find(({ check: name, k }) => name === 'interrupted' && k === 1);
    expect(failure).toMatchObject({ kind: 'interrupted original', k: 1, statement: 0, error: { code: '42P07' } });
    expect(failure?.after).toBe('CREATE TABLE u (a int)');
  });

  test('is proven when it can be run again as it is', async () => {
    const proof = await proveSame('ALTER TABLE t ALTER COLUMN a SET DEFAULT 1;\nDROP TABLE IF EXISTS u;');
    expect(proof.verdict, summary(proof)).toBe('proven');
    expect(verdicts(proof)).not.toHaveProperty('fresh');
  });

  test('may bring a materialized view up to what an application has written', async () => {
    const proof = await proveSame(
      'CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT a FROM t;\nREFRESH MATERIALIZED VIEW m;',
    );
    expect(proof.failures, summary(proof)).toEqual([]);
    expect(verdicts(proof)['rows']).toBe('proven');
  });

  test('may set a sequence to what the rows say, and is told that greater numbers are given out again', async () => {
    const sequence = 'CREATE SEQUENCE IF NOT EXISTS number INCREMENT 5;';
    const proof = await proveSame(`${sequence}\nSELECT setval('number', (SELECT max(id) FROM t));`);
    expect(proof.failures, summary(proof)).toEqual([]);
    expect(verdicts(proof)['rows']).toBe('proven');
    expect(proof.notes).toEqual([expect.stringMatching(/would set public\.number back to what the rows say/)]);
    const constant = await proveSame(`${sequence}\nSELECT setval('number', 1000, false);`);
    expect(verdicts(constant)['rows']).toBe('failed');
  });

  test('may go on with what it inserts out of other rows, and that is told', async () => {
    const missing = 'SELECT a FROM t WHERE a <> ALL (SELECT a FROM copied) AND a IS NOT NULL';
    const proof = await proveSame(
      `CREATE TABLE IF NOT EXISTS copied (a text, n int CHECK (n = 7));\nINSERT INTO copied (a) ${missing};`,
    );
    expect(proof.failures, summary(proof)).toEqual([]);
    expect(proof.notes).toEqual([expect.stringMatching(/it would write to public\.copied once more/)]);
  });

  test('runs what reaches beyond the database where the server is ours alone', async () => {
    const proof = await proveSame('CREATE ROLE idempotify_beyond;');
    expect(proof.failures[0]?.error?.message).toBe('role "idempotify_beyond" already exists');
  });

  test('fails when it does not run after the earlier ones', async () => {
    const proof = await proveSame(`CREATE TABLE u (a int);\n${small}`);
    expect(proof.verdict).toBe('failed');
    expect(proof.failures).toMatchObject([{ check: 'fresh', kind: 'replay', statement: 1, error: { code: '42P07' } }]);
  });
});

describe('a tool that commits all pending files together', () => {
  const verdicts = async (files: readonly File[], options: Options = {}): Promise<MigrationProof[]> => {
    const opened = await history(files, { tool: 'drizzle', ...options });
    try {
      const proofs: MigrationProof[] = [];
      for (const index of files.keys()) proofs.push(await opened.prove(index));
      return proofs;
    } finally {
      await opened.close();
    }
  };
  const type = `CREATE TYPE mood AS ENUM ('sad')`;
  const guarded = `DO $$ BEGIN IF to_regtype('mood') IS NULL THEN ${type}; END IF; END $$`;
  const label = `ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok'`;
  const table = `CREATE TABLE IF NOT EXISTS people (id int PRIMARY KEY, mood mood DEFAULT 'ok')`;

  test('a label is used before it is committed', async () => {
    const [first, second, third, fourth] = await verdicts([guarded, 'SELECT 1', label, table]);
    // in the transaction that makes the type, its labels can be used at once
    expect(fourth?.runs).toContainEqual({ kind: 'together', verdict: 'proven' });
    for (const proof of [first, second, third]) expect(proof?.failures).toEqual([]);
    // the type is there, the rest is pending
    const pending = await verdicts([label, table], { prelude: type });
    expect(pending.map(({ verdict }) => verdict)).toEqual(['proven', 'failed']);
    expect(pending[1]?.failures.map(said)).toEqual([
      expect.stringMatching(
        /^in one transaction with the file before it, as its tool runs them on a new database, it raises an error\n55P04 unsafe use of new value "ok"/,
      ),
    ]);
    expect(pending[1]?.failures[0]).toMatchObject({ check: 'fresh', kind: 'together', statement: 0 });
    expect(pending[1]?.failures[0]?.advice).toMatch(/only once that is committed/);
    // with a tool that commits each file, it is all right
    const alone = await verdicts([label, table], { prelude: type, tool: 'sql' });
    expect(alone.flatMap(({ failures }) => failures)).toEqual([]);
  });

  test('what can run in no transaction', async () => {
    const index = 'CREATE INDEX CONCURRENTLY IF NOT EXISTS people_id ON people (id)';
    const [, second] = await verdicts(['CREATE TABLE IF NOT EXISTS people (id int)', `SELECT 1; ${index}`]);
    expect(second?.failures.map(({ kind, statement, error }) => [kind, statement, error?.code])).toContainEqual([
      'together',
      1,
      '25001',
    ]);
  });

  test('a setting that one file leaves to the next', async () => {
    const files = [
      'CREATE SCHEMA IF NOT EXISTS shop; SET search_path = shop',
      'CREATE TABLE IF NOT EXISTS cart (id int)',
    ];
    const [first, second] = await verdicts(files);
    expect(first?.verdict).toBe('proven');
    expect(second?.failures.map(said)).toEqual([
      expect.stringMatching(
        /^all files up to this one in one transaction: .*\n(.*\n)*table shop\.cart should not be there/,
      ),
    ]);
  });

  test('a file that does not run there is no fault of those behind it, nor is one that ends the transaction', async () => {
    const [, second, third] = await verdicts([label, table, 'CREATE TABLE IF NOT EXISTS pets (id int)'], {
      prelude: type,
    });
    expect(second?.verdict).toBe('failed');
    expect(third?.runs).toContainEqual({ kind: 'together', verdict: 'proven' });
    const ended = await verdicts(['COMMIT; BEGIN', 'CREATE TABLE IF NOT EXISTS pets (id int)']);
    expect(ended[1]?.runs).toContainEqual({ kind: 'together', verdict: 'proven' });
  });
});

describe('the whole history once more', () => {
  const originals = [
    'CREATE TABLE t (id int PRIMARY KEY);',
    'ALTER TABLE t ADD COLUMN a int;',
    'ALTER TABLE t RENAME COLUMN a TO b;',
  ] as const;
  const has = (name: string): string => `(${column('t', name)}) IS NOT NULL`;
  const create = 'CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY);';
  const add = 'ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;';
  let files: readonly string[] = [];
  let opened: History;
  beforeAll(async () => {
    opened = await history(
      originals.map((original, at) => ({ original, file: () => files[at] ?? '' })),
      { checks: new Set(['fresh', 'second run', 'interrupted', 'rows']) },
    );
  });
  afterAll(() => opened.close());

  test('finds an old column that comes back, though each file is right by itself', async () => {
    files = [create, add, when(`${has('a')} AND NOT (${has('b')})`, 'ALTER TABLE t RENAME COLUMN a TO b')];
    for (const at of originals.keys()) {
      const proof = await opened.prove(at);
      expect(proof.verdict, summary(proof)).toBe('proven');
    }
    const { failed, differences } = await opened.wholeHistory();
    expect(failed).toEqual([]);
    expect(differences.map(({ text }) => text)).toEqual(['column public.t.a should not be there']);
  });

  test('finds rows that are lost on the way', async () => {
    const again = 'ALTER TABLE t DROP COLUMN IF EXISTS b; ALTER TABLE t RENAME COLUMN a TO b';
    files = [create, add, when(has('a'), again)];
    const { failed, differences, rows } = await opened.wholeHistory();
    expect({ failed, differences }).toEqual({ failed: [], differences: [] });
    expect(rows.map(({ table: name }) => name)).toEqual(['public.t']);
  });

  test('finds a file that raises, and nothing where the history is right', async () => {
    const right = [when(`NOT (${has('b')})`, add.slice(0, -1)), when(has('a'), 'ALTER TABLE t RENAME COLUMN a TO b')];
    files = [create, ...right];
    expect(await opened.wholeHistory()).toEqual({ failed: [], differences: [], rows: [] });
    // what is there by then is not what 001 made
    files = [ensure(table('t'), 'id integer; PRIMARY KEY (id)', originals[0].slice(0, -1)), ...right];
    expect((await opened.wholeHistory()).failed).toMatchObject([
      { path: '001/migration.sql', error: { message: 'drift: id integer, b integer; PRIMARY KEY (id)' } },
    ]);
  });
});
