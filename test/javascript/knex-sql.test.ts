/** What Knex sends, as we translate it, is what Knex itself says that it sends. */
import { parseJavaScript, Scope, type Node } from '@idempotify/javascript';
import { chainOf } from '../../packages/javascript/src/calls.ts';
import { translateQuery, translateRaw, translateSchemaCall } from '../../packages/javascript/src/tools/knex-sql.ts';
import Knex from 'knex';
import { expect, test } from 'vitest';

const knex = Knex({ client: 'pg' });

/** The statements that Knex makes of it, values in their places. */
function byKnex(source: string): string {
  const builder = new Function('knex', `return ${source}`)(knex) as { toString(): string };
  return builder.toString();
}

function byUs(source: string): { sql: string; exact: boolean } | undefined {
  const parsed = parseJavaScript(`(${source})`, 'x.js');
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const scope = new Scope(parsed.program, `(${source})`);
  const expression = parsed.program.body[0]?.['expression'] as Node;
  const { calls } = chainOf(expression);
  if (!/^knex\.schema\b/.test(source)) {
    const [first] = calls;
    const found = first?.name === 'raw' ? translateRaw(first, { scope }) : translateQuery(expression, { scope });
    return found && { sql: found.statements.join(';\n'), exact: found.exact };
  }
  const statements: string[] = [];
  let exact = true;
  let schema: string | undefined;
  for (const call of calls) {
    if (call.name === 'withSchema') {
      schema = scope.value(call.args[0]) as string;
      continue;
    }
    const found = call.name === 'raw' ? translateRaw(call, { scope }) : translateSchemaCall(call, schema, { scope });
    if (!found) return undefined;
    statements.push(...found.statements);
    exact &&= found.exact;
  }
  return { sql: statements.join(';\n'), exact };
}

const types = [
  "tinyint('c')",
  "smallint('c')",
  "mediumint('c')",
  "integer('c')",
  "bigint('c')",
  "biginteger('c')",
  "bigInteger('c')",
  "decimal('c')",
  "decimal('c', 10)",
  "decimal('c', 12, 4)",
  "decimal('c', null)",
  "float('c')",
  "double('c')",
  "boolean('c')",
  "bool('c')",
  "date('c')",
  "datetime('c')",
  "dateTime('c', { useTz: false })",
  "timestamp('c')",
  "timestamp('c', true)",
  "timestamp('c', { useTz: false, precision: 3 })",
  "timestamp('c', { precision: 6 })",
  "time('c')",
  "geometry('c')",
  "geography('c')",
  "point('c')",
  "varchar('c')",
  "string('c')",
  "string('c', 40)",
  "text('c')",
  "text('c', 'longtext')",
  "binary('c')",
  "increments('c')",
  'increments()',
  "increments('c', { primaryKey: false })",
  "bigincrements('c')",
  "bigIncrements('c')",
  "json('c')",
  "jsonb('c')",
  "uuid('c')",
  "uuid('c', { primaryKey: true })",
  "uuid('c').primary()",
  "uuid('c').primary().defaultTo(knex.raw('gen_random_uuid()'))",
  "uuid('c').defaultTo(knex.fn.uuid())",
  "specificType('c', 'text[]')",
  "specificType('c', 'text[]').notNullable().defaultTo('{}')",
  "enu('c', ['a', 'b'])",
  "enum('c', ['a', 'b']).notNullable().defaultTo('a')",
  "enu('c', ['a', 'b'], { useNative: true, enumName: 'kind' })",
  "enu('c', null, { useNative: true, enumName: 'kind', existingType: true })",
  "enu('c', ['a'], { useNative: true, enumName: 'kind', schemaName: 's' })",
  "integer('c').notNullable().defaultTo(0)",
  "integer('c').unsigned().nullable()",
  "boolean('c').defaultTo(false).notNullable()",
  "boolean('c').default('false')",
  "string('c').defaultTo('it\\'s')",
  "string('c').defaultTo(null)",
  "string('c').defaultTo('a\\\\b')",
  "jsonb('c').defaultTo({ a: [1] })",
  "jsonb('c').defaultTo([])",
  "jsonb('c').defaultTo('[]')",
  "jsonb('c').defaultTo(JSON.stringify({ a: 1 }))",
  "timestamp('c').defaultTo(knex.fn.now())",
  "timestamp('c').defaultTo(knex.fn.now(6))",
  "timestamp('c').defaultTo(knex.raw(\"now() + interval '1 day' * ?\", [2]))",
  "string('c').comment('it\\'s')",
  "string('c').collate('x').first()",
  "string('c').unique()",
  "string('c').unique('my_name')",
  "string('c').unique({ indexName: 'my_name', deferrable: 'deferred' })",
  "string('c').index()",
  "string('c').index('my_index', 'hash')",
  "specificType('c', 'tsvector').index(null, 'GIN')",
  "integer('c').references('id').inTable('other')",
  "integer('c').unsigned().notNullable().references('other.id').onDelete('CASCADE').onUpdate('SET NULL').index()",
  "integer('c').references('id').inTable('s.other').withKeyName('my_fk').deferrable('deferred')",
  "integer('c').checkPositive()",
  "integer('c').checkNegative('my_check')",
  "integer('c').checkBetween([1, 5])",
  "integer('c').checkBetween([[1, 5], [7, 9]], 'ranges')",
  "string('c').checkIn(['a', 'it\\'s'])",
  "string('c').checkNotIn(['a'], 'not_a')",
  "string('c').checkLength('>=', 3)",
  "string('c').checkRegex('^[a-z]+$')",
  'timestamps()',
  'timestamps(true)',
  'timestamps(true, true)',
  'timestamps(false, true, true)',
  'timestamps({ useTimestamps: true, defaultToNow: true, useCamelCase: true })',
  "foreign('c').references('id').inTable('other').onDelete('CASCADE')",
  "foreign(['c', 'd'], 'two_fk').references(['a', 'b']).on('other')",
  "foreign('c').references('other.id').withKeyName('x')",
  "primary(['c', 'd'])",
  "primary(['c', 'd'], 'my_pk')",
  "primary(['c'], { constraintName: 'my_pk', deferrable: 'immediate' })",
  "unique(['c', 'd'])",
  "unique(['c', 'd'], 'my_unique')",
  "unique(['c', 'd'], { indexName: 'my_unique', useConstraint: false })",
  "index(['c', 'd'])",
  "index(['c', 'd'], 'my_index', 'gin')",
  "index(['c'], 'my_index', { indexType: 'UNIQUE', storageEngineIndexType: 'btree' })",
  "index(knex.raw('lower(c)'), 'my_index')",
  "check('?? > ?', ['c', 3], 'my_check')",
  "check('c > 3')",
  "comment('a table')",
];

test.each(types)('createTable: %s', (type) => {
  const source = `knex.schema.createTable('a-B', (t) => { t.string('z'); t.${type}; })`;
  expect(byUs(source)).toEqual({ sql: byKnex(source), exact: true });
});

const alterations = [
  "string('c').unique()",
  "string('c', 20).notNullable().defaultTo('x').alter()",
  "string('c').alter({ alterType: false })",
  "integer('c').nullable().alter({ alterNullable: false })",
  "enum('c', ['a', 'b']).alter()",
  "enum('c', ['a', 'b'], { useNative: true, enumName: 'k' }).notNullable()",
  "integer('c').checkPositive().alter()",
  "text('c').comment('words')",
  "dropColumn('c')",
  "dropColumn('c', 'd')",
  "dropColumns('c', 'd')",
  "dropColumns(['c', 'd'])",
  'dropTimestamps()',
  'dropTimestamps(true)',
  "renameColumn('c', 'd')",
  "setNullable('c')",
  "dropNullable('c')",
  "primary(['c'])",
  'dropPrimary()',
  "dropPrimary('my_pk')",
  "dropUnique(['c', 'd'])",
  "dropUnique(null, 'my_unique')",
  "dropIndex('c')",
  "dropIndex(['c'], 'my_index')",
  "dropForeign('c')",
  "dropForeign(['c'], 'my_fk')",
  "dropForeign('c').dropColumn('c')",
  "dropChecks('one', 'two')",
  "index(['c'])",
  "unique(['c'])",
  "check('c > 3', [], 'my_check')",
  "foreign('c').references('other.id')",
  "integer('c').references('id').inTable('other').onDelete('cascade').index()",
  'timestamps(true, true)',
  "comment('words')",
];

test.each(alterations)('alterTable: %s', (type) => {
  const source = `knex.schema.withSchema('s').alterTable('a', function (table) { table.integer('z'); table.${type}; })`;
  expect(byUs(source)).toEqual({ sql: byKnex(source), exact: true });
});

const calls = [
  "knex.schema.createTable('a', function () { this.increments(); this.string('b'); })",
  "knex.schema.createTable('a', (t) => t.increments())",
  "knex.schema.createTable('a', (t) => { for (const name of ['x', 'y']) t.text(name); ['p', 'q'].forEach((n) => { t.date(n).index(); }); })",
  "knex.schema.createTable('a', (t) => { const length = 30; t.string(`b_${1 + 1}`, length); })",
  "knex.schema.createTableLike('a', 'b')",
  "knex.schema.createTableLike('a', 'b', (t) => { t.string('c'); })",
  "knex.schema.createTable('a', (t) => { t.inherits('b'); t.string('c'); })",
  "knex.schema.createTable('a', (t) => { t.increments('x'); t.primary(['y', 'z']); })",
  "knex.schema.withSchema('s').createTable('a', (t) => { t.enu('e', ['b'], { useNative: true, enumName: 'kind' }).index(); })",
  "knex.schema.table('a', (t) => { t.string('c'); })",
  "knex.schema.renameTable('a', 'b')",
  "knex.schema.withSchema('s').renameTable('a', 'b')",
  "knex.schema.dropTable('a')",
  "knex.schema.dropTableIfExists('s.a')",
  "knex.schema.dropTable('a').dropTableIfExists('b').createTable('c', (t) => { t.text('d'); })",
  "knex.schema.createSchema('s')",
  "knex.schema.createSchemaIfNotExists('s')",
  "knex.schema.dropSchema('s', true)",
  "knex.schema.dropSchemaIfExists('s')",
  "knex.schema.createExtension('citext')",
  "knex.schema.createExtensionIfNotExists('citext')",
  "knex.schema.dropExtension('citext')",
  "knex.schema.dropExtensionIfExists('citext')",
  "knex.schema.createView('v', (v) => { v.columns(['a', 'b']); v.as(knex('t').select('a', 'b').where('x', '>', 3)); })",
  "knex.schema.createViewOrReplace('v', (v) => { v.as(knex('t').select('a').whereNull('x')); })",
  "knex.schema.createView('v', (v) => { v.as(knex.raw('select 1')); v.checkOption(); })",
  "knex.schema.createMaterializedView('v', (v) => { v.as(knex('t')); })",
  "knex.schema.refreshMaterializedView('v', true)",
  "knex.schema.dropView('v')",
  "knex.schema.withSchema('s').dropViewIfExists('v')",
  "knex.schema.dropMaterializedView('v')",
  "knex.schema.dropMaterializedViewIfExists('v')",
  "knex.schema.renameView('v', 'w')",
  "knex.schema.raw('select 1')",
  "knex.raw('update ?? set a = ? where b = ?', ['s.t', 1, 'it\\'s'])",
  "knex.raw('update :table: set a = :a where b = :a::int', { table: 't', a: 5 })",
  "knex.raw('select :a', { a: null })",
  "knex('t').insert({ b: 1, a: 'x', c: null, d: true })",
  "knex('t').insert([{ b: 1 }, { a: 'x' }])",
  "knex('t').insert({ a: { b: 1 }, c: ['x', 1] })",
  "knex('t').insert({ a: 1 }).onConflict('a').ignore()",
  "knex('t').insert({ a: 1, b: 2 }).onConflict(['a']).merge()",
  "knex('t').insert({ a: 1, b: 2 }).onConflict('a').merge(['b'])",
  "knex('t').insert({ a: knex.fn.now(), b: knex.raw('1 + ?', [1]) })",
  "knex.insert({ a: 1 }).into('t')",
  "knex.withSchema('s').from('t').insert({ a: 1 })",
  "knex('s.t').where({ a: 1, b: null }).update({ c: 'x', d: null })",
  "knex('t').where('a', 1).andWhere('b', '>', 2).orWhere({ c: 'x' }).update('d', 5)",
  "knex('t').whereNull('a').whereNotNull('b').update({ a: knex.ref('b') })",
  "knex('t').whereIn('a', [1, 2]).whereNotIn('b', ['x']).whereNot('c', 1).update({ a: knex.raw('a + 1') })",
  "knex('t').whereRaw('a ->> ? = ?', ['k', 'v']).del()",
  "knex('t').where('a', 'like', '%x').delete()",
  "knex('t').update({ a: 1 })",
  "knex('t').truncate()",
];

test.each(calls)('%s', (source) => {
  expect(byUs(source)).toEqual({ sql: byKnex(source), exact: true });
});
