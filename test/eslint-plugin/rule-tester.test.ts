/** Rules of every category in ESLint's own RuleTester, as somebody would test them who knows ESLint and not the linter. */
import { RuleTester as RuleTester10 } from 'eslint';
import plugin from 'eslint-plugin-idempotify';
import { afterAll, describe, it } from 'vitest';

// other versions have the same class, and types of their own
const { RuleTester: RuleTester9 } = (await import('eslint-9')) as unknown as { RuleTester: typeof RuleTester10 };
const { RuleTester: RuleTester915 } = (await import('eslint-9.15')) as unknown as { RuleTester: typeof RuleTester10 };

const versions = [
  ['10', RuleTester10],
  ['9', RuleTester9],
  ['9.15', RuleTester915],
] as const;

type Cases = Parameters<RuleTester10['run']>[2];

const TABLE = 'CREATE TABLE old_one (id integer PRIMARY KEY);';

const CASES: Readonly<Record<string, Cases>> = {
  // rerun
  'rerun-schema': {
    valid: ['CREATE SCHEMA IF NOT EXISTS s;'],
    invalid: [
      {
        code: 'CREATE SCHEMA s;',
        output: 'CREATE SCHEMA IF NOT EXISTS s;',
        errors: [{ line: 1, column: 1, endLine: 1, endColumn: 16, message: /schema "s" already exists \(42P06\)/ }],
      },
      {
        code: '-- größer\r\nSELECT 1; /* 😀 */ CREATE SCHEMA "ü";\r\n',
        output: '-- größer\r\nSELECT 1; /* 😀 */ CREATE SCHEMA IF NOT EXISTS "ü";\r\n',
        errors: [{ line: 2, column: 20, endLine: 2, endColumn: 37, message: /schema "ü"/ }],
      },
    ],
  },
  'rerun-index': {
    valid: ['CREATE INDEX IF NOT EXISTS i ON t (a);', 'DROP INDEX IF EXISTS i;\nCREATE INDEX i ON t (a);'],
    invalid: [],
  },
  // guard
  'identifier-too-long': {
    valid: ['SELECT 1 AS a'],
    invalid: [
      {
        code: `SELECT 1 AS\n ${'x'.repeat(64)};`,
        errors: [{ line: 2, column: 2, endColumn: 66, message: /63 bytes/ }],
      },
    ],
  },
  // transaction
  'ban-concurrent-index-creation-in-transaction': {
    valid: ['CREATE INDEX CONCURRENTLY i ON t (a);'],
    invalid: [
      { code: 'BEGIN;\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT;', errors: [{ line: 2, message: /transaction/ }] },
    ],
  },
  // lock
  'require-concurrent-index-creation': {
    valid: ['CREATE TABLE t (a int); CREATE INDEX i ON t (a);'],
    invalid: [{ code: 'CREATE INDEX i ON t (a);', errors: 1 }],
  },
  // data
  'ban-drop-table': {
    valid: [
      'DROP INDEX i;',
      '-- idempotify-disable-next-statement ban-drop-table -- unused since release 42\nDROP TABLE t;',
      '-- squawk-ignore ban-drop-table\nDROP TABLE t;',
      '-- eslint-disable-next-line -- gone\nDROP TABLE t;',
    ],
    invalid: [
      { code: 'DROP TABLE t;', errors: 1 },
      {
        code: 'DO $$ BEGIN\n  DROP TABLE t;\nEND $$;',
        errors: [{ line: 2, column: 3, message: /Dropping the table t / }],
      },
      {
        code: '-- idempotify-disable-next-statement ban-drop-table\nDROP TABLE t;',
        errors: [{ line: 2, message: /Dropping the table t / }],
      },
    ],
  },
  // style
  'index-too-many-columns': {
    valid: ['CREATE INDEX i ON t (a, b, c);', { code: 'CREATE INDEX i ON t (a, b, c, d);', options: [{ max: 4 }] }],
    invalid: [
      { code: 'CREATE INDEX i ON t (a, b, c, d);', errors: 1 },
      { code: 'CREATE INDEX i ON t (a, b);', options: [{ max: 1 }], errors: 1 },
    ],
  },
  // history
  'empty-migration': { valid: [TABLE], invalid: [] },
  // comments
  'bad-disable': {
    valid: ['-- idempotify-disable-file ban-drop-table -- why'],
    invalid: [
      {
        code: '-- idempotify-disable-file ban-drop-table',
        errors: [{ line: 1, column: 1, message: /without saying why/ }],
      },
      {
        code: '\n-- idempotify-disable-file ban-drop-tabel -- why',
        errors: [{ line: 2, message: /no rule "ban-drop-tabel"/ }],
      },
    ],
  },
  'unused-disable': {
    valid: ['-- idempotify-disable-file ban-drop-table -- its rule does not run here\nSELECT 1;'],
    invalid: [
      {
        code: 'SELECT 1; -- idempotify-disable-line -- why',
        errors: [{ line: 1, column: 11, message: /not found here/ }],
      },
    ],
  },
};

for (const [version, RuleTester] of versions) {
  describe(`ESLint ${version}`, () => {
    Object.assign(RuleTester, { describe, it, itOnly: it.only, afterAll });
    const tester = new RuleTester({ plugins: { idempotify: plugin }, language: 'idempotify/sql' });
    for (const [name, cases] of Object.entries(CASES)) tester.run(name, plugin.rules[name] as never, cases);
  });
}
