/** The type that a column has in front of a statement. */
import { lintFile, prepareRules, toolByName, type SqlRule } from '@idempotify/core';
import { expect, it } from 'vitest';

const tool = toolByName('sql')!;

/** The type of t.c in front of the last statement. */
function typeIn(text: string, earlier?: string, table = 't'): string | undefined {
  let type: string | undefined;
  const rule: SqlRule = {
    kind: 'sql',
    name: 'x',
    category: 'lock',
    severity: 'warning',
    presets: [],
    summary: '',
    on: {
      CommentStmt(statement, file) {
        type = file.columnType({ schema: table === 't' ? undefined : 'app', name: 't' }, 'c', statement);
      },
    },
  };
  lintFile(
    {
      path: '2.sql',
      text: `${text}\nCOMMENT ON TABLE t IS 'x';`,
      tool,
      pgVersion: 16,
      ...(earlier === undefined ? {} : { past: () => [{ path: '1.sql', read: () => earlier }] }),
    },
    prepareRules(new Map([[rule, { severity: 'warning', options: {} }]])),
    { fixes: false },
  );
  return type;
}

const VARCHAR = 'CREATE TABLE t (b int, c varchar(10));';

it.each([
  ['nothing is known', '', undefined, undefined],
  ['an earlier migration', '', VARCHAR, 'character varying(10)'],
  [
    'an earlier migration that points to the table, too',
    '',
    `CREATE TABLE u (a int REFERENCES t); ${VARCHAR}`,
    'character varying(10)',
  ],
  ['an earlier migration that only points to it', '', 'CREATE TABLE u (c int REFERENCES public.t);', undefined],
  ['an earlier migration about a longer name', '', 'CREATE TABLE u_t (c int); CREATE TABLE tt (c int);', undefined],
  ['a column that it does not have', '', 'CREATE TABLE t (b int);', undefined],
  ['a type that can not be foretold', '', 'CREATE TABLE t (c interval day);', undefined],
  ['changed in an earlier migration', '', `${VARCHAR} ALTER TABLE t ALTER c TYPE text;`, 'text'],
  ['made in the file', VARCHAR, 'CREATE TABLE t (c int);', 'character varying(10)'],
  ['made in the file without it', 'CREATE TABLE t (b int);', VARCHAR, undefined],
  [
    'made in the file, or before',
    VARCHAR.replace('TABLE', 'TABLE IF NOT EXISTS'),
    'CREATE TABLE t (c int);',
    undefined,
  ],
  ['another table of the file', 'CREATE TABLE u (c int); ALTER TABLE u ADD d int;', VARCHAR, 'character varying(10)'],
  ['a table of another schema', 'CREATE TABLE app.t (c int);', VARCHAR, 'character varying(10)'],
  ['added in the file', 'ALTER TABLE t ADD a int, ADD c numeric(4,1);', undefined, 'numeric(4,1)'],
  ['added in the file, or before', 'ALTER TABLE t ADD COLUMN IF NOT EXISTS c int;', VARCHAR, undefined],
  ['changed in the file', 'ALTER TABLE t ALTER b TYPE int, ALTER c TYPE text;', VARCHAR, 'text'],
  ['changed where the table is there', 'ALTER TABLE IF EXISTS t ALTER c TYPE text;', VARCHAR, undefined],
  ['changed perhaps', 'DO $$ BEGIN IF a() THEN ALTER TABLE t ALTER c TYPE text; END IF; END $$;', VARCHAR, undefined],
  ['dropped in the file', 'ALTER TABLE t DROP COLUMN c;', VARCHAR, undefined],
  ['other columns', 'ALTER TABLE t DROP COLUMN b, ADD d int, ALTER e SET NOT NULL;', VARCHAR, 'character varying(10)'],
  ['another table takes its name', 'ALTER TABLE u RENAME TO t;', VARCHAR, undefined],
  ['another column takes its name', 'ALTER TABLE t RENAME b TO c;', VARCHAR, undefined],
  [
    'another column is renamed',
    'ALTER TABLE t RENAME b TO d; ALTER INDEX i RENAME TO c;',
    VARCHAR,
    'character varying(10)',
  ],
  [
    'another table is moved',
    'ALTER TABLE u SET SCHEMA app; ALTER TABLE t SET SCHEMA b;',
    VARCHAR,
    'character varying(10)',
  ],
])('%s', (_title, text, earlier, expected) => {
  expect(typeIn(text, earlier)).toBe(expected);
});

it('in a schema', () => {
  expect(typeIn('', 'CREATE TABLE app.t (c int);', 'app.t')).toBe('integer');
  expect(typeIn('ALTER TABLE t SET SCHEMA app;', 'CREATE TABLE app.t (c int);', 'app.t')).toBe(undefined);
});
