/** The SQL that is read from calls of Sequelize's query interface is what Sequelize sends for them. */
import { parseJavaScript, readMigration, sequelize as tool } from '@idempotify/javascript';
import * as sequelize from 'sequelize';
import { expect, test } from 'vitest';

const { DataTypes, QueryTypes, Sequelize } = sequelize;

/** All types, in a column that is added. */
const types = [
  'STRING',
  'STRING(10)',
  'STRING.BINARY',
  'STRING(1, true)',
  'CHAR',
  'CHAR(3)',
  'TEXT',
  "TEXT('long')",
  'CITEXT',
  'SMALLINT',
  'INTEGER',
  'INTEGER(5)',
  'INTEGER.UNSIGNED',
  'BIGINT',
  'BIGINT(20)',
  'FLOAT',
  'FLOAT(5)',
  'FLOAT(5, 2)',
  'REAL(3)',
  'DOUBLE',
  'DOUBLE(5, 2)',
  'DECIMAL',
  'DECIMAL(10)',
  'DECIMAL(10, 2)',
  'NUMERIC(10, 0)',
  'TIME',
  'DATE',
  'DATE(6)',
  'DATEONLY',
  'BOOLEAN',
  'BLOB',
  "BLOB('long')",
  'UUID',
  'JSON',
  'JSONB',
  'CIDR',
  'INET',
  'MACADDR',
  'TSVECTOR',
  'RANGE',
  'RANGE(DataTypes.DATE)',
  'RANGE(DataTypes.BIGINT)',
  'GEOMETRY',
  "GEOMETRY('POINT', 4326)",
  'GEOGRAPHY',
  'ARRAY(DataTypes.STRING)',
  'ARRAY(DataTypes.ARRAY(DataTypes.INTEGER))',
  "ENUM('a', \"b's\")",
  "ENUM(['a', 'b'])",
  "ENUM({ values: ['a'] })",
  "ARRAY(DataTypes.ENUM('a', 'b'))",
].map((type) => `queryInterface.addColumn('t', 'c', DataTypes.${type})`);

const attributes = [
  'type: DataTypes.INTEGER, allowNull: false',
  'type: DataTypes.INTEGER, allowNull: true',
  'type: DataTypes.INTEGER, defaultValue: 1',
  'type: DataTypes.STRING, defaultValue: "it\'s"',
  'type: DataTypes.STRING, defaultValue: null',
  'type: DataTypes.BOOLEAN, defaultValue: false',
  "type: DataTypes.DATE, defaultValue: Sequelize.literal('now()')",
  "type: DataTypes.DATE, allowNull: false, defaultValue: Sequelize.fn('now')",
  "type: DataTypes.TEXT, defaultValue: Sequelize.fn('coalesce', 1, 'a', Sequelize.col('b'))",
  "type: DataTypes.INTEGER, defaultValue: Sequelize.cast('1', 'integer')",
  'type: DataTypes.DATE, defaultValue: DataTypes.NOW',
  'type: DataTypes.UUID, defaultValue: Sequelize.UUIDV4',
  'type: DataTypes.ARRAY(DataTypes.STRING), defaultValue: []',
  "type: DataTypes.ARRAY(DataTypes.STRING), allowNull: false, defaultValue: ['a', 'b']",
  'type: DataTypes.JSONB, defaultValue: {}',
  'type: DataTypes.JSONB, defaultValue: { a: [1, "x"], b: null }',
  'type: DataTypes.JSONB, defaultValue: []',
  'type: DataTypes.FLOAT, defaultValue: 1.5',
  "type: DataTypes.DECIMAL(5, 2), defaultValue: '1.5'",
  "type: DataTypes.DATEONLY, defaultValue: '2020-01-01'",
  "type: DataTypes.ENUM('a', 'b'), allowNull: false, defaultValue: 'a'",
  "type: DataTypes.ENUM, values: ['x', 'y']",
  'type: DataTypes.STRING, unique: true',
  "type: DataTypes.STRING, unique: 'name'",
  'type: DataTypes.INTEGER, primaryKey: true',
  'type: DataTypes.INTEGER, autoIncrement: true, allowNull: false',
  'type: DataTypes.BIGINT, autoIncrement: true, primaryKey: true, allowNull: false',
  "type: DataTypes.INTEGER, references: { model: 'users', key: 'id' }",
  "type: DataTypes.INTEGER, references: { model: 'users' }, onDelete: 'cascade', onUpdate: 'set null'",
  "type: DataTypes.UUID, references: { model: { tableName: 'users', schema: 'x' }, key: 'id' }",
  "type: DataTypes.UUID, references: { model: 'users', key: 'id', deferrable: Sequelize.Deferrable.INITIALLY_DEFERRED }",
  'type: DataTypes.INTEGER, comment: "it\'s"',
  "type: 'CITEXT', allowNull: false",
  "type: 'TIMESTAMP', defaultValue: Sequelize.literal('CURRENT_TIMESTAMP')",
];

const onlyInTables = ['type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, autoIncrementIdentity: true'];

const others = `
queryInterface.createTable({ tableName: 't', schema: 's' }, { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true }, k: DataTypes.ENUM('a', 'b'), r: { type: DataTypes.INTEGER, references: { model: 'users', key: 'id' } } }, { comment: "t's" })
queryInterface.createTable('t', { k: DataTypes.ENUM('a', 'b'), r: { type: DataTypes.INTEGER, references: { model: 'users', key: 'id' } } }, { schema: 's' })
queryInterface.createTable('t', { a: DataTypes.INTEGER, b: DataTypes.INTEGER }, { uniqueKeys: { ab: { fields: ['a', 'b'] }, c: { fields: ['a'], customIndex: false } } })
queryInterface.createTable('t', { a: { type: DataTypes.INTEGER, comment: 'x' }, b: { type: DataTypes.STRING, allowNull: false, comment: "y's" } }, { comment: 'tt' })
queryInterface.createTable('t', { a: { type: DataTypes.INTEGER, primaryKey: true }, b: { type: DataTypes.INTEGER, primaryKey: true, references: { model: 'u', key: 'id' }, onDelete: 'CASCADE' } })
queryInterface.createTable('s.t', { a: { type: DataTypes.INTEGER, field: 'other' } })
queryInterface.addColumn({ tableName: 't', schema: 's' }, 'a', { type: DataTypes.ENUM('x'), comment: 'c' })
queryInterface.addColumn({ tableName: 't', schema: 's' }, 'a', { type: DataTypes.INTEGER, references: { model: 'u', key: 'id' } })
queryInterface.addColumn('s.t', 'a', DataTypes.INTEGER)
queryInterface.removeColumn('t', 'a')
queryInterface.removeColumn({ tableName: 't', schema: 's' }, 'a', {})
queryInterface.changeColumn({ tableName: 't', schema: 's' }, 'a', { type: DataTypes.ENUM('x') })
queryInterface.changeColumn('t', 'a', 'TEXT')
queryInterface.changeColumn('t', 'a', { type: 'INTEGER USING CAST("a" as INTEGER)' })
queryInterface.renameColumn('t', 'a', 'b')
queryInterface.renameColumn({ tableName: 't', schema: 's' }, 'a', 'b')
queryInterface.renameTable('t', 'u')
queryInterface.renameTable({ tableName: 't', schema: 's' }, 'u')
queryInterface.dropTable('t')
queryInterface.dropTable('t', { cascade: true })
queryInterface.dropTable({ tableName: 't', schema: 's' }, { force: true })
queryInterface.addIndex('documents', ['urlId'])
queryInterface.addIndex('documents', ['parentDocumentId', 'atlasId'], { unique: true })
queryInterface.addIndex('UserRoles', { fields: ['userID', 'HTMLName'], type: 'UNIQUE' })
queryInterface.addIndex('t', ['a'], { name: 'foo', using: 'gin', concurrently: true, where: { deletedAt: null } })
queryInterface.addIndex('t', [{ name: 'a', order: 'DESC' }, { attribute: 'b', collate: 'C', operator: 'text_ops' }], { where: { a: 1, b: { [Op.ne]: null }, c: 'x', d: true, e: ['a', 'b'], f: { [Op.in]: [1, 2] }, g: { [Op.gt]: 3, [Op.lt]: 5 }, [Op.or]: [{ a: 1 }, { b: 2 }], h: { [Op.not]: null }, i: { [Op.not]: true } } })
queryInterface.addIndex('t', [Sequelize.fn('lower', Sequelize.col('email'))], { name: 'x' })
queryInterface.addIndex('t', [Sequelize.fn('lower', Sequelize.col('email')), 'b'])
queryInterface.addIndex('t', [Sequelize.literal('lower(email)'), 'b'], { name: 'x', operator: 'gin_trgm_ops', using: 'GIN' })
queryInterface.addIndex({ tableName: 't', schema: 's' }, ['a'])
queryInterface.addIndex('s.t', ['a'])
queryInterface.addIndex('t', ['a'], { prefix: 'pre.fix' })
queryInterface.addIndex('t', ['a'], { where: { [Op.and]: [{ a: { [Op.gte]: 1 } }, { b: { [Op.between]: [1, 2] } }] } })
queryInterface.addIndex('t', ['a'], { where: Sequelize.literal('a is null') })
queryInterface.addIndex('t', ['a'], { where: { a: { [Op.eq]: null }, c: { [Op.like]: 'a%' }, d: { [Op.notIn]: ['a'] }, e: false, f: 0, h: { [Op.ne]: 'x' } } })
queryInterface.removeIndex('t', 'foo')
queryInterface.removeIndex('t', ['aB', 'c'])
queryInterface.removeIndex({ tableName: 't', schema: 's' }, ['a'])
queryInterface.removeIndex('t', 'foo', { concurrently: true })
queryInterface.removeIndex('t', 's.foo')
queryInterface.addConstraint('t', { type: 'unique', fields: ['a', 'b'] })
queryInterface.addConstraint('t', { type: 'UNIQUE', fields: ['a'], name: 'n', deferrable: Sequelize.Deferrable.INITIALLY_DEFERRED })
queryInterface.addConstraint('t', { type: 'primary key', fields: ['a'] })
queryInterface.addConstraint('t', { type: 'foreign key', fields: ['a'], references: { table: 'u', field: 'id' }, onDelete: 'cascade', onUpdate: 'no action' })
queryInterface.addConstraint({ tableName: 't', schema: 's' }, { type: 'FOREIGN KEY', fields: ['a', 'b'], references: { table: { tableName: 'u', schema: 'q' }, fields: ['x', 'y'] } })
queryInterface.addConstraint('t', { type: 'check', fields: ['a'], where: { a: ['x', 'y'] } })
queryInterface.addConstraint('t', { type: 'check', name: 'c', fields: [], where: Sequelize.literal('a > 0') })
queryInterface.addConstraint('s.t', { type: 'unique', fields: ['a'] })
queryInterface.removeConstraint('t', 'n')
queryInterface.removeConstraint({ tableName: 't', schema: 's' }, 'n')
queryInterface.createSchema('s')
queryInterface.dropSchema('s')
queryInterface.bulkInsert('t', [{ a: 1, b: "x'", c: null, d: true, f: Sequelize.literal('now()') }, { a: 2, z: 'q' }])
queryInterface.bulkInsert('t', [{ a: 1 }], { ignoreDuplicates: true })
queryInterface.bulkInsert('t', [{ a: 1, b: 2 }], { updateOnDuplicate: ['b'], upsertKeys: ['a'] })
queryInterface.bulkInsert({ tableName: 't', schema: 's' }, [{ a: ['x'] }], { returning: true })
queryInterface.bulkDelete('t', { a: ['x', 'y'] })
queryInterface.bulkDelete('t', null, {})
queryInterface.bulkDelete('t', { a: { [Op.in]: [1] } })
queryInterface.bulkDelete('t', null, { truncate: true, cascade: true, restartIdentity: true })
queryInterface.createFunction('f', [{ type: 'integer', name: 'p', direction: 'IN' }], 'integer', 'plpgsql', 'RETURN p;', [' IMMUTABLE'], { force: true })
queryInterface.createFunction('f', [], 'integer', 'plpgsql', 'RETURN v;', [], { variables: [{ type: 'integer', name: 'v', default: 1 }] })
queryInterface.dropFunction('f', [{ type: 'int' }])
queryInterface.renameFunction('f', [], 'g')
queryInterface.createTrigger('t', 'tr', 'after', ['insert', 'update'], 'fn', [], ['FOR EACH ROW'])
queryInterface.dropTrigger('t', 'tr')
queryInterface.renameTrigger('t', 'a', 'b')
queryInterface.dropEnum('enum_x')
queryInterface.createDatabase('d')
queryInterface.dropDatabase('d')
queryInterface.describeTable('t')
`
  .trim()
  .split('\n');

const calls = [
  ...types,
  ...attributes.flatMap((attribute) => [
    `queryInterface.createTable('t', { c: { ${attribute} } })`,
    `queryInterface.addColumn('t', 'c', { ${attribute} })`,
    `queryInterface.changeColumn('t', 'c', { ${attribute} })`,
  ]),
  ...onlyInTables.map((attribute) => `queryInterface.createTable('t', { c: { ${attribute} } })`),
  ...others,
];

/** What its first connection tells it; the types know nothing of it. */
const version = { databaseVersion: '18.0.0' };

/** What Sequelize would send, apart from what it asks the catalogs first. */
async function sent(call: string): Promise<string> {
  const connection = new Sequelize({ dialect: 'postgres', logging: false, ...version });
  const out: string[] = [];
  const described = { a: { type: 'X', allowNull: true, defaultValue: null } };
  Object.assign(connection, {
    query: (sql: string, options: { plain?: boolean; type?: string } = {}) => {
      if (options.type === QueryTypes.DESCRIBE) return Promise.resolve(described);
      if (!options.plain) out.push(sql);
      return Promise.resolve(options.plain ? null : []);
    },
  });
  const { dialect } = connection as unknown as { dialect: { connectionManager: object } };
  Object.assign(dialect.connectionManager, { _refreshDynamicOIDs: () => Promise.resolve() });

  const run = new Function('queryInterface', 'Sequelize', 'DataTypes', 'Op', `return ${call}`);
  await run(connection.getQueryInterface(), Sequelize, DataTypes, sequelize.Op);
  return out.join('\n');
}

function read(call: string): { sql: string; exact: boolean } {
  const text = `const { DataTypes, Op } = require('sequelize');\nmodule.exports = {\n  async up(queryInterface, Sequelize) {\n    await ${call};\n  },\n};\n`;
  const parsed = parseJavaScript(text, 'x.js');
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const migration = readMigration(parsed.program, text, tool);
  const parts = migration?.steps.flatMap((step) => step.parts) ?? [];
  return { sql: parts.map(({ sql }) => sql.text).join('\n'), exact: parts.every(({ exact }) => exact) };
}

const plain = (sql: string): string =>
  sql
    .replace(/\s+/g, ' ')
    .replace(/ ?([;,)]) ?/g, '$1')
    .trim();

test.each(calls)('%s', async (call) => {
  const { sql, exact } = read(call);
  expect(plain(sql)).toBe(plain(await sent(call)));
  expect(exact).toBe(true);
});

test('constants of the file', () => {
  const text = `const STATES = { open: 'o', paid: 'p' };
const settings = { a: 1 };
const table = ['app', 'users'].join('_');
module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.addColumn(table, 'state', { type: Sequelize.ENUM(...Object.values(STATES)), defaultValue: STATES.open });
    await queryInterface.bulkInsert(table, [{ settings: JSON.stringify(settings) }]);
  },
};`;
  const parsed = parseJavaScript(text, 'x.js');
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const sql = readMigration(parsed.program, text, tool)?.sql ?? '';
  expect(sql).toContain(`AS ENUM(''o'', ''p'')`);
  expect(sql).toContain(`ADD COLUMN "state" "public"."enum_app_users_state" DEFAULT 'o'`);
  expect(sql).toContain(`INSERT INTO "app_users" ("settings") VALUES ('{"a":1}')`);
});

test('what is only known when it runs', async () => {
  // bound values are sent apart
  expect(read(`queryInterface.bulkUpdate('t', { a: 1 }, { id: 2 })`).sql).toBe(`UPDATE "t" SET "a"=1 WHERE "id" = 2`);
  expect(read(`queryInterface.addColumn('t', 'c', { type: DataTypes.DATE, defaultValue: new Date() })`).exact).toBe(
    false,
  );
  expect(read(`queryInterface.addColumn(table, 'c', DataTypes.TEXT)`).exact).toBe(false);
  expect(read(`queryInterface.createTable('t', columns)`).sql).toBe('');
  expect(read(`queryInterface.addColumn('t', 'c', Sequelize.ENUM(...labels))`).exact).toBe(false);
  expect(read(`queryInterface.addIndex('t', ['a'], options)`).sql).toBe('');
  expect(read(`queryInterface.addIndex('t', ['a'], { ...options, name: 'x' })`).exact).toBe(false);
});

/** What an author should know of a call. */
function notes(body: string): string[] {
  const text = `module.exports = {\n  async up(queryInterface, Sequelize) {\n    ${body}\n  },\n};\n`;
  const parsed = parseJavaScript(text, 'x.js');
  if (parsed.kind === 'broken') throw new Error(parsed.problem.message);
  const migration = readMigration(parsed.program, text, tool);
  return (migration?.steps ?? []).flatMap((step) =>
    (step.notes ?? []).map(({ rule, at }) => `${rule} ${at ? text.slice(...at.range) : ''}`),
  );
}

test.each([
  [`await queryInterface.addColumn('t', 'c', 'TEXT', { ifNotExists: true });`, ['ignored-guard { ifNotExists: true }']],
  [`await queryInterface.removeColumn('t', 'c', { ifExists: true });`, ['ignored-guard { ifExists: true }']],
  [`await queryInterface.addIndex('t', ['c'], { ifNotExists: true });`, ['ignored-guard { ifNotExists: true }']],
  [`await queryInterface.changeColumn('t', 'c', Sequelize.ENUM('a'));`, [`silent-change Sequelize.ENUM('a')`]],
  [
    `await queryInterface.changeColumn('t', 'c', { type: 'TEXT', unique: true });`,
    [`silent-change { type: 'TEXT', unique: true }`],
  ],
  [
    `await queryInterface.removeIndex({ tableName: 't', schema: 's' }, ['c']);`,
    [`silent-change { tableName: 't', schema: 's' }`],
  ],
  [
    `await queryInterface.createTable('t', { a: Sequelize.ENUM('a'), b: Sequelize.ENUM('b') });`,
    [`partial-guard { a: Sequelize.ENUM('a'), b: Sequelize.ENUM('b') }`],
  ],
  [
    `await queryInterface.sequelize.transaction(async (t) => { await queryInterface.removeColumn('t', 'c'); });`,
    [`partial-guard 't'`],
  ],
  [
    `await queryInterface.sequelize.transaction(async (t) => { await queryInterface.removeColumn('t', 'c', { transaction: t }); });`,
    [],
  ],
  [`await queryInterface.addColumn('t', 'c', 'TEXT');`, []],
])('notes: %s', (body, expected) => {
  expect(notes(body)).toEqual(expected);
});
