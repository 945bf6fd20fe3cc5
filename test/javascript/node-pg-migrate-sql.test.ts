/** The SQL that is read from calls of node-pg-migrate's builder is what node-pg-migrate makes of them. */
import { parseSql } from '@idempotify/core';
import { nodePgMigrate, parseJavaScript, readMigration } from '@idempotify/javascript';
import { MigrationBuilder } from 'node-pg-migrate';
import { expect, test } from 'vitest';

const calls = `
pgm.createExtension('pgcrypto')
pgm.createExtension(['a', 'b'], { ifNotExists: true, schema: 'x' })
pgm.addExtension('citext')
pgm.dropExtension('a', { ifExists: true, cascade: true })
pgm.createTable('users', { id: 'id', name: { type: 'varchar(1000)', notNull: true }, createdAt: { type: 'timestamp', notNull: true, default: pgm.func('current_timestamp') } })
pgm.createTable({ schema: 's', name: 't' }, { a: { type: 'int', primaryKey: true }, b: { type: 'string', primaryKey: true, comment: "it's" } }, { ifNotExists: true, comment: 'c' })
pgm.createTable('posts', { id: 'id', user_id: { type: 'integer', notNull: true, references: '"users"', onDelete: 'cascade', onUpdate: 'SET NULL' }, other: { type: 'int', references: 'users(id)', match: 'FULL', deferrable: true, deferred: true } })
pgm.createTable('posts', { a: { type: 'text', references: { schema: 's', name: 'users' }, referencesConstraintName: 'n', referencesConstraintComment: 'x' }, b: { type: 'text', references: 'u', referencesConstraintComment: 'y' } })
pgm.createTable('t', { a: { type: 'text', unique: true, collation: '"C"', check: 'a > 1', default: 'x' }, b: { type: 'int', default: 0 }, c: { type: 'text', default: null }, d: { type: 'boolean', default: false }, e: { type: 'text[]', default: [] }, f: { type: 'text', array: true, default: ['a', 'b'] }, g: { type: 'text', array: 3 } })
pgm.createTable('t', { id: { type: 'int', sequenceGenerated: { precedence: 'BY DEFAULT', start: 10, increment: 2 } }, full: { type: 'text', expressionGenerated: "a || 'b'" } })
pgm.createTable('t', { a: 'text', b: 'float', c: 'double', d: 'datetime', e: 'bool' }, { constraints: { unique: ['a', 'b'], primaryKey: 'a', check: 'b > 0', exclude: 'USING gist (a WITH =)', foreignKeys: { columns: ['a', 'b'], references: 'x(a,b)', onDelete: 'CASCADE' } } })
pgm.createTable('t', { a: 'text' }, { constraints: { unique: [['a'], ['b', 'c']], check: ['a > 1', 'b > 1'], deferrable: true } })
pgm.createTable('t', { a: 'text' }, { temporary: true, inherits: 'x', like: 'y' })
pgm.createTable('t', { a: 'text' }, { unlogged: true, like: { table: 'y', options: { including: ['DEFAULTS', 'INDEXES'], excluding: 'COMMENTS' } }, partition: { strategy: 'RANGE', columns: ['a', { name: 'b', collate: 'C', opclass: 'o' }] } })
pgm.dropTable('t', { ifExists: true, cascade: true })
pgm.dropTable('t')
pgm.renameTable('a', 'b')
pgm.alterTable('t', { levelSecurity: 'ENABLE' })
pgm.alterTable('t', { unlogged: false, levelSecurity: 'FORCE' })
pgm.addColumns('t', { a: { type: 'text', notNull: true, comment: 'x' }, b: 'int' })
pgm.addColumn('t', { a: { type: 'integer', references: 'users', onDelete: 'CASCADE' } }, { ifNotExists: true })
pgm.dropColumns('t', ['a', 'b'], { ifExists: true, cascade: true })
pgm.dropColumn('t', 'a')
pgm.dropColumns('t', { a: 'text' })
pgm.renameColumn('t', 'a', 'b')
pgm.alterColumn('t', 'a', { type: 'int', using: 'a::int', notNull: true, default: 1, comment: 'x' })
pgm.alterColumn('t', 'a', { default: null, allowNull: true })
pgm.alterColumn('t', 'a', { type: 'text', collation: 'C', notNull: false })
pgm.alterColumn('t', 'a', { sequenceGenerated: { precedence: 'ALWAYS' } })
pgm.alterColumn('t', 'a', { sequenceGenerated: false, expressionGenerated: null })
pgm.alterColumn('t', 'a', { comment: null })
pgm.addConstraint('t', 'c', 'CHECK (a > 0)')
pgm.addConstraint('t', null, 'CHECK (a > 0)')
pgm.addConstraint('t', 'c', { unique: ['a', 'b'], comment: 'x' })
pgm.addConstraint('t', 'c', { unique: 'a', deferrable: true, deferred: true })
pgm.addConstraint('t', 'c', { foreignKeys: { columns: 'a', references: 'users(id)', onDelete: 'CASCADE' } })
pgm.addConstraint('t', null, { foreignKeys: [{ columns: 'a', references: 'u' }, { columns: ['b'], references: '"v"', referencesConstraintName: 'n', referencesConstraintComment: 'm' }] })
pgm.createConstraint({ schema: 's', name: 't' }, undefined, { primaryKey: ['a'] })
pgm.addConstraint('t', 'c', { exclude: 'USING gist (a WITH =)', check: 'x' })
pgm.dropConstraint('t', 'c', { ifExists: true, cascade: true, ifTableExists: true })
pgm.renameConstraint('t', 'a', 'b')
pgm.createType('mood', ['sad', "it's", 'dollar $pga$'])
pgm.addType({ schema: 's', name: 'pair' }, { a: 'int', b: { type: 'text' } })
pgm.dropType('mood', { ifExists: true })
pgm.renameType('a', 'b')
pgm.renameTypeAttribute('t', 'a', 'b')
pgm.renameTypeValue('t', 'a', 'b')
pgm.addTypeAttribute('t', 'a', 'int')
pgm.dropTypeAttribute('t', 'a', { ifExists: true })
pgm.setTypeAttribute('t', 'a', 'text')
pgm.addTypeValue('t', 'v', { ifNotExists: true, before: 'w' })
pgm.addTypeValue('t', 'v', { after: 'w' })
pgm.createIndex('t', 'a')
pgm.createIndex('t', ['a', 'camelCase'], { unique: true, method: 'btree', where: 'a IS NOT NULL' })
pgm.createIndex({ schema: 's', name: 't' }, ['a'], { concurrently: true, ifNotExists: true, include: ['b', 'c'] })
pgm.createIndex({ schema: 's', name: 't' }, 'a', { name: 'n', unique: true, nulls: 'not distinct' })
pgm.createIndex('t', [{ name: 'a', sort: 'DESC', opclass: 'text_ops' }, { name: 'b', opclass: { schema: 's', name: 'o' } }], { name: 'n' })
pgm.addIndex('t', 'lower(email)', { name: 'n' })
pgm.createIndex('t', 'lower(email)')
pgm.createIndex('t', ['lower("email")', pgm.func('(a || b)')], { name: 'n' })
pgm.createIndex('t', "data->>'x'", { name: 'n' })
pgm.dropIndex('t', 'a', { ifExists: true, concurrently: true, cascade: true })
pgm.dropIndex('t', ['a', 'b'], { unique: true })
pgm.dropIndex('t', [], { name: 'n' })
pgm.renameIndex('a', 'b')
pgm.createRole('r', { login: true, password: 'x', inRole: ['a', 'b'], limit: 3, valid: '2030-01-01' })
pgm.createRole('r')
pgm.alterRole('r', { superuser: false, bypassrls: true })
pgm.dropRole('r', { ifExists: true })
pgm.renameRole('a', 'b')
pgm.grantRoles('a', ['b', 'c'], { withAdminOption: true })
pgm.revokeRoles(['a'], 'b', { onlyAdminOption: true, cascade: true })
pgm.grantOnSchemas({ privileges: ['USAGE', 'CREATE'], schemas: 's', roles: ['a', 'PUBLIC'], withGrantOption: true })
pgm.revokeOnSchemas({ privileges: 'ALL', schemas: ['s', 't'], roles: 'a', onlyGrantOption: true, cascade: true })
pgm.grantOnTables({ privileges: 'SELECT', tables: ['a', { schema: 's', name: 'b' }], roles: 'r' })
pgm.revokeOnTables({ privileges: ['SELECT'], tables: '*', schema: 's', roles: 'r' })
pgm.createFunction('f', ['integer', { name: 'b', type: 'text', mode: 'IN', default: 'x' }], { returns: 'integer', language: 'plpgsql', behavior: 'IMMUTABLE', onNull: true, parallel: 'SAFE', security: 'DEFINER', replace: true }, 'BEGIN RETURN 1; END;')
pgm.createFunction({ schema: 's', name: 'f' }, [], { language: 'sql', set: [{ configurationParameter: 'search_path', value: 'public' }, { configurationParameter: 'x', value: 'FROM CURRENT' }] }, 'SELECT 1')
pgm.dropFunction('f', ['integer', { name: 'b', type: 'text', default: 'x' }], { ifExists: true, cascade: true })
pgm.renameFunction('f', ['integer'], 'g')
pgm.createTrigger('t', 'tr', { when: 'BEFORE', operation: ['INSERT', 'UPDATE'], level: 'ROW', function: 'fn', functionParams: ['a', 1], condition: 'NEW.a > 1' })
pgm.createTrigger('t', 'tr', { when: 'AFTER', operation: 'DELETE', language: 'plpgsql', replace: true }, 'BEGIN RETURN NULL; END;')
pgm.createTrigger('t', 'tr', { constraint: true, operation: 'INSERT', level: 'ROW', function: { schema: 's', name: 'fn' }, deferrable: true, deferred: true })
pgm.dropTrigger('t', 'tr', { ifExists: true, cascade: true })
pgm.renameTrigger('t', 'a', 'b')
pgm.createSchema('s', { ifNotExists: true, authorization: 'me' })
pgm.dropSchema('s', { ifExists: true, cascade: true })
pgm.renameSchema('a', 'b')
pgm.createDomain('d', 'int', { default: 0, check: 'VALUE > 0', constraintName: 'c', collation: 'C' })
pgm.createDomain('d', 'text', { notNull: true })
pgm.alterDomain('d', { default: null, allowNull: true })
pgm.dropDomain('d', { ifExists: true })
pgm.renameDomain('a', 'b')
pgm.createSequence('s', { ifNotExists: true, type: 'int', increment: 2, minvalue: 1, maxvalue: null, start: 5, cache: 3, cycle: true, owner: 't.a' })
pgm.createSequence('s', { temporary: true, cycle: false, owner: false })
pgm.alterSequence('s', { restart: true })
pgm.alterSequence('s', { restart: 5, increment: 2 })
pgm.dropSequence('s', { ifExists: true, cascade: true })
pgm.renameSequence('a', 'b')
pgm.createView('v', {}, 'SELECT 1')
pgm.createView({ schema: 's', name: 'v' }, { replace: true, columns: ['a', 'b'], checkOption: 'LOCAL', options: { security_barrier: true } }, 'SELECT 1, 2')
pgm.createView('v', { temporary: true, recursive: true, columns: 'a' }, 'SELECT 1')
pgm.alterView('v', { checkOption: 'LOCAL', options: { security_barrier: null } })
pgm.alterViewColumn('v', 'a', { default: 1 })
pgm.dropView('v', { ifExists: true })
pgm.renameView('a', 'b')
pgm.createMaterializedView('v', { ifNotExists: true, columns: ['a'], tablespace: 'x', storageParameters: { fillfactor: 70 }, data: false }, 'SELECT 1')
pgm.createMaterializedView('v', {}, 'SELECT 1')
pgm.alterMaterializedView('v', { cluster: 'x', extension: 'y', storageParameters: { fillfactor: 70, a: null } })
pgm.dropMaterializedView('v', { ifExists: true })
pgm.renameMaterializedView('a', 'b')
pgm.renameMaterializedViewColumn('v', 'a', 'b')
pgm.refreshMaterializedView('v', { concurrently: true, data: true })
pgm.createPolicy('t', 'p', { command: 'SELECT', role: ['a', 'b'], using: 'a = 1', check: 'b = 2' })
pgm.createPolicy('t', 'p')
pgm.alterPolicy('t', 'p', { role: 'a', using: 'true' })
pgm.dropPolicy('t', 'p', { ifExists: true })
pgm.renamePolicy('t', 'a', 'b')
pgm.createCast('a', 'b', { functionName: 'f', argumentTypes: ['int'], as: 'IMPLICIT' })
pgm.createCast('a', 'b', { inout: true })
pgm.dropCast('a', 'b', { ifExists: true })
pgm.createOperator('===', { procedure: 'f', left: 'int', right: 'int', commutator: '===', negator: '!==', restrict: 'eqsel', join: 'eqjoinsel', hashes: true, merges: true })
pgm.dropOperator('===', { left: 'int', right: 'int', ifExists: true, cascade: true })
pgm.createOperatorFamily('f', 'btree')
pgm.dropOperatorFamily('f', 'btree', { ifExists: true })
pgm.renameOperatorFamily('f', 'btree', 'g')
pgm.dropOperatorClass('f', 'btree', { ifExists: true })
pgm.renameOperatorClass('f', 'btree', 'g')
`
  .trim()
  .split('\n');

const shorthands = `export const shorthands = { uuid_pk: { type: 'uuid', primaryKey: true, default: { literal: true, value: 'gen_random_uuid()' } }, stamp: 'timestamptz', twice: { type: 'stamp', notNull: true } };`;
const given = {
  uuid_pk: { type: 'uuid', primaryKey: true, default: { literal: true, value: 'gen_random_uuid()' } },
  stamp: 'timestamptz',
  twice: { type: 'stamp', notNull: true },
};

function sent(call: string): string {
  const pgm = new MigrationBuilder({} as never, given as never, false, console);

  new Function('pgm', call)(pgm);
  return pgm.getSql();
}

function read(call: string): { sql: string; exact: boolean } {
  const text = `${shorthands}\nexport const up = (pgm) => {\n  ${call};\n};\n`;
  const parsed = parseJavaScript(text, 'x.js');
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const migration = readMigration(parsed.program, text, nodePgMigrate);
  const parts = migration?.steps.flatMap((step) => step.parts) ?? [];
  return { sql: parts.map(({ sql }) => sql.text).join('\n'), exact: parts.every(({ exact }) => exact) };
}

/** Strings are written in another way, line breaks are spaces. */
const plain = (sql: string): string =>
  sql
    .replace(/\$(pg[a-z])\$([^\\\n]*?)\$\1\$/g, (_, _tag: string, text: string) => `'${text.replaceAll("'", "''")}'`)
    .replace(/\s+/g, ' ')
    .trim();

test.each(calls)('%s', (call) => {
  expect(plain(read(call).sql)).toBe(plain(sent(call)));
});

test('shorthands of the file', () => {
  for (const call of [
    `pgm.createTable('t', { id: 'uuid_pk', at: 'twice', then: { type: 'twice', notNull: false, unique: true } })`,
    `pgm.addColumn('t', { id: { type: 'id', comment: 'x' } })`,
  ])
    expect(plain(read(call).sql)).toBe(plain(sent(call)));
});

test('what is only known when it runs', () => {
  // a type of that name may be a shorthand of an earlier migration
  expect(read(`pgm.addColumn('t', { a: 'money_amount' })`).exact).toBe(false);
  expect(read(`pgm.addColumn('t', { a: { type: 'text', default: pgm.func('now()') } })`).exact).toBe(true);
  expect(read(`pgm.addColumn(table, { a: 'text' })`).exact).toBe(false);
  expect(read(`pgm.addColumn('t', columns)`).sql).toBe('');
  expect(read(`pgm.createIndex('t', 'a', options)`).sql).toBe('');
  // what stands in for it is SQL
  for (const call of [
    `pgm.createFunction('f', [], { language: 'plpgsql' }, \`BEGIN \${body} END\`)`,
    `pgm.createView('v', {}, query)`,
    `pgm.createType('t', [...labels, label])`,
    `pgm.addTypeValue('t', label)`,
    `pgm.createTable('t', { a: { type: 'text', comment: note } })`,
    `pgm.addColumn('t', { a: { type: 'text', default: value, check: condition } })`,
  ]) {
    const { sql, exact } = read(call);
    expect(exact).toBe(call.includes('...'));
    expect(parseSql(sql).problems).toEqual([]);
  }
});

test.each([
  [
    `pgm.createTrigger('t', 'x', { when: 'AFTER', operation: 'INSERT', replace: true, function: 'f' })`,
    'ignored-guard',
  ],
  [`pgm.dropTypeAttribute('t', 'a', { ifExists: true })`, 'ignored-guard'],
  [`pgm.createType('t', ['a'], { ifNotExists: true })`, 'ignored-guard'],
  [`pgm.renameTable('a', 'b', { ifExists: true })`, 'ignored-guard'],
  [`pgm.createTable('t', { a: 'text' }, { ifNotExists: true })`, undefined],
])('notes: %s', (call, rule) => {
  const text = `export const up = (pgm) => {\n  ${call};\n};\n`;
  const parsed = parseJavaScript(text, 'x.js');
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const steps = readMigration(parsed.program, text, nodePgMigrate)?.steps ?? [];
  expect(steps.flatMap((step) => step.notes ?? []).map((note) => note.rule)).toEqual(rule === undefined ? [] : [rule]);
});
