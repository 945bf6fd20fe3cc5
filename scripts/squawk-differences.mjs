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
 * @property {string} ours the rule of ours that reports it; '' for findings of squawk
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

/** The columns that this statement drops or renames. @param {Pick<Place, 'tag' | 'node'>} place @returns {string[]} */
const changedColumns = ({ tag, node }) => {
  if (tag === 'RenameStmt') return node.renameType === 'OBJECT_COLUMN' ? [node.subname] : [];
  if (tag !== 'AlterTableStmt') return [];
  return node.cmds
    .map((/** @type {any} */ item) => item.AlterTableCmd)
    .filter((/** @type {any} */ part) => part.subtype === 'AT_DropColumn')
    .map((/** @type {any} */ part) => part.name);
};

/** Actions of ALTER TABLE that set something to what it is then, however often. */
const SETTING = new Set(
  `AT_ColumnDefault AT_CookedColumnDefault AT_SetNotNull AT_DropNotNull AT_SetStatistics AT_SetOptions AT_ResetOptions
  AT_SetStorage AT_SetCompression AT_ValidateConstraint AT_AlterConstraint AT_ChangeOwner AT_SetRelOptions AT_ResetRelOptions
  AT_EnableTrig AT_EnableAlwaysTrig AT_EnableReplicaTrig AT_DisableTrig AT_EnableTrigAll AT_DisableTrigAll AT_EnableTrigUser
  AT_DisableTrigUser AT_EnableRule AT_DisableRule AT_EnableRowSecurity AT_DisableRowSecurity AT_ForceRowSecurity AT_NoForceRowSecurity
  AT_ReplicaIdentity AT_ClusterOn AT_DropCluster AT_SetLogged AT_SetUnLogged AT_SetTableSpace`.split(/\s+/),
);

/** The column itself, or casts of it: once it has the type, that changes nothing. @param {any} value @returns {boolean} */
const isCast = (value) =>
  value === undefined || value.ColumnRef !== undefined || (value.TypeCast !== undefined && isCast(value.TypeCast.arg));

/** @param {Place} place */
const onlySets = ({ tag, node }) =>
  tag === 'AlterTableStmt' &&
  node.cmds.every((/** @type {any} */ { AlterTableCmd: part }) =>
    part.subtype === 'AT_AlterColumnType'
      ? isCast(part.def.ColumnDef.raw_default)
      : SETTING.has(part.subtype) || (part.subtype === 'AT_AddColumn' && part.missing_ok === true),
  );

/** What the statement makes was dropped before in the same file, or the other way round. @param {Place} place */
function undoes({ tag, node, file, statement }) {
  const own = file.facts.filter(
    ({ op, cls, name, start }) =>
      (op === 'create' || op === 'drop') &&
      start >= statement.range.start &&
      start <= statement.range.end &&
      // what is in a table comes with it
      (tag !== 'CreateStmt' || (cls === 'relation' && name === node.relation.relname)),
  );
  return (
    own.length > 0 &&
    own.every(
      (fact) =>
        file.facts.some(
          (other) =>
            other.start < statement.range.end &&
            (other.op === (fact.op === 'create' ? 'drop' : 'create') ||
              (other.op === 'rename' && fact.op === 'create')) &&
            ((other.cls === fact.cls && other.name === fact.name) ||
              (other.cls === 'relation' && other.name === fact.on?.name)),
        ) ||
        // RENAME to the name that is dropped here
        file.facts.some(
          (other) =>
            fact.op === 'drop' &&
            other.op === 'rename' &&
            other.start < statement.range.start &&
            other.cls === fact.cls &&
            other.to === fact.name,
        ),
    )
  );
}

/** Kinds of statements of which squawk's rule asks whether they can be run twice. */
const ASKED = new Set(['CreateStmt', 'IndexStmt', 'AlterTableStmt']);

/** SQL that fails unless the condition holds. @param {string} condition */
const assert = (condition) => `DO $$ BEGIN ASSERT ${condition}; END $$`;
/** SQL that fails unless this raises an error. @param {string} sql */
const raises = (sql) =>
  `DO $$ BEGIN BEGIN EXECUTE $sql$${sql}$sql$; EXCEPTION WHEN OTHERS THEN RETURN; END; RAISE 'it works'; END $$`;
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
  {
    rules: ['ban-drop-column', 'renaming-column'],
    only: 'squawk',
    why: 'The column was added earlier in the same file: no code asks for it yet.',
    applies: (place) => {
      const columns = changedColumns(place);
      const { relation } = place.node;
      const table = { schema: relation?.schemaname, name: relation?.relname };
      return columns.length > 0 && columns.every((name) => place.file.isNewColumn(table, name, place.statement));
    },
  },
  {
    rules: ['renaming-table'],
    only: 'squawk',
    why: 'A view or another table takes the old name over in the same file.',
    applies: ({ file, statement, node }) =>
      file.facts.some(
        ({ op, cls, name, to, start }) =>
          cls === 'relation' &&
          start > statement.range.start &&
          (op === 'create' ? name : to) === node.relation.relname,
      ),
    proof: [
      'CREATE TABLE t AS SELECT generate_series(1, 3) AS id',
      'ALTER TABLE t RENAME TO u',
      'CREATE VIEW t AS SELECT * FROM u',
      'INSERT INTO t VALUES (4)',
      assert('(SELECT count(*) = 4 FROM u)'),
    ],
  },
  {
    rules: ['require-concurrent-index-creation'],
    only: 'squawk',
    why: 'ON ONLY a partitioned table makes an index without building anything, and CONCURRENTLY is refused there.',
    applies: ({ tag, node }) => tag === 'IndexStmt' && node.relation.inh !== true,
    proof: [
      'CREATE TABLE t (id int) PARTITION BY RANGE (id)',
      'CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)',
      'CREATE INDEX i ON ONLY t (id)',
      assert(`(SELECT count(*) = 0 FROM pg_index WHERE indrelid = 't1'::regclass)`),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'squawk',
    why: 'It sets a type, a default, NOT NULL or another property to what it has after the first run, too.',
    applies: onlySets,
    proof: [
      'CREATE TABLE t (id int, name text, CONSTRAINT c CHECK (id > 0) NOT VALID)',
      ...[1, 2].flatMap(() => [
        'ALTER TABLE t ALTER COLUMN id TYPE bigint',
        'ALTER TABLE t ALTER COLUMN id SET DEFAULT 1',
        'ALTER TABLE t ALTER COLUMN id SET NOT NULL',
        'ALTER TABLE t ALTER COLUMN name DROP NOT NULL',
        'ALTER TABLE t ALTER COLUMN name DROP DEFAULT',
        'ALTER TABLE t VALIDATE CONSTRAINT c',
        'ALTER TABLE t DISABLE TRIGGER ALL',
        'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
      ]),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'squawk',
    why: 'The same file drops before what it makes (or makes before what it drops), so that a second run finds what the first one found.',
    applies: undoes,
    proof: [
      'CREATE TABLE t (id int)',
      ...[1, 2].flatMap(() => ['DROP INDEX IF EXISTS i', 'CREATE INDEX i ON t (id)']),
      ...[1, 2].flatMap(() => ['ALTER TABLE t ADD COLUMN n int', 'ALTER TABLE t DROP COLUMN n']),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'ours',
    why: 'squawk asks only about tables, indexes, columns and constraints; types, views, functions, triggers, policies, renames and rows fail or change again as well.',
    applies: ({ tag, node }) =>
      !ASKED.has(tag) && !(tag === 'DropStmt' && /^OBJECT_(TABLE|INDEX|TYPE)$/.test(node.removeType)),
    proof: [
      "CREATE TYPE t AS ENUM ('a')",
      raises("CREATE TYPE t AS ENUM ('a')"),
      'CREATE VIEW v AS SELECT 1',
      raises('CREATE VIEW v AS SELECT 1'),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'ours',
    why: 'In a transaction squawk takes everything for rerunnable. It is when the migration fails, but not when it was committed and the tool could not note that.',
    applies: ({ statement }) => statement.transaction !== undefined,
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'ours',
    why: 'DROP … IF EXISTS in front of what is made anew: a second run deletes what was written meanwhile.',
    applies: ({ tag, node, ours, file, statement }) =>
      ours === 'rerun-drop' &&
      ((tag === 'DropStmt' && node.missing_ok === true) ||
        (tag === 'AlterTableStmt' && changedColumns({ tag, node }).length > 0)) &&
      file.facts.some(
        (dropped) =>
          dropped.op === 'drop' &&
          dropped.start >= statement.range.start &&
          dropped.start <= statement.range.end &&
          file.facts.some(
            ({ op, cls, name, start }) =>
              op === 'create' && cls === dropped.cls && name === dropped.name && start > statement.range.end,
          ),
      ),
    proof: [
      ...[1, 2].flatMap(() => ['DROP TABLE IF EXISTS t', 'CREATE TABLE t (id int)']),
      'INSERT INTO t VALUES (1)',
      'DROP TABLE IF EXISTS t',
      'CREATE TABLE t (id int)',
      assert('(SELECT count(*) = 0 FROM t)'),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'ours',
    why: 'USING INDEX takes an index that is there; a second run finds none under that name, since it has become the constraint.',
    applies: ({ tag, node }) =>
      tag === 'AlterTableStmt' &&
      node.cmds.some((/** @type {any} */ { AlterTableCmd: part }) => part.def?.Constraint?.indexname !== undefined),
    proof: [
      'CREATE TABLE t (id int NOT NULL)',
      'CREATE UNIQUE INDEX i ON t (id)',
      'ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY USING INDEX i',
      'ALTER TABLE t DROP CONSTRAINT p',
      raises('ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY USING INDEX i'),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'ours',
    why: 'IF EXISTS asks for the column or constraint. The table is renamed or dropped later in the file, and a second run does not find that.',
    applies: ({ tag, node, file, statement }) =>
      tag === 'AlterTableStmt' &&
      !node.missing_ok &&
      file.facts.some(
        ({ op, cls, name, start }) =>
          (op === 'rename' || op === 'drop') &&
          cls === 'relation' &&
          name === node.relation.relname &&
          start > statement.range.start,
      ),
    proof: [
      'CREATE TABLE t (id int, a int)',
      'ALTER TABLE t DROP COLUMN IF EXISTS a',
      'ALTER TABLE t RENAME TO u',
      raises('ALTER TABLE t DROP COLUMN IF EXISTS a'),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'ours',
    why: 'IF NOT EXISTS of an index that the same file drops later: a second run builds it once more.',
    applies: ({ tag, node, file, statement }) =>
      tag === 'IndexStmt' &&
      node.if_not_exists === true &&
      file.facts.some(({ op, name, start }) => op === 'drop' && name === node.idxname && start > statement.range.start),
    proof: [
      'CREATE TABLE t (id int)',
      'CREATE INDEX IF NOT EXISTS i ON t (id)',
      'DROP INDEX i',
      'CREATE INDEX IF NOT EXISTS i ON t (id)',
      assert(`to_regclass('i') IS NOT NULL`),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'ours',
    why: 'An index whose name is left to PostgreSQL gets another name the second time: it is built twice.',
    applies: ({ tag, node }) => tag === 'IndexStmt' && node.idxname === undefined,
    proof: [
      'CREATE TABLE t (id int)',
      'CREATE INDEX ON t (id)',
      'CREATE INDEX ON t (id)',
      assert(`(SELECT count(*) = 2 FROM pg_index WHERE indrelid = 't'::regclass)`),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'squawk',
    why: 'What it renames was added by the same file, and is again: a second run makes the same way.',
    applies: (place) => {
      const { relation } = place.node;
      const table = { schema: relation?.schemaname, name: relation?.relname };
      return (
        place.tag === 'RenameStmt' &&
        changedColumns(place).some((name) => place.file.isNewColumn(table, name, place.statement))
      );
    },
    proof: [
      'CREATE TABLE t (id int, c int)',
      ...[1, 2].flatMap(() => [
        'ALTER TABLE t ADD COLUMN d text',
        'UPDATE t SET d = c',
        'ALTER TABLE t DROP COLUMN c',
        'ALTER TABLE t RENAME COLUMN d TO c',
      ]),
    ],
  },
  {
    rules: ['prefer-robust-stmts'],
    only: 'squawk',
    why: 'The same file drops a column or constraint before, and with it the index or constraint that is made here.',
    applies: ({ tag, node, file, statement }) =>
      (tag === 'IndexStmt' || tag === 'AlterTableStmt') &&
      file.facts.some(
        ({ op, cls, on, start }) =>
          (op === 'drop' || op === 'rename') &&
          (cls === 'column' || cls === 'constraint') &&
          on?.name === node.relation.relname &&
          start < statement.range.start,
      ),
    proof: [
      'CREATE TABLE t (id int, c int)',
      ...[1, 2].flatMap(() => [
        'ALTER TABLE t DROP COLUMN c',
        'ALTER TABLE t ADD COLUMN c int',
        'CREATE INDEX i ON t (c)',
      ]),
    ],
  },
  {
    rules: ['identifier-too-long'],
    only: 'squawk',
    why: 'Each long name is told once per file.',
    applies: ({ file, statement, found }) =>
      file.text.slice(0, statement.range.start).includes(found.replace(/^"|"$/g, '')),
  },
  {
    rules: ['require-lock-timeout', 'require-statement-timeout'],
    only: 'squawk',
    why: 'Nobody who reads or writes a table waits behind this: it is a type, a function, a view, a new table, or CONCURRENTLY. A statement_timeout would even leave a concurrent build behind as an invalid index.',
    applies: ({ tag, node }) =>
      /^(CreateEnumStmt|CompositeTypeStmt|CreateDomainStmt|AlterEnumStmt|CreateFunctionStmt|ViewStmt|CreateExtensionStmt|CreateSchemaStmt|CreateSeqStmt|CreateStmt|CreateTableAsStmt)$/.test(
        tag,
      ) ||
      (tag === 'IndexStmt' && node.concurrent === true) ||
      (tag === 'DropStmt' &&
        (node.concurrent === true || /^OBJECT_(TYPE|FUNCTION|PROCEDURE|DOMAIN)$/.test(node.removeType))) ||
      (tag === 'RenameStmt' && node.renameType === 'OBJECT_TYPE'),
    proof: [
      'CREATE TABLE t (id int)',
      'BEGIN',
      `CREATE TYPE e AS ENUM ('a')`,
      `ALTER TYPE e ADD VALUE 'b'`,
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      'CREATE VIEW v AS SELECT id FROM t',
      assert(`(SELECT bool_and(mode = 'AccessShareLock') FROM pg_locks WHERE relation = 't'::regclass)`),
      'COMMIT',
    ],
  },
  {
    rules: ['ban-concurrent-index-creation-in-transaction'],
    only: 'ours',
    why: 'DROP INDEX CONCURRENTLY and REINDEX CONCURRENTLY fail in a transaction as well, and so does what stands alone in a file that the tool wraps in one.',
    applies: ({ tag, node, file }) =>
      tag === 'DropStmt' ||
      tag === 'ReindexStmt' ||
      (tag === 'IndexStmt' && node.concurrent && file.statements.length === 1),
    proof: [
      'CREATE TABLE t (id int)',
      raises('CREATE INDEX CONCURRENTLY i ON t (id)'),
      'CREATE INDEX i ON t (id)',
      raises('DROP INDEX CONCURRENTLY i'),
      raises('REINDEX INDEX CONCURRENTLY i'),
    ],
  },
  {
    rules: ['transaction-nesting'],
    only: 'squawk',
    why: 'With --assume-in-transaction, squawk reports the COMMIT of a BEGIN that it has reported already.',
    applies: ({ tag, node, file, statement }) =>
      tag === 'TransactionStmt' &&
      /^TRANS_STMT_(COMMIT|ROLLBACK)$/.test(node.kind) &&
      file.statements.some(
        (earlier) =>
          earlier.range.start < statement.range.start && /^TRANS_STMT_(BEGIN|START)$/.test(earlier.node.kind),
      ),
  },
  {
    rules: ['constraint-missing-not-valid'],
    only: 'ours',
    why: 'The constraint was added in the same transaction, in a DO block, which squawk does not look into.',
    applies: ({ tag, file, statement }) =>
      tag === 'AlterTableStmt' &&
      file.statements.some((earlier) => earlier.range.start < statement.range.start && earlier.tag === 'DoStmt'),
  },
];
