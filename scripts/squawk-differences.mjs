// Where our rules and squawk's of the same name don't agree, and why: scripts/squawk.mjs sorts its results by this table,
// docs/squawk.md lists it, and test/rules/squawk.test.ts asks a server about those that have a claim.

import { objectName } from '@idempotify/core';

/**
 * @typedef {object} Place
 * @property {string} text of the statement
 * @property {string} tag
 * @property {any} node libpg-query's
 * @property {import('@idempotify/core').LintStatement} statement
 * @property {import('@idempotify/core').Source} file
 * @property {string} message what the finding says
 * @property {string} found the text that the finding points at
 *
 * @typedef {object} Difference
 * @property {readonly string[]} rules squawk's names; empty = all
 * @property {'squawk' | 'ours'} only who reports it
 * @property {string} why one sentence
 * @property {(place: Place) => boolean} applies
 * @property {readonly string[]} [proof] statements that run on a server without an error, because it is so
 */

/** @param {Place} place @param {any} relation a RangeVar */
const isNew = ({ file, statement }, relation) =>
  relation !== undefined && file.isNew({ schema: relation.schemaname, name: relation.relname }, statement);

/** What the statement is about was made by an earlier statement of the same file. @param {Place} place */
function aboutNew(place) {
  const { tag, node, file, statement } = place;
  switch (tag) {
    case 'DropStmt':
      return node.objects.every((/** @type {any} */ object) => file.isNew(objectName(object), statement));
    case 'AlterTableStmt':
    case 'RenameStmt':
    case 'IndexStmt':
      return isNew(place, node.relation);
    case 'TruncateStmt':
      return node.relations.every((/** @type {any} */ relation) => isNew(place, relation.RangeVar));
    default:
      return false;
  }
}

/** The ADD COLUMN parts of an ALTER TABLE. @param {Place} place @returns {any[]} */
const addedColumns = ({ tag, node }) =>
  tag === 'AlterTableStmt'
    ? node.cmds
        .map((/** @type {any} */ item) => item.AlterTableCmd)
        .filter((/** @type {any} */ part) => part.subtype === 'AT_AddColumn')
        .map((/** @type {any} */ part) => part.def.ColumnDef)
    : [];

/** @param {any} column a ColumnDef @param {string} kind */
const constraint = (column, kind) =>
  (column.constraints ?? [])
    .map((/** @type {any} */ item) => item.Constraint)
    .find((/** @type {any} */ each) => each.contype === kind);

/** @param {any} column a ColumnDef */
const isSerial = (column) => /^(small|big)?serial[248]?$/.test(column.typeName?.names?.at(-1)?.String?.sval ?? '');

/** SQL that fails unless the condition holds. @param {string} condition */
const assert = (condition) => `DO $$ BEGIN ASSERT ${condition}; END $$`;
const remember = `SELECT set_config('proof.filenode', pg_relation_filenode('t')::text, false)`;
const rewritten = assert(`pg_relation_filenode('t')::text <> current_setting('proof.filenode')`);
const notRewritten = assert(`pg_relation_filenode('t')::text = current_setting('proof.filenode')`);

/** @type {readonly Difference[]} */
export const differences = [
  {
    rules: [],
    only: 'ours',
    why: 'It stands in a DO block, which squawk does not look into.',
    applies: ({ tag }) => tag === 'DoStmt',
  },
  {
    rules: [],
    only: 'squawk',
    why: 'The table was made earlier in the same file: nobody else uses it yet, and it holds no rows of others.',
    applies: aboutNew,
  },
  {
    rules: ['require-table-schema'],
    only: 'ours',
    why: 'SELECT INTO and CREATE TABLE AS make a table as well.',
    applies: ({ tag }) => tag === 'SelectStmt' || tag === 'CreateTableAsStmt',
  },
  {
    rules: ['adding-field-with-default'],
    only: 'squawk',
    why: 'A negative number as a default is a constant: no row is written.',
    applies: (place) =>
      addedColumns(place).some((column) => {
        const value = constraint(column, 'CONSTR_DEFAULT')?.raw_expr;
        return value?.A_Const !== undefined || value?.A_Expr?.rexpr?.A_Const !== undefined;
      }),
    proof: [
      'CREATE TABLE t AS SELECT generate_series(1, 3) AS id',
      remember,
      'ALTER TABLE t ADD COLUMN n int NOT NULL DEFAULT -1',
      notRewritten,
    ],
  },
  {
    rules: ['adding-field-with-default'],
    only: 'ours',
    why: 'The default of a serial column is nextval(), which differs from row to row: the whole table is written anew.',
    applies: (place) => addedColumns(place).some(isSerial),
    proof: [
      'CREATE TABLE t AS SELECT generate_series(1, 3) AS id',
      remember,
      'ALTER TABLE t ADD COLUMN n serial',
      rewritten,
    ],
  },
  {
    rules: ['adding-required-field'],
    only: 'squawk',
    why: 'A serial column has a default, so that rows that are there get a value.',
    applies: (place) => addedColumns(place).some(isSerial),
    proof: ['CREATE TABLE t AS SELECT generate_series(1, 3) AS id', 'ALTER TABLE t ADD COLUMN n serial NOT NULL'],
  },
  {
    rules: ['adding-required-field'],
    only: 'squawk',
    why: 'The same file has emptied the table.',
    applies: ({ file, statement, node }) =>
      file.statements.some(
        (/** @type {any} */ earlier) =>
          earlier.range.start < statement.range.start &&
          earlier.tag === 'TruncateStmt' &&
          earlier.node.relations.some((/** @type {any} */ item) => item.RangeVar.relname === node.relation?.relname),
      ),
    proof: [
      'CREATE TABLE t AS SELECT generate_series(1, 3) AS id',
      'TRUNCATE t',
      'ALTER TABLE t ADD COLUMN n int NOT NULL',
    ],
  },
  {
    rules: ['adding-foreign-key-constraint'],
    only: 'squawk',
    why: 'A new column without a default is NULL in all rows: PostgreSQL does not look at them, and its locks are held for a moment.',
    applies: (place) =>
      addedColumns(place).some(
        (column) => constraint(column, 'CONSTR_FOREIGN') && !constraint(column, 'CONSTR_DEFAULT') && !isSerial(column),
      ),
    proof: [
      'CREATE TABLE parent (id int PRIMARY KEY)',
      'CREATE TABLE t AS SELECT generate_series(1, 3) AS id',
      'BEGIN',
      'ALTER TABLE t ADD COLUMN parent_id int REFERENCES parent',
      assert(`(SELECT seq_scan + coalesce(idx_scan, 0) = 0 FROM pg_stat_xact_user_tables WHERE relname = 't')`),
      // and a constraint of its own does look
      'ALTER TABLE t ADD FOREIGN KEY (parent_id) REFERENCES parent',
      assert(`(SELECT seq_scan + coalesce(idx_scan, 0) > 0 FROM pg_stat_xact_user_tables WHERE relname = 't')`),
      'COMMIT',
    ],
  },
];
