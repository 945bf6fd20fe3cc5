/**
 * The SQL that TypeORM's query runner sends for PostgreSQL, call by call, with the names that its default naming strategy gives.
 * Measured with 1.1.1; 0.3 sends the same.
 */
import { createHash } from 'node:crypto';
import { Options, Unwritten, type OptionValue } from '../options.ts';

export interface Sent {
  /** Statements, each on its own. */
  readonly sql: readonly string[];
  /** These and no others, to the last detail. */
  readonly exact: boolean;
}

/** Where a table lies: "schema.name" as TypeORM splits it. */
interface TablePath {
  readonly schema: string | undefined;
  readonly name: string;
}

/** Builds what one call sends, and keeps in mind whether everything was known. */
class Builder {
  readonly sql: string[] = [];
  exact = true;

  /** A name, or one that stands for what is only known when it runs. */
  name(value: OptionValue): string {
    if (typeof value === 'string' && value !== '') return value;
    this.exact = false;
    return placeholder(value);
  }

  text(value: OptionValue): string | undefined {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (value !== undefined && value !== null) this.exact = false;
    return undefined;
  }

  flag(value: OptionValue): boolean {
    if (value instanceof Unwritten) this.exact = false;
    return value === true;
  }

  names(value: OptionValue): string[] {
    if (Array.isArray(value)) return (value as readonly OptionValue[]).map((each) => this.name(each));
    this.exact = false;
    return [placeholder(value)];
  }

  list(value: OptionValue): readonly OptionValue[] {
    if (Array.isArray(value)) return value as readonly OptionValue[];
    if (value !== undefined && value !== null) this.exact = false;
    return [];
  }

  options(value: OptionValue): Options | undefined {
    if (value instanceof Options) {
      if (value.open) this.exact = false;
      return value;
    }
    this.exact = false;
    return undefined;
  }

  table(value: OptionValue): TablePath {
    if (value instanceof Options) {
      const path = this.table(value.get('name'));
      const schema = value.get('schema');
      return { schema: schema === undefined ? path.schema : this.name(schema), name: path.name };
    }
    const parts = this.name(value).split('.');
    return parts.length > 1 ? { schema: parts[0], name: parts[1] ?? '' } : { schema: undefined, name: parts[0] ?? '' };
  }
}

/** A name that stands for what is only known when it runs: the same for the same expression. */
const placeholder = (value: OptionValue): string =>
  value instanceof Unwritten ? value.placeholder : value instanceof Options ? value.rest.placeholder : '_idem_expr_0_';

const quoted = (name: string): string => `"${name}"`;
const path = ({ schema, name }: TablePath): string => (schema === undefined ? `"${name}"` : `"${schema}"."${name}"`);
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const hashed = (prefix: string, length: number, key: string): string =>
  `${prefix}_${createHash('sha1').update(key).digest('hex').slice(0, length)}`;
const keyOf = ({ name }: TablePath, columns: readonly string[]): string => `${name}_${[...columns].sort().join('_')}`;
const primaryKeyName = (table: TablePath, columns: readonly string[]): string =>
  hashed('PK', 27, keyOf(table, columns));
const uniqueName = (table: TablePath, columns: readonly string[]): string => hashed('UQ', 27, keyOf(table, columns));
const foreignKeyName = (table: TablePath, columns: readonly string[]): string =>
  hashed('FK', 27, keyOf(table, columns));
const indexName = (table: TablePath, columns: readonly string[], where: string | undefined): string =>
  hashed('IDX', 26, where ? `${keyOf(table, columns)}_${where}` : keyOf(table, columns));
const checkName = ({ name }: TablePath, expression: string): string => hashed('CHK', 26, `${name}_${expression}`);
const exclusionName = ({ name }: TablePath, expression: string): string => hashed('XCL', 26, `${name}_${expression}`);

const isEnum = (column: Options): boolean => column.get('type') === 'enum' || column.get('type') === 'simple-enum';

function enumName(b: Builder, table: TablePath, column: Options): string {
  const own = column.get('enumName');
  const name = own === undefined ? `${table.name}_${b.name(column.get('name')).toLowerCase()}_enum` : b.name(own);
  return (table.schema === undefined ? name : `${table.schema}.${name}`).split('.').map(quoted).join('.');
}

function createEnum(b: Builder, table: TablePath, column: Options): void {
  const values = column.get('enum');
  const known = Array.isArray(values) && values.every((value) => typeof value === 'string');
  if (!known) b.exact = false;
  const labels = known ? (values as readonly string[]) : [];
  b.sql.push(`CREATE TYPE ${enumName(b, table, column)} AS ENUM(${labels.map(literal).join(', ')})`);
}

/** Types that take a length or a precision in another place than behind their name. */
const SPELLED: Readonly<Record<string, readonly [string, string]>> = {
  'time without time zone': ['TIME', ''],
  'time with time zone': ['TIME', ' WITH TIME ZONE'],
  'timestamp without time zone': ['TIMESTAMP', ''],
  'timestamp with time zone': ['TIMESTAMP', ' WITH TIME ZONE'],
};

function columnType(b: Builder, column: Options): string {
  const given = column.get('type');
  if (typeof given !== 'string') {
    b.exact = false;
    return 'text';
  }
  const length = b.text(column.get('length'));
  const precision = b.text(column.get('precision'));
  const scale = b.text(column.get('scale'));
  const spelled = SPELLED[given];
  const spatial = column.get('spatialFeatureType');
  let type = given;
  if (spelled) type = `${spelled[0]}${precision === undefined ? '' : `(${precision})`}${spelled[1]}`;
  else if ((given === 'geometry' || given === 'geography') && spatial !== undefined) {
    const srid = b.text(column.get('srid'));
    type = `${given}(${b.name(spatial)}${srid === undefined ? '' : `,${srid}`})`;
  } else if (length) type = `${given}(${length})`;
  else if (precision !== undefined && scale !== undefined) type = `${given}(${precision},${scale})`;
  else if (precision !== undefined) type = `${given}(${precision})`;
  return b.flag(column.get('isArray')) ? `${type} array` : type;
}

const SERIAL: Readonly<Record<string, string>> = {
  integer: 'SERIAL',
  int: 'SERIAL',
  int4: 'SERIAL',
  smallint: 'SMALLSERIAL',
  int2: 'SMALLSERIAL',
  bigint: 'BIGSERIAL',
  int8: 'BIGSERIAL',
};

function columnSql(b: Builder, table: TablePath, column: Options): string {
  const type = column.get('type');
  const generated = b.flag(column.get('isGenerated'));
  const strategy = column.get('generationStrategy');
  if (strategy instanceof Unwritten) b.exact = false;
  let sql = quoted(b.name(column.get('name')));
  if (generated && strategy === 'identity')
    sql += ` ${columnType(b, column)} GENERATED ${b.text(column.get('generatedIdentity')) ?? 'BY DEFAULT'} AS IDENTITY`;
  else if (generated && strategy !== 'uuid' && type !== 'uuid')
    sql += ` ${(typeof type === 'string' && SERIAL[type]) || 'SERIAL'}`;
  if (isEnum(column)) sql += ` ${enumName(b, table, column)}${b.flag(column.get('isArray')) ? ' array' : ''}`;
  else if (!generated || type === 'uuid') sql += ` ${columnType(b, column)}`;
  const expression = column.get('asExpression');
  if (column.get('generatedType') === 'STORED' && expression !== undefined) {
    const text = b.text(expression);
    if (text !== undefined) sql += ` GENERATED ALWAYS AS (${text}) STORED`;
    // its expression is also written down in typeorm_metadata
    b.exact = false;
  }
  const collation = column.get('collation');
  if (collation !== undefined) sql += ` COLLATE "${b.name(collation)}"`;
  if (!b.flag(column.get('isNullable'))) sql += ' NOT NULL';
  const initial = b.text(column.get('default'));
  if (initial !== undefined) sql += ` DEFAULT ${initial}`;
  else if (generated && strategy === 'uuid') {
    sql += ' DEFAULT gen_random_uuid()';
    // which function it is, is up to the data source
    b.exact = false;
  }
  return sql;
}

function foreignKeySql(b: Builder, table: TablePath, key: Options): string {
  const columns = b.names(key.get('columnNames'));
  const name = key.get('name');
  const target = b.table(key.get('referencedTableName'));
  const schema = key.get('referencedSchema');
  const referenced = b.names(key.get('referencedColumnNames'));
  const constraint = name === undefined ? foreignKeyName(table, columns) : b.name(name);
  let sql = `CONSTRAINT "${constraint}" FOREIGN KEY (${columns.map(quoted).join(', ')}) REFERENCES ${path(
    schema === undefined ? target : { ...target, schema: b.name(schema) },
  )} (${referenced.map(quoted).join(', ')})`;
  for (const [option, words] of [
    ['onDelete', 'ON DELETE'],
    ['onUpdate', 'ON UPDATE'],
    ['deferrable', 'DEFERRABLE'],
  ] as const) {
    const value = b.text(key.get(option));
    if (value) sql += ` ${words} ${value}`;
  }
  return sql;
}

function uniqueSql(b: Builder, table: TablePath, unique: Options): string {
  const columns = b.names(unique.get('columnNames'));
  const name = unique.get('name');
  const deferrable = b.text(unique.get('deferrable'));
  const constraint = name === undefined ? uniqueName(table, columns) : b.name(name);
  return `CONSTRAINT "${constraint}" UNIQUE (${columns.map(quoted).join(', ')})${deferrable ? ` DEFERRABLE ${deferrable}` : ''}`;
}

function checkSql(b: Builder, table: TablePath, check: Options): string {
  const expression = b.text(check.get('expression'));
  const name = check.get('name');
  const constraint = name === undefined ? checkName(table, expression ?? '') : b.name(name);
  return `CONSTRAINT "${constraint}" CHECK (${expression ?? 'true'})`;
}

function exclusionSql(b: Builder, table: TablePath, exclusion: Options): string | undefined {
  const expression = b.text(exclusion.get('expression'));
  if (expression === undefined) return undefined;
  const name = exclusion.get('name');
  const deferrable = b.text(exclusion.get('deferrable'));
  const constraint = name === undefined ? exclusionName(table, expression) : b.name(name);
  return `CONSTRAINT "${constraint}" EXCLUDE ${expression}${deferrable ? ` DEFERRABLE ${deferrable}` : ''}`;
}

function indexSql(b: Builder, table: TablePath, index: Options, guard = ''): string {
  const columns = b.names(index.get('columnNames'));
  const where = b.text(index.get('where'));
  const name = index.get('name');
  const type = b.flag(index.get('isSpatial')) ? 'gist' : b.text(index.get('type'));
  const words = `${b.flag(index.get('isUnique')) ? 'UNIQUE ' : ''}INDEX ${b.flag(index.get('isConcurrent')) ? 'CONCURRENTLY ' : ''}${guard}`;
  return `CREATE ${words}"${name === undefined ? indexName(table, columns, where) : b.name(name)}" ON ${path(table)}${
    type === undefined ? '' : ` USING ${type}`
  } (${columns.map(quoted).join(', ')})${where ? ` WHERE ${where}` : ''}`;
}

/** Enum types of columns, each once. */
function createEnums(b: Builder, table: TablePath, columns: readonly Options[]): void {
  const seen = new Set<string>();
  for (const column of columns.filter(isEnum)) {
    const name = enumName(b, table, column);
    if (seen.has(name)) continue;
    seen.add(name);
    createEnum(b, table, column);
  }
}

function createTable(b: Builder, given: OptionValue, guard: boolean, foreignKeys: boolean, indices: boolean): void {
  const table = b.table(given);
  const options = b.options(given);
  const optionsOf = (name: string): Options[] =>
    b.list(options?.get(name)).flatMap((each) => {
      const one = b.options(each);
      return one ? [one] : [];
    });
  const columns = optionsOf('columns');
  const enums = b.sql.length;
  createEnums(b, table, columns);
  // they are only made with the table
  if (guard) b.sql.splice(enums);
  const parts = columns.map((column) => columnSql(b, table, column));
  const uniques = optionsOf('uniques');
  const unique = uniques.map((each) => uniqueSql(b, table, each));
  for (const column of columns) {
    if (!b.flag(column.get('isUnique'))) continue;
    const name = b.name(column.get('name'));
    const has = uniques.some((each) => b.names(each.get('columnNames')).join() === name);
    if (!has) unique.push(`CONSTRAINT "${uniqueName(table, [name])}" UNIQUE ("${name}")`);
  }
  parts.push(...unique, ...optionsOf('checks').map((each) => checkSql(b, table, each)));
  for (const each of optionsOf('exclusions')) parts.push(exclusionSql(b, table, each) ?? 'CHECK (true)');
  if (foreignKeys) parts.push(...optionsOf('foreignKeys').map((each) => foreignKeySql(b, table, each)));
  const primary = columns.filter((column) => b.flag(column.get('isPrimary')));
  if (primary.length > 0) {
    const names = primary.map((column) => b.name(column.get('name')));
    const own = primary[0]?.get('primaryKeyConstraintName');
    const constraint = own === undefined ? primaryKeyName(table, names) : b.name(own);
    parts.push(`CONSTRAINT "${constraint}" PRIMARY KEY (${names.map(quoted).join(', ')})`);
  }
  b.sql.push(`CREATE TABLE ${guard ? 'IF NOT EXISTS ' : ''}${path(table)} (${parts.join(', ')})`);
  for (const column of columns) comment(b, `COLUMN ${path(table)}."${b.name(column.get('name'))}"`, column);
  if (indices)
    for (const each of optionsOf('indices')) b.sql.push(indexSql(b, table, each, guard ? 'IF NOT EXISTS ' : ''));
  if (options) comment(b, `TABLE ${path(table)}`, options);
}

function comment(b: Builder, on: string, options: Options): void {
  const text = b.text(options.get('comment'));
  if (text) b.sql.push(`COMMENT ON ${on} IS ${literal(text)}`);
}

function addColumn(b: Builder, table: TablePath, given: OptionValue): void {
  const column = b.options(given);
  if (!column) {
    b.sql.push(`ALTER TABLE ${path(table)} ADD "${placeholder(given)}" text`);
    return;
  }
  const name = b.name(column.get('name'));
  if (isEnum(column)) {
    createEnum(b, table, column);
    // it is made unless there is one of that name
    b.exact = false;
  }
  b.sql.push(`ALTER TABLE ${path(table)} ADD ${columnSql(b, table, column)}`);
  if (b.flag(column.get('isPrimary'))) {
    b.sql.push(`ALTER TABLE ${path(table)} ADD CONSTRAINT "${primaryKeyName(table, [name])}" PRIMARY KEY ("${name}")`);
    // a key that is there already takes it in
    b.exact = false;
  }
  if (b.flag(column.get('isUnique')))
    b.sql.push(`ALTER TABLE ${path(table)} ADD CONSTRAINT "${uniqueName(table, [name])}" UNIQUE ("${name}")`);
  comment(b, `COLUMN ${path(table)}."${name}"`, column);
}

/** The name of an object that is given by name or by what describes it. */
const nameOf = (b: Builder, value: OptionValue): string => b.name(value instanceof Options ? value.get('name') : value);

type Translate = (b: Builder, args: readonly OptionValue[]) => void;

/** `translate` for one, then for each of a list. */
const each =
  (add: (b: Builder, table: TablePath, one: OptionValue) => void): Translate =>
  (b, [table, list]) => {
    const at = b.table(table);
    if (Array.isArray(list)) for (const one of list as readonly OptionValue[]) add(b, at, one);
    else add(b, at, list);
  };
const constraint =
  (sql: (b: Builder, table: TablePath, options: Options) => string | undefined) =>
  (b: Builder, table: TablePath, given: OptionValue): void => {
    const options = b.options(given);
    const text = options && sql(b, table, options);
    b.sql.push(`ALTER TABLE ${path(table)} ADD ${text ?? `CONSTRAINT "${placeholder(given)}" CHECK (true)`}`);
  };
const dropConstraint =
  (defaultName: (table: TablePath, options: Options, b: Builder) => string) =>
  (b: Builder, table: TablePath, given: OptionValue): void => {
    const name =
      given instanceof Options && given.get('name') === undefined ? defaultName(table, given, b) : nameOf(b, given);
    b.sql.push(`ALTER TABLE ${path(table)} DROP CONSTRAINT "${name}"`);
  };
const ofColumns =
  (name: (table: TablePath, columns: readonly string[]) => string) =>
  (table: TablePath, options: Options, b: Builder): string =>
    name(table, b.names(options.get('columnNames')));
const ofExpression =
  (name: (table: TablePath, expression: string) => string) =>
  (table: TablePath, options: Options, b: Builder): string =>
    name(table, b.text(options.get('expression')) ?? '');

const createIndex = (b: Builder, table: TablePath, given: OptionValue): void => {
  const options = b.options(given);
  b.sql.push(options ? indexSql(b, table, options) : `CREATE INDEX "${placeholder(given)}" ON ${path(table)} ("id")`);
};
const dropIndex = (b: Builder, table: TablePath, given: OptionValue): void => {
  const unnamed = given instanceof Options && given.get('name') === undefined;
  const name = unnamed
    ? indexName(table, b.names(given.get('columnNames')), b.text(given.get('where')))
    : nameOf(b, given);
  const concurrently = given instanceof Options && b.flag(given.get('isConcurrent')) ? 'CONCURRENTLY ' : '';
  b.sql.push(`DROP INDEX ${concurrently}${path({ ...table, name })}`);
};
const dropColumn = (b: Builder, table: TablePath, given: OptionValue): void => {
  b.sql.push(`ALTER TABLE ${path(table)} DROP COLUMN "${nameOf(b, given)}"`);
  // its key, index and constraints go first, and the enum type behind it
  b.exact = false;
};
const foreignKey = constraint(foreignKeySql);
const unique = constraint(uniqueSql);
const check = constraint(checkSql);
const exclusion = constraint(exclusionSql);
const dropForeignKey = dropConstraint(ofColumns(foreignKeyName));
const dropUnique = dropConstraint(ofColumns(uniqueName));
const dropCheck = dropConstraint(ofExpression(checkName));
const dropExclusion = dropConstraint(ofExpression(exclusionName));
const schemaName = (b: Builder, value: OptionValue): string => {
  const name = b.name(value);
  return name.split('.')[1] ?? name;
};
const viewSql: Translate = (b, [view, sync]) => {
  const options = b.options(view);
  const expression = options && b.text(options.get('expression'));
  const materialized = options !== undefined && b.flag(options.get('materialized'));
  b.sql.push(
    `CREATE ${materialized ? 'MATERIALIZED ' : ''}VIEW ${path(b.table(view))} AS ${expression ?? 'SELECT 1 AS id'}`,
  );
  // and a row of typeorm_metadata
  if (sync !== undefined && sync !== false) b.exact = false;
};

const CALLS: Readonly<Record<string, Translate>> = {
  createDatabase: (b, [name, guard]) => {
    // with the option it asks first
    if (!b.flag(guard)) b.sql.push(`CREATE DATABASE "${b.name(name)}"`);
  },
  dropDatabase: (b, [name, guard]) =>
    void b.sql.push(`DROP DATABASE ${b.flag(guard) ? 'IF EXISTS ' : ''}"${b.name(name)}"`),
  createSchema: (b, [name, guard]) =>
    void b.sql.push(`CREATE SCHEMA ${b.flag(guard) ? 'IF NOT EXISTS ' : ''}"${schemaName(b, name)}"`),
  dropSchema: (b, [name, guard, cascade]) =>
    void b.sql.push(
      `DROP SCHEMA ${b.flag(guard) ? 'IF EXISTS ' : ''}"${schemaName(b, name)}"${b.flag(cascade) ? ' CASCADE' : ''}`,
    ),
  createTable: (b, [table, guard, foreignKeys, indices]) =>
    createTable(b, table, b.flag(guard), foreignKeys !== false, indices !== false),
  dropTable: (b, [table, guard]) => {
    b.sql.push(`DROP TABLE ${b.flag(guard) ? 'IF EXISTS ' : ''}${path(b.table(table))}`);
    // indexes and foreign keys go first
    b.exact = false;
  },
  createView: viewSql,
  dropView: (b, [view]) => {
    b.sql.push(`DROP VIEW ${path(b.table(view))}`);
    b.exact = false;
  },
  renameTable: (b, [from, to]) => {
    b.sql.push(`ALTER TABLE ${path(b.table(from))} RENAME TO "${b.name(to)}"`);
    // and keys, indexes, sequences and types whose names have the table's in them
    b.exact = false;
  },
  addColumn: (b, [table, column]) => addColumn(b, b.table(table), column),
  addColumns: each(addColumn),
  renameColumn: (b, [table, from, to]) => {
    b.sql.push(`ALTER TABLE ${path(b.table(table))} RENAME COLUMN "${nameOf(b, from)}" TO "${nameOf(b, to)}"`);
    b.exact = false;
  },
  dropColumn: (b, [table, column]) => dropColumn(b, b.table(table), column),
  dropColumns: each(dropColumn),
  createPrimaryKey: (b, [table, columns, name]) => {
    const at = b.table(table);
    const names = b.names(columns);
    const key = name === undefined ? primaryKeyName(at, names) : b.name(name);
    b.sql.push(`ALTER TABLE ${path(at)} ADD CONSTRAINT "${key}" PRIMARY KEY (${names.map(quoted).join(', ')})`);
  },
  createUniqueConstraint: each(unique),
  createUniqueConstraints: each(unique),
  dropUniqueConstraint: each(dropUnique),
  dropUniqueConstraints: each(dropUnique),
  createCheckConstraint: each(check),
  createCheckConstraints: each(check),
  dropCheckConstraint: each(dropCheck),
  dropCheckConstraints: each(dropCheck),
  createExclusionConstraint: each(exclusion),
  createExclusionConstraints: each(exclusion),
  dropExclusionConstraint: each(dropExclusion),
  dropExclusionConstraints: each(dropExclusion),
  createForeignKey: each(foreignKey),
  createForeignKeys: each(foreignKey),
  dropForeignKey: each(dropForeignKey),
  dropForeignKeys: each(dropForeignKey),
  createIndex: each(createIndex),
  createIndices: each(createIndex),
  createViewIndex: each(createIndex),
  createViewIndices: each(createIndex),
  dropIndex: each(dropIndex),
  dropIndices: each(dropIndex),
  dropViewIndex: each(dropIndex),
  clearTable: (b, [table]) => void b.sql.push(`TRUNCATE TABLE ${path(b.table(table))}`),
  changeTableComment: (b, [table, text]) => {
    const value = b.text(text);
    b.sql.push(`COMMENT ON TABLE ${path(b.table(table))} IS ${value ? literal(value) : 'NULL'}`);
  },
};

/**
 * @param method of the query runner
 * @returns undefined where nobody can say what it sends without looking at the database
 */
export function typeormSql(method: string, args: readonly OptionValue[]): Sent | undefined {
  const translate = Object.hasOwn(CALLS, method) ? CALLS[method] : undefined;
  if (!translate) return undefined;
  const b = new Builder();
  translate(b, args);
  return { sql: b.sql, exact: b.exact };
}

/** The name that TypeORM gives to an index or constraint that has none; undefined where it has one or nobody knows. */
export function typeormNames(method: string, [given, what]: readonly [OptionValue, OptionValue]): string | undefined {
  if (!(what instanceof Options) || what.get('name') !== undefined) return undefined;
  const b = new Builder();
  const table = b.table(given);
  const columns = (): string[] => b.names(what.get('columnNames'));
  const expression = (): string => b.name(what.get('expression'));
  const kind = method.replace(/^(?:create|drop)/, '');
  let name: string | undefined;
  if (/^Ind(?:ex|ices)$/.test(kind)) name = indexName(table, columns(), b.text(what.get('where')));
  else if (/^ForeignKeys?$/.test(kind)) name = foreignKeyName(table, columns());
  else if (/^UniqueConstraints?$/.test(kind)) name = uniqueName(table, columns());
  else if (/^CheckConstraints?$/.test(kind)) name = checkName(table, expression());
  else if (/^ExclusionConstraints?$/.test(kind)) name = exclusionName(table, expression());
  return b.exact ? name : undefined;
}
