/** What Kysely sends, as we translate it, is what Kysely itself says that it sends. */
import { chainOf, parseJavaScript, Scope } from '@idempotify/javascript';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import { expect, test } from 'vitest';
import {
  translateKyselyQuery,
  translateKyselySchema,
  translateKyselyTemplate,
} from '../../packages/javascript/src/tools/kysely-sql.ts';

const db = new Kysely({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (of) => new PostgresIntrospector(of),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** The statement that Kysely makes of it, values in their places. */
function byKysely(source: string): string {
  const builder = new Function('db', 'sql', `return ${source}`)(db, sql) as {
    compile(of: unknown): { sql: string; parameters: readonly unknown[] };
  };
  const { sql: text, parameters } = builder.compile(db);
  return text.replace(/\$(\d+)/g, (_, number: string) => {
    const value = parameters[Number(number) - 1];
    if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
    return typeof value === 'object' && value !== null ? `'${JSON.stringify(value)}'` : String(value);
  });
}

function byUs(source: string): { readonly sql: string; readonly exact: boolean } | undefined {
  const text = `(${source})`;
  const parsed = parseJavaScript(text, 'x.js');
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const scope = new Scope(parsed.program, text);
  const expression = parsed.program.body[0]?.['expression'];
  if (expression.type === 'TaggedTemplateExpression') return translateKyselyTemplate(expression, { scope }, 'sql');
  const calls = chainOf(expression).calls.filter(({ name }) => name !== 'withSchema');
  const schema = /withSchema\('(\w+)'\)/.exec(source)?.[1];
  const translate = /^db\.(?:withSchema\('\w+'\)\.)?schema\b/.test(source)
    ? translateKyselySchema
    : translateKyselyQuery;
  return translate(calls, schema, { scope }, 'sql');
}

const columns = [
  "'integer'",
  "'varchar(40)'",
  "'timestamptz', (col) => col.notNull().defaultTo(sql`now()`)",
  'sql`citext`, (c) => c.unique()',
  "'serial', (col) => col.primaryKey()",
  "'bigint', (col) => col.generatedAlwaysAsIdentity().primaryKey()",
  "'bigint', (col) => col.generatedByDefaultAsIdentity()",
  "'uuid', (col) => col.primaryKey().defaultTo(sql`gen_random_uuid()`)",
  "'text', (col) => col.defaultTo('it\\'s').notNull()",
  "'boolean', (col) => col.notNull().defaultTo(false)",
  "'integer', (col) => col.defaultTo(5).check(sql`c > 0`)",
  "'integer', (col) => col.references('other.id').onDelete('cascade').onUpdate('set null').notNull()",
  "'integer', (col) => col.references('s.other.id')",
  "'text', (col) => col.unique().nullsNotDistinct()",
  'sql`tsvector`, (col) => col.generatedAlwaysAs(sql`to_tsvector(a)`).stored()',
  '\'text\', (col) => col.modifyFront(sql`collate "C"`).modifyEnd(sql`initially deferred`)',
  "'text', (col) => { return col.notNull() }",
  "'jsonb', (col) => col.defaultTo(sql`'{}'::jsonb`)",
  'sql.raw(`text[]`), (col) => col.notNull().defaultTo(sql.lit("{}"))',
];

test.each(columns)('addColumn: %s', (column) => {
  for (const start of [
    "db.schema.createTable('a')",
    "db.schema.alterTable('s.a')",
    "db.withSchema('s').schema.createTable('a')",
  ]) {
    const source = `${start}.addColumn('c', ${column})`;
    expect(byUs(source)).toEqual({ sql: byKysely(source), exact: true });
  }
});

const schema = [
  "createTable('a').ifNotExists().temporary().addColumn('b', 'text').onCommit('drop')",
  "createTable('a').addColumn('b', 'text').modifyEnd(sql`partition by list (b)`)",
  "createTable('a').addColumn('b', 'text').addPrimaryKeyConstraint('p', ['b']).addUniqueConstraint('u', ['b', 'c'], (b) => b.nullsNotDistinct())",
  "createTable('a').addColumn('b', 'text').addForeignKeyConstraint('f', ['b'], 'o', ['id'], (cb) => cb.onDelete('cascade').deferrable().initiallyDeferred())",
  "createTable('a').addColumn('b', 'text').addCheckConstraint('c', sql`b <> ''`)",
  "createTable('a').as(db.selectFrom('t').selectAll())",
  "createTable('a').addColumn('b', 'text').$call((b) => b.addColumn('created_at', 'timestamp', (c) => c.notNull()))",
  "alterTable('a').addColumn('b', 'text').dropColumn('c').renameColumn('d', 'e')",
  "alterTable('a').dropColumn('c', (c) => c.ifExists())",
  "alterTable('a').alterColumn('b', (c) => c.setDataType('text'))",
  "alterTable('a').alterColumn('b', (c) => c.setDefault('x')).alterColumn('b', (c) => c.setNotNull())",
  "alterTable('a').alterColumn('b', (c) => c.dropDefault()).alterColumn('b', (c) => c.dropNotNull())",
  "alterTable('a').renameTo('b')",
  "alterTable('a').setSchema('b')",
  "alterTable('a').dropConstraint('c')",
  "alterTable('a').dropConstraint('c').ifExists().cascade()",
  "alterTable('a').renameConstraint('c', 'd')",
  "alterTable('a').addUniqueConstraint('u', ['b'])",
  "alterTable('a').addPrimaryKeyConstraint('p', ['b', 'c'])",
  "alterTable('a').addCheckConstraint('c', sql`b > 0`)",
  "alterTable('a').addForeignKeyConstraint('f', ['b'], 'o', ['id']).onDelete('set null').onUpdate('cascade')",
  "alterTable('a').addForeignKeyConstraint('f', ['b'], 'o', ['id'], (c) => c.onDelete('set null'))",
  "createIndex('i').on('t').column('a')",
  "createIndex('i').ifNotExists().unique().on('t').columns(['a', 'b desc']).using('btree')",
  "createIndex('i').on('t').expression(sql`lower(a)`).where('b', '=', 5).where('c', 'is', null)",
  "createIndex('i').on('t').column('a').nullsNotDistinct().where(sql`b > 3`).where(sql.ref('deleted_at'), 'is', null)",
  "createView('v').as(db.selectFrom('t').select(['a', 'b as c']).where('x', '=', 'y'))",
  "createView('v').orReplace().columns(['a']).as(sql`select 1`)",
  "createView('v').materialized().ifNotExists().as(db.selectFrom('t').selectAll())",
  "refreshMaterializedView('v').concurrently()",
  "createSchema('s').ifNotExists()",
  "createType('t').asEnum(['a', 'b\\'c'])",
  "alterType('t').addValue('x').ifNotExists().after('y')",
  "alterType('t').renameTo('u')",
  "alterType('t').renameValue('a', 'b')",
  "dropTable('a').ifExists().cascade()",
  "dropTable('a')",
  "dropIndex('i').ifExists()",
  "dropSchema('s').ifExists().cascade()",
  "dropType('t').ifExists()",
  "dropView('v').materialized().ifExists()",
];

test.each(schema)('schema.%s', (chain) => {
  for (const start of ['db.schema', "db.schema.withSchema('s')"]) {
    const source = `${start}.${chain}`;
    // a query in it has no schema then
    if (/withSchema/.test(start) && /selectFrom/.test(chain)) continue;
    expect(byUs(source)).toEqual({ sql: byKysely(source), exact: true });
  }
});

const queries = [
  "db.insertInto('t').values({ a: 1, b: 'it\\'s', c: null, d: { x: 1 } })",
  "db.insertInto('t').values([{ b: 1 }, { a: sql`now()` }])",
  "db.insertInto('t').values({ a: 1 }).onConflict((oc) => oc.column('a').doNothing())",
  "db.insertInto('t').values({ a: 1 }).onConflict((oc) => oc.columns(['a', 'b']).doUpdateSet({ b: 5 }))",
  "db.withSchema('s').insertInto('t').values({ a: 1 })",
  "db.updateTable('t').set({ a: 1, b: sql`c + ${1}` }).set('d', true).where('x', '=', 1).where('y', 'in', [1, 2]).where('z', 'is', null)",
  "db.deleteFrom('s.t').where('x', '<>', 'y')",
  "sql`select ${1}, ${sql.ref('a.b')}, ${sql.table('x.y')}, ${sql.id('a', 'b')}, ${sql.lit('c')}, ${sql.raw('now()')}, ${'x'}`",
];

test.each(queries)('%s', (source) => {
  expect(byUs(source)).toEqual({ sql: byKysely(source), exact: true });
});
