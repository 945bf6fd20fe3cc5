/**
 * The SQL that Sequelize 6 sends to PostgreSQL for the calls of its query interface. It follows Sequelize's own generator
 * step by step, since the generator works on text: a `COMMENT` in a default ends up as a comment there, too.
 */
import { isUnknown, ObjectValue, Reference, UnknownValue, type Value } from '../value.ts';
import { translated, Untold, type Translation } from './translation.ts';

type Translate = (sql: Generator, args: readonly Value[]) => string | readonly string[];

/** The statements of a call; undefined where not even the names are known, an empty list where it only reads. */
export function sequelizeSql(method: string, args: readonly Value[]): Translation | undefined {
  const translate = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (!translate) return undefined;
  const sql = new Generator();
  if (args.some((arg) => isVariable(arg) || (arg instanceof ObjectValue && arg.open))) sql.exact = false;
  return translated(sql, () => translate(sql, args));
}

/** Whether the query interface has such a method, and its SQL is known. */
export const isSequelizeCall = (method: string): boolean => Object.hasOwn(methods, method) || UNTOLD.test(method);

/** What they send depends on models, or on what is there. */
const UNTOLD = /^(?:dropAll(?:Enums|Schemas|Tables)|insert|update|delete|upsert|increment|decrement)$/;

const methods: Record<string, Translate> = {
  createSchema: (sql, [schema]) => `CREATE SCHEMA IF NOT EXISTS ${sql.id(schema)};`,
  dropSchema: (sql, [schema]) => `DROP SCHEMA IF EXISTS ${sql.id(schema)} CASCADE;`,
  createDatabase: (sql, [name, options]) => {
    if (options !== undefined) sql.exact = false;
    return `CREATE DATABASE ${sql.table(name)};`;
  },
  dropDatabase: (sql, [name]) => `DROP DATABASE IF EXISTS ${sql.table(name)};`,
  createTable: (sql, [table, attributes, options]) => sql.createTable(table, attributes, options),
  dropTable: (sql, [table, options]) =>
    `DROP TABLE IF EXISTS ${sql.table(table)}${sql.truth(get(options, 'cascade')) || sql.truth(get(options, 'force')) ? ' CASCADE' : ''};`,
  renameTable: (sql, [before, after]) => `ALTER TABLE ${sql.table(before)} RENAME TO ${sql.table(after)};`,
  addColumn: (sql, [table, key, attribute]) => sql.addColumn(table, name(key), attribute),
  removeColumn: (sql, [table, column]) => `ALTER TABLE ${sql.inPublic(table)} DROP COLUMN ${sql.id(column)};`,
  changeColumn: (sql, [table, key, attribute]) => sql.changeColumn(table, name(key), attribute),
  renameColumn: (sql, [table, before, after]) =>
    `ALTER TABLE ${sql.table(table)} RENAME COLUMN ${sql.id(before)} TO ${sql.id(after)};`,
  addIndex: (sql, args) => sql.addIndex(args),
  removeIndex: (sql, [table, index, options]) => {
    const named = Array.isArray(index)
      ? underscore(`${asText(table)}_${(index as Value[]).map(name).join('_')}`)
      : name(index);
    return `DROP INDEX ${sql.truth(get(options, 'concurrently')) ? 'CONCURRENTLY ' : ''}IF EXISTS ${ids(named)}`;
  },
  addConstraint: (sql, [table, options]) => sql.addConstraint(table, options),
  removeConstraint: (sql, [table, constraint]) =>
    `ALTER TABLE ${sql.dotted(table)} DROP CONSTRAINT ${ids(name(constraint))}`,
  bulkInsert: (sql, [table, rows, options]) => sql.bulkInsert(table, rows, options),
  bulkUpdate: (sql, [table, values, where]) => {
    if (!(values instanceof ObjectValue) || values.open) throw new Untold();
    const set = values.entries.map(([key, value]) => `${sql.id(key)}=${sql.value(value)}`);
    if (set.length === 0) return [];
    return `UPDATE ${sql.table(table)} SET ${set.join(',')}${sql.where(where)}`;
  },
  bulkDelete: (sql, [table, where, options]) => {
    if (sql.truth(get(options, 'truncate'))) {
      const restart = sql.truth(get(options, 'restartIdentity')) ? ' RESTART IDENTITY' : '';
      return `TRUNCATE ${sql.table(table)}${restart}${sql.truth(get(options, 'cascade')) ? ' CASCADE' : ''}`;
    }
    return `DELETE FROM ${sql.table(table)}${sql.where(where)}`;
  },
  createFunction: (sql, args) => sql.createFunction(args),
  dropFunction: (_, [fn, params]) => `DROP FUNCTION ${name(fn)}(${paramList(params)}) RESTRICT;`,
  renameFunction: (_, [fn, params, to]) => `ALTER FUNCTION ${name(fn)}(${paramList(params)}) RENAME TO ${name(to)};`,
  createTrigger: (sql, args) => sql.createTrigger(args),
  dropTrigger: (sql, [table, trigger]) => `DROP TRIGGER ${sql.id(trigger)} ON ${sql.table(table)} RESTRICT;`,
  renameTrigger: (sql, [table, before, after]) =>
    `ALTER TRIGGER ${sql.id(before)} ON ${sql.table(table)} RENAME TO ${sql.id(after)};`,
  dropEnum: (_, [type]) => `DROP TYPE IF EXISTS ${id(name(type))};`,
  ...Object.fromEntries(
    [
      'databaseVersion',
      'describeTable',
      'getForeignKeyReferencesForTable',
      'getForeignKeysForTables',
      'pgListEnums',
      'quoteIdentifier',
      'quoteIdentifiers',
      'rawSelect',
      'select',
      'showAllSchemas',
      'showAllTables',
      'showConstraint',
      'showIndex',
      'tableExists',
    ].map((method): [string, Translate] => [method, () => []]),
  ),
};

class Generator {
  exact = true;

  /** A quoted name. */
  id(value: Value): string {
    return id(name(value));
  }

  /** `quoteTable`: a dot in a string is a part of the name. */
  table(value: Value): string {
    const { schema, table } = details(value);
    return schema === undefined ? id(table) : `${id(schema)}.${id(table)}`;
  }

  /** `quoteIdentifiers`: a dot in a string divides schema and table. */
  dotted(value: Value): string {
    return typeof value === 'string' ? ids(value) : this.table(value);
  }

  /** `extractTableDetails`: in `public` where no schema is given. */
  inPublic(value: Value): string {
    const { schema, table } = details(value);
    return `${id(schema ?? 'public')}.${id(table)}`;
  }

  /** A value without a column's type, as `SqlString.escape` writes it. */
  value(value: Value): string {
    switch (typeof value) {
      case 'string':
        return quoted(value.replaceAll('\0', '\\0'));
      case 'undefined':
        return 'NULL';
      case 'number':
      case 'bigint':
      case 'boolean':
        return String(value);
      default:
    }
    if (value === null) return 'NULL';
    if (value instanceof Reference) return this.method(value) ?? this.unknown();
    if (Array.isArray(value)) return `ARRAY[${(value as Value[]).map((one) => this.value(one)).join(',')}]`;
    return this.unknown();
  }

  unknown(): string {
    this.exact = false;
    return '$1';
  }

  /** `Sequelize.literal`, `fn`, `col` and `cast`. */
  method(ref: Reference): string | undefined {
    const { name: called, args } = ref.last;
    if (args === undefined) return undefined;
    const [first, ...rest] = args;
    switch (called) {
      case 'literal':
        return typeof first === 'string' ? first : this.unknown();
      case 'fn': {
        if (typeof first !== 'string') return this.unknown();
        return `${first}(${rest.map((arg) => (arg instanceof ObjectValue ? this.unknown() : this.value(arg))).join(', ')})`;
      }
      case 'col':
        return typeof first === 'string' ? (first.startsWith('*') ? '*' : ids(first)) : this.unknown();
      case 'cast':
        if (typeof rest[0] !== 'string' || first instanceof ObjectValue) return this.unknown();
        return `CAST(${this.value(first)} AS ${rest[0].toUpperCase()})`;
      default:
        return undefined;
    }
  }

  // ---- types and columns

  /** A type of Sequelize, or SQL. */
  type(value: Value): Type {
    if (typeof value === 'string') return { key: '', sql: value };
    if (value instanceof Reference) {
      const type = this.refType(value);
      if (type) return type;
    }
    this.exact = false;
    return { key: '', sql: 'text' };
  }

  private refType(ref: Reference): Type | undefined {
    const at = ref.links.findLastIndex(({ name: link }) => Object.hasOwn(types, link));
    const link = ref.links[at];
    if (!link) return undefined;
    const after = new Set(ref.links.slice(at + 1).map(({ name: option }) => option));
    return types[link.name]!(this, link.args ?? [], after);
  }

  private defaultValue(value: Value, type: Type): string {
    if (value instanceof UnknownValue) return this.unknown();
    if (value instanceof Reference) {
      const sql = this.method(value);
      return sql ?? this.unknown();
    }
    return type.stringify ? type.stringify(this, value) : this.value(value);
  }

  /** `normalizeAttribute` and `attributeToSQL`. */
  private attribute(
    given: Value,
    context: 'createTable' | 'addColumn' | 'changeColumn',
    place: Value,
    key: string,
  ): Attribute {
    let attribute = given;
    if (!(attribute instanceof ObjectValue)) attribute = new ObjectValue([['type', given]]);
    if (attribute.open) this.exact = false;
    const type = this.type(attribute.get('type'));
    const values = attribute.get('values') ?? type.values;
    let sql = type.sql;
    let labels: string[] | undefined;
    if (type.key === 'ENUM' || type.element?.key === 'ENUM') {
      if (!Array.isArray(values) || values.length === 0 || values.some((label) => typeof label !== 'string'))
        this.exact = false;
      labels = Array.isArray(values)
        ? (values as Value[]).map((label) => (isUnknown(label) ? quoted(label.placeholder) : this.value(label)))
        : [quoted(isUnknown(values) ? values.placeholder : '')];
      sql = `ENUM(${labels.join(', ')})${type.element ? '[]' : ''}`;
    }
    if (attribute.has('allowNull') && !this.truth(attribute.get('allowNull'), true)) sql += ' NOT NULL';
    if (this.truth(attribute.get('autoIncrement'))) {
      sql += this.truth(attribute.get('autoIncrementIdentity')) ? ' GENERATED BY DEFAULT AS IDENTITY' : ' SERIAL';
    }
    const byDefault = attribute.get('defaultValue');
    if (byDefault !== undefined && !madeInJavaScript(byDefault))
      sql += ` DEFAULT ${this.defaultValue(byDefault, type)}`;
    if (attribute.get('unique') === true) sql += ' UNIQUE';
    if (this.truth(attribute.get('primaryKey'))) sql += ' PRIMARY KEY';
    const references = attribute.get('references');
    if (references !== undefined && references !== null) sql += this.references(references, attribute, place);
    const comment = attribute.get('comment');
    if (typeof comment === 'string' && comment !== '') {
      sql +=
        context === 'createTable'
          ? ` COMMENT ${comment}`
          : `; COMMENT ON COLUMN ${this.table(place)}.${id(key)} IS ${this.value(comment)}`;
    } else if (isUnknown(comment)) {
      this.exact = false;
    }
    return { sql, labels };
  }

  private references(references: Value, attribute: ObjectValue, place: Value): string {
    if (!(references instanceof ObjectValue)) throw new Untold();
    const model = references.get('model');
    let target: string;
    const schema = place instanceof ObjectValue && !place.open ? place.get('schema') : undefined;
    if (typeof model === 'string') {
      target = typeof schema === 'string' ? `${id(schema)}.${id(model)}` : id(model);
    } else if (model instanceof ObjectValue) target = this.table(model);
    else throw new Untold();
    const key = references.get('key');
    let sql = ` REFERENCES ${target} (${key === undefined ? id('id') : ids(name(key))})`;
    for (const [option, words] of [
      ['onDelete', 'ON DELETE'],
      ['onUpdate', 'ON UPDATE'],
    ] as const) {
      const action = attribute.get(option);
      if (typeof action === 'string' && action !== '') sql += ` ${words} ${action.toUpperCase()}`;
      else if (isUnknown(action)) this.exact = false;
    }
    const deferrable = references.get('deferrable');
    if (deferrable !== undefined) sql += ` ${this.deferrable(deferrable)}`;
    return sql;
  }

  private deferrable(value: Value): string {
    const option = value instanceof Reference ? value.last.name : '';
    const known: Record<string, string> = {
      INITIALLY_DEFERRED: 'DEFERRABLE INITIALLY DEFERRED',
      INITIALLY_IMMEDIATE: 'DEFERRABLE INITIALLY IMMEDIATE',
      NOT: 'NOT DEFERRABLE',
    };
    if (!Object.hasOwn(known, option)) {
      this.exact = false;
      return '';
    }
    return known[option]!;
  }

  truth(value: Value, unknown = false): boolean {
    if (isUnknown(value)) {
      this.exact = false;
      return unknown;
    }
    return truthy(value);
  }

  /** `pgEnum`: a type that is there is left as it is, whatever its values are. */
  private createEnum(place: Value, column: string, labels: readonly string[], withSchema = true): string {
    const body = `BEGIN CREATE TYPE ${this.enumName(place, column, withSchema)} AS ENUM(${labels.join(', ')}); EXCEPTION WHEN duplicate_object THEN null; END`;
    return `DO ${quoted(body)};`;
  }

  private enumName(place: Value, column: string, withSchema = true): string {
    const { schema, table } = details(place);
    const type = id(`enum_${table}_${column}`);
    return withSchema ? `${id(schema ?? 'public')}.${type}` : type;
  }

  /** `dataTypeMapping`. */
  private mapped(place: Value, column: string, definition: string): string {
    let sql = definition.replace('PRIMARY KEY', '');
    if (sql.includes('SERIAL')) {
      if (sql.includes('BIGINT')) sql = sql.replace('SERIAL', 'BIGSERIAL').replace('BIGINT', '');
      else if (sql.includes('SMALLINT')) sql = sql.replace('SERIAL', 'SMALLSERIAL').replace('SMALLINT', '');
      else sql = sql.replace('INTEGER', '');
      sql = sql.replace('NOT NULL', '');
    }
    return sql.startsWith('ENUM(') ? sql.replace(/^ENUM\(.+\)/s, () => this.enumName(place, column)) : sql;
  }

  createTable(given: Value, attributes: Value, options: Value): string[] {
    if (!(attributes instanceof ObjectValue) || attributes.open) throw new Untold();
    if (options instanceof UnknownValue || (options instanceof ObjectValue && options.open)) this.exact = false;
    let place = given;
    const schema = get(options, 'schema');
    if (details(place).schema === undefined && typeof schema === 'string' && schema !== '') {
      place = new ObjectValue([
        ['tableName', details(place).table],
        ['schema', schema],
      ]);
    } else if (isUnknown(schema)) throw new Untold();
    const table = this.table(place);
    const enums: string[] = [];
    const columns: string[] = [];
    const keys: string[] = [];
    let comments = '';
    for (const [key, given] of attributes.entries) {
      const field = given instanceof ObjectValue ? given.get('field') : undefined;
      const column = field === undefined ? name(key) : name(field);
      const { sql, labels } = this.attribute(given, 'createTable', place, column);
      if (labels) enums.push(this.createEnum(place, column, labels));
      let definition = sql;
      const at = definition.indexOf('COMMENT ');
      if (at >= 0) {
        comments += `; COMMENT ON COLUMN ${table}.${id(column)} IS ${this.value(definition.slice(at + 8))}`;
        definition = definition.slice(0, at);
      }
      if (definition.includes('PRIMARY KEY')) keys.push(id(column));
      columns.push(`${id(column)} ${this.mapped(place, column, definition)}`);
    }
    const unique = get(options, 'uniqueKeys');
    if (unique instanceof ObjectValue) {
      if (unique.open) this.exact = false;
      for (const [, key] of unique.entries) {
        const fields = get(key, 'fields');
        if (get(key, 'customIndex') === false) continue;
        if (!Array.isArray(fields)) throw new Untold();
        columns.push(`UNIQUE (${(fields as Value[]).map((field) => this.id(field)).join(', ')})`);
      }
    }
    if (keys.length > 0) columns.push(`PRIMARY KEY (${keys.join(',')})`);
    const comment = get(options, 'comment');
    const onTable =
      typeof comment === 'string' && comment !== '' ? `; COMMENT ON TABLE ${table} IS ${this.value(comment)}` : '';
    return [...enums, `CREATE TABLE IF NOT EXISTS ${table} (${columns.join(', ')})${onTable}${comments};`];
  }

  addColumn(place: Value, column: string, given: Value): string {
    if (given === undefined) throw new Untold();
    const { sql, labels } = this.attribute(given, 'addColumn', place, column);
    const add = `ALTER TABLE ${this.inPublic(place)} ADD COLUMN ${id(column)} ${this.mapped(place, column, sql)};`;
    return labels ? this.createEnum(place, column, labels) + add : add;
  }

  changeColumn(place: Value, key: string, given: Value): string {
    const field = given instanceof ObjectValue ? given.get('field') : undefined;
    const column = field === undefined ? key : name(field);
    if (given instanceof ObjectValue && given.get('type') === undefined) throw new Untold();
    const { sql, labels } = this.attribute(given, 'changeColumn', place, column);
    const alter = (action: string): string => `ALTER TABLE ${this.table(place)} ALTER COLUMN ${action};`;
    const plain = (action: string): string => alter(action).replace('ALTER COLUMN', '');
    const quotedColumn = id(column);
    let definition = this.mapped(place, column, sql);
    const out: string[] = [];
    if (definition.includes('NOT NULL')) {
      out.push(alter(`${quotedColumn} SET NOT NULL`));
      definition = definition.replace('NOT NULL', '').trim();
    } else if (!definition.includes('REFERENCES')) out.push(alter(`${quotedColumn} DROP NOT NULL`));
    const byDefault = /DEFAULT ([^;]+)/.exec(definition);
    if (definition.includes('DEFAULT')) {
      if (!byDefault) throw new Untold();
      out.push(alter(`${quotedColumn} SET DEFAULT ${byDefault[1]}`));
      definition = definition.replace(/(DEFAULT[^;]+)/, '').trim();
    } else if (!definition.includes('REFERENCES')) out.push(alter(`${quotedColumn} DROP DEFAULT`));
    if (labels && sql.startsWith('ENUM(')) {
      out.push(this.createEnum(place, column, labels));
      definition += ` USING (${quotedColumn}::${this.enumName(place, column)})`;
    }
    if (/UNIQUE;*$/.test(definition)) {
      definition = definition.replace(/UNIQUE;*$/, '');
      out.push(plain(`ADD UNIQUE (${quotedColumn})`));
    }
    if (definition.includes('REFERENCES')) {
      definition = definition.replace(/.+?(?=REFERENCES)/, '');
      out.push(plain(`ADD FOREIGN KEY (${quotedColumn}) ${definition}`));
    } else out.push(alter(`${quotedColumn} TYPE ${definition}`));
    return out.join('\n');
  }

  // ---- indexes and constraints

  addIndex(args: readonly Value[]): string {
    const [table, second, third, fourth] = args;
    const list = Array.isArray(second);
    const options = list ? third : second;
    const rawTable = (list ? fourth : third) ?? table;
    // the name may be in there
    if (options !== undefined && options !== null && !(options instanceof ObjectValue)) throw new Untold();
    if (options instanceof ObjectValue && options.open && !options.has('name')) throw new Untold();
    const fields = list ? second : get(options, 'fields');
    if (!Array.isArray(fields)) throw new Untold();
    const names: string[] = [];
    const operator = get(options, 'operator');
    const columns = (fields as Value[]).map((field) => {
      if (field instanceof Reference) {
        names.push('');
        return this.method(field) ?? this.opaque();
      }
      if (typeof field === 'string') {
        names.push(field);
        return id(field) + (typeof operator === 'string' ? ` ${operator}` : '');
      }
      if (!(field instanceof ObjectValue)) return this.opaque();
      const column = name(field.get('attribute') ?? field.get('name'));
      names.push(column);
      const collate = field.get('collate');
      const own = field.get('operator') ?? operator;
      const order = field.get('order');
      return [
        id(column),
        typeof collate === 'string' ? `COLLATE ${id(collate)}` : '',
        typeof own === 'string' ? own : '',
        typeof order === 'string' ? order : '',
      ]
        .filter((part) => part !== '')
        .join(' ');
    });
    const given = get(options, 'name');
    const prefix = get(options, 'prefix') ?? rawTable;
    const index =
      given !== undefined && given !== null && given !== ''
        ? name(given)
        : underscore(
            `${typeof prefix === 'string' ? prefix.replace(/\./g, '_').replace(/("|')/g, '') : details(prefix).table}_${names.join('_')}`,
          );
    const type = get(options, 'type');
    const unique = this.truth(get(options, 'unique')) || (typeof type === 'string' && type.toLowerCase() === 'unique');
    const using = get(options, 'using');
    const where = get(options, 'where');
    if ([type, using].some((option) => isUnknown(option))) this.exact = false;
    return [
      'CREATE',
      unique ? 'UNIQUE' : '',
      'INDEX',
      this.truth(get(options, 'concurrently')) ? 'CONCURRENTLY' : '',
      ids(index),
      `ON ${this.dotted(table)}`,
      typeof using === 'string' ? `USING ${using}` : '',
      `(${columns.join(', ')})`,
      this.where(where).trim(),
    ]
      .filter((part) => part !== '')
      .join(' ');
  }

  private opaque(): never {
    throw new Untold();
  }

  addConstraint(place: Value, options: Value): string {
    if (!(options instanceof ObjectValue) || options.open) throw new Untold();
    const table = this.dotted(place);
    const given = options.get('fields');
    const type = options.get('type');
    if (!Array.isArray(given) || typeof type !== 'string') throw new Untold();
    const fields = (given as Value[]).map((field) => {
      if (typeof field === 'string') return id(field);
      if (field instanceof Reference) return this.method(field) ?? this.opaque();
      return this.id(get(field, 'attribute') ?? get(field, 'name'));
    });
    const named = options.get('name');
    const constraint = (ending: string): string =>
      id(named === undefined || named === '' ? `${table}_${fields.join('_')}_${ending}` : name(named));
    const list = fields.join(', ');
    let body: string;
    switch (type.toUpperCase()) {
      case 'UNIQUE':
        body = `CONSTRAINT ${constraint('uk')} UNIQUE (${list})`;
        break;
      case 'CHECK':
        body = `CONSTRAINT ${constraint('ck')} CHECK (${this.condition(options.get('where'))})`;
        break;
      case 'PRIMARY KEY':
        body = `CONSTRAINT ${constraint('pk')} PRIMARY KEY (${list})`;
        break;
      case 'FOREIGN KEY': {
        const references = options.get('references');
        const target = get(references, 'table');
        const field = get(references, 'field');
        const columns = field === undefined ? get(references, 'fields') : [field];
        if (target === undefined || !Array.isArray(columns)) throw new Untold();
        body =
          `CONSTRAINT ${constraint(`${asText(target)}_fk`)} FOREIGN KEY (${list})` +
          ` REFERENCES ${this.table(target)} (${(columns as Value[]).map((column) => this.id(column)).join(', ')})`;
        for (const [option, words] of [
          ['onUpdate', 'ON UPDATE'],
          ['onDelete', 'ON DELETE'],
        ] as const) {
          const action = options.get(option);
          if (typeof action === 'string' && action !== '') body += ` ${words} ${action.toUpperCase()}`;
          else if (isUnknown(action)) this.exact = false;
        }
        break;
      }
      default:
        throw new Untold();
    }
    const deferrable = options.get('deferrable');
    if (deferrable !== undefined && type.toUpperCase() !== 'CHECK') body += ` ${this.deferrable(deferrable)}`;
    return `ALTER TABLE ${table} ADD ${body};`;
  }

  // ---- rows

  bulkInsert(table: Value, rows: Value, options: Value): string {
    if (!Array.isArray(rows) || rows.length === 0) throw new Untold();
    const columns: string[] = [];
    for (const row of rows as Value[]) {
      if (!(row instanceof ObjectValue) || row.open) throw new Untold();
      for (const [key] of row.entries) if (!columns.includes(name(key))) columns.push(name(key));
    }
    if (options instanceof UnknownValue || (options instanceof ObjectValue && options.open)) this.exact = false;
    const tuples = (rows as ObjectValue[]).map(
      (row) => `(${columns.map((column) => this.value(row.get(column))).join(',')})`,
    );
    let conflict = '';
    const update = get(options, 'updateOnDuplicate');
    if (Array.isArray(update)) {
      const keys = get(options, 'upsertKeys');
      if (!Array.isArray(keys) || get(options, 'conflictWhere') !== undefined) throw new Untold();
      const set = (update as Value[]).map((column) => `${this.id(column)}=EXCLUDED.${this.id(column)}`);
      conflict = ` ON CONFLICT (${(keys as Value[]).map((key) => this.id(key)).join(',')}) DO UPDATE SET ${set.join(',')}`;
    }
    if (this.truth(get(options, 'ignoreDuplicates'))) conflict += ' ON CONFLICT DO NOTHING';
    const returning = get(options, 'returning');
    if (returning !== undefined && returning !== true && returning !== false) this.exact = false;
    return `INSERT INTO ${this.table(table)} (${columns.map(id).join(',')}) VALUES ${tuples.join(',')}${conflict}${returning === true ? ' RETURNING *' : ''};`;
  }

  /** ` WHERE …`, or nothing where there is no condition. */
  where(where: Value): string {
    if (
      where === undefined ||
      where === null ||
      (where instanceof ObjectValue && !where.open && where.entries.length === 0)
    )
      return '';
    return ` WHERE ${this.condition(where)}`;
  }

  private condition(where: Value, binding = ' AND '): string {
    if (where instanceof Reference) return this.method(where) ?? this.unknown();
    if (!(where instanceof ObjectValue) || where.open) return this.unknown();
    // operators come after the names: they are symbols. Sequelize puts them first.
    const entries = [...where.entries].sort(
      ([a], [b]) => Number(a instanceof Reference ? 0 : 1) - Number(b instanceof Reference ? 0 : 1),
    );
    return entries.map(([key, value]) => this.item(key, value)).join(binding);
  }

  private item(key: string | Reference, value: Value): string {
    if (key instanceof Reference) {
      const operator = key.last.name;
      if (operator === 'and' || operator === 'or') {
        const binding = operator === 'and' ? ' AND ' : ' OR ';
        if (!Array.isArray(value)) return `(${this.condition(value, binding)})`;
        const items = (value as Value[]).map((one) => {
          const sql = this.condition(one);
          return one instanceof ObjectValue && one.entries.length > 1 ? `(${sql})` : sql;
        });
        return `(${items.join(binding)})`;
      }
      return this.unknown();
    }
    const column = id(key);
    if (value === null) return `${column} IS NULL`;
    if (value instanceof Reference) {
      // `{ a: literal('b > 1') }` is only the literal
      const sql = this.method(value);
      if (sql === undefined) return `${column} = ${this.unknown()}`;
      return value.last.name === 'fn' ? `${column} = ${sql}` : sql;
    }
    if (Array.isArray(value)) return this.compare(column, 'in', value);
    if (value instanceof ObjectValue) {
      if (
        value.open ||
        value.entries.length === 0 ||
        value.entries.some(([operator]) => !(operator instanceof Reference))
      ) {
        return `${column} = ${this.unknown()}`;
      }
      const items = value.entries.map(([operator, operand]) =>
        this.compare(column, (operator as Reference).last.name, operand),
      );
      return items.length > 1 ? `(${items.join(' AND ')})` : items[0]!;
    }
    return `${column} = ${this.value(value)}`;
  }

  private compare(column: string, given: string, operand: Value): string {
    let operator = given;
    if (operator === 'not') {
      if (Array.isArray(operand)) operator = 'notIn';
      else if (operand !== null && typeof operand !== 'boolean') operator = 'ne';
    }
    const word = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (word === undefined) return `${column} = ${this.unknown()}`;
    if (operator === 'in' || operator === 'notIn') {
      if (!Array.isArray(operand)) return `${column} ${word} (${this.unknown()})`;
      if (operand.length === 0) return operator === 'in' ? `${column} IN (NULL)` : 'true';
      return `${column} ${word} (${(operand as Value[]).map((one) => this.value(one)).join(', ')})`;
    }
    if (operator === 'between' || operator === 'notBetween') {
      if (!Array.isArray(operand)) return `${column} = ${this.unknown()}`;
      const [from, to] = operand as Value[];
      return `${column} ${word} ${this.value(from)} AND ${this.value(to)}`;
    }
    if (operator === 'startsWith' || operator === 'endsWith' || operator === 'substring') {
      if (typeof operand !== 'string') return `${column} = ${this.unknown()}`;
      const pattern = `${operator === 'startsWith' ? '' : '%'}${operand}${operator === 'endsWith' ? '' : '%'}`;
      return `${column} LIKE ${this.value(pattern)}`;
    }
    if (operand === null && operator === 'eq') return `${column} IS NULL`;
    if (operand === null && operator === 'ne') return `${column} IS NOT NULL`;
    return `${column} ${word} ${this.value(operand)}`;
  }

  // ---- functions and triggers

  createFunction([fn, params, returns, language, body, optionsArray, options]: readonly Value[]): string {
    if (typeof body !== 'string') throw new Untold();
    const variables = get(options, 'variables');
    const declared = Array.isArray(variables)
      ? (variables as Value[]).map((variable) => {
          const byDefault = get(variable, 'default');
          const start = typeof byDefault === 'string' || typeof byDefault === 'number' ? ` := ${byDefault}` : '';
          return `DECLARE ${name(get(variable, 'name'))} ${name(get(variable, 'type'))}${start};`;
        })
      : [];
    const ending = Array.isArray(optionsArray) ? (optionsArray as Value[]).map(name).join(' ') : '';
    const create = this.truth(get(options, 'force')) ? 'CREATE OR REPLACE FUNCTION' : 'CREATE FUNCTION';
    return (
      `${create} ${name(fn)}(${paramList(params)}) RETURNS ${name(returns)} AS $func$ ${declared.join(' ')} BEGIN ${body} END; $func$` +
      ` language '${name(language)}'${ending};`
    );
  }

  createTrigger([table, trigger, timing, events, fn, params, options]: readonly Value[]): string {
    const timings: Record<string, string> = {
      after: 'AFTER',
      before: 'BEFORE',
      instead_of: 'INSTEAD OF',
      after_constraint: 'AFTER',
    };
    const when = name(timing);
    if (!Object.hasOwn(timings, when) || !Array.isArray(events)) throw new Untold();
    const list = (events as Value[]).map((event) => name(event).toUpperCase()).join(' OR ');
    const ending = Array.isArray(options) && options.length > 0 ? ` ${(options as Value[]).map(name).join(' ')}` : '';
    return (
      `CREATE ${when === 'after_constraint' ? 'CONSTRAINT ' : ''}TRIGGER ${this.id(trigger)} ${timings[when]} ${list}` +
      ` ON ${this.table(table)}${ending} EXECUTE PROCEDURE ${name(fn)}(${paramList(params)});`
    );
  }
}

const operators: Record<string, string> = {
  eq: '=',
  ne: '!=',
  gte: '>=',
  gt: '>',
  lte: '<=',
  lt: '<',
  not: 'IS NOT',
  is: 'IS',
  in: 'IN',
  notIn: 'NOT IN',
  like: 'LIKE',
  notLike: 'NOT LIKE',
  iLike: 'ILIKE',
  notILike: 'NOT ILIKE',
  startsWith: 'LIKE',
  endsWith: 'LIKE',
  substring: 'LIKE',
  regexp: '~',
  notRegexp: '!~',
  iRegexp: '~*',
  notIRegexp: '!~*',
  between: 'BETWEEN',
  notBetween: 'NOT BETWEEN',
};

interface Attribute {
  readonly sql: string;
  /** Of an enum, quoted. */
  readonly labels: readonly string[] | undefined;
}

interface Type {
  /** Sequelize's name of it. */
  readonly key: string;
  readonly sql: string;
  readonly values?: Value;
  /** Of an array. */
  readonly element?: Type;
  /** How a default of that type is written; as any value where it is not given. */
  readonly stringify?: (sql: Generator, value: Value) => string;
}

type MakeType = (sql: Generator, args: readonly Value[], after: ReadonlySet<string>) => Type;

/** The first argument may be an object with the options. */
function option(args: readonly Value[], at: number, key: string): Value {
  const [first] = args;
  return first instanceof ObjectValue ? first.get(key) : args[at];
}

function text(word: string): MakeType {
  return (sql, args, after) => {
    const length = option(args, 0, 'length');
    if (length instanceof UnknownValue) sql.exact = false;
    const binary = truthy(option(args, 1, 'binary')) || after.has('BINARY');
    if (binary) return { key: word, sql: 'BYTEA', stringify: (s) => s.unknown() };
    const given = typeof length === 'number' || typeof length === 'string' ? length : 0;
    return { key: word, sql: `${word}(${given || 255})` };
  };
}

const plain =
  (sql: string, stringify?: Type['stringify']): MakeType =>
  () => ({ key: sql, sql, ...(stringify && { stringify }) });

/** The value as text: `'1.5'`. */
const asString: Type['stringify'] = (sql, value) =>
  typeof value === 'number' || typeof value === 'string' ? `'${value}'` : sql.unknown();

const json: Type['stringify'] = (sql, value) => {
  const plainValue = toJson(value);
  return plainValue === undefined ? sql.unknown() : sql.value(JSON.stringify(plainValue.json));
};

/** Sequelize writes a moment in a form of its own. */
const date: Type['stringify'] = (sql, value) => {
  sql.exact = false;
  return typeof value === 'string' ? sql.value(value) : sql.unknown();
};

const day: Type['stringify'] = (sql, value) => {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) sql.exact = false;
  return sql.value(value);
};

const number: Type['stringify'] = (sql, value) =>
  sql.value(Array.isArray(value) ? (value as Value[]).join(',') : value);

const unknownDefault: Type['stringify'] = (sql) => sql.unknown();

const ranges: Record<string, string> = {
  INTEGER: 'int4range',
  DECIMAL: 'numrange',
  NUMERIC: 'numrange',
  DATE: 'tstzrange',
  DATEONLY: 'daterange',
  BIGINT: 'int8range',
};

const geometry =
  (key: string): MakeType =>
  (sql, args) => {
    const type = option(args, 0, 'type');
    const srid = option(args, 1, 'srid');
    if (type === undefined) return { key, sql: key, stringify: unknownDefault };
    if (typeof type !== 'string') sql.exact = false;
    return {
      key,
      sql: `${key}(${typeof type === 'string' ? type : 'GEOMETRY'}${typeof srid === 'number' ? `,${srid}` : ''})`,
      stringify: unknownDefault,
    };
  };

const decimal: MakeType = (sql, args) => {
  const sizes = [option(args, 0, 'precision'), option(args, 1, 'scale')];
  if (sizes.some((size) => size instanceof UnknownValue)) sql.exact = false;
  const given = sizes.filter((size) => typeof size === 'number' && size !== 0);
  return { key: 'DECIMAL', sql: given.length > 0 ? `DECIMAL(${given.join(',')})` : 'DECIMAL', stringify: number };
};

const types: Record<string, MakeType> = {
  STRING: text('VARCHAR'),
  CHAR: text('CHAR'),
  TEXT: plain('TEXT'),
  CITEXT: plain('CITEXT'),
  TINYINT: plain('TINYINT', number),
  SMALLINT: plain('SMALLINT', number),
  MEDIUMINT: plain('MEDIUMINT', number),
  INTEGER: plain('INTEGER', number),
  BIGINT: plain('BIGINT', number),
  REAL: plain('REAL', asString),
  DOUBLE: plain('DOUBLE PRECISION', asString),
  'DOUBLE PRECISION': plain('DOUBLE PRECISION', asString),
  FLOAT: (sql, args) => {
    const length = option(args, 0, 'length');
    if (length instanceof UnknownValue) sql.exact = false;
    const alone = typeof length === 'number' && length !== 0 && !truthy(option(args, 1, 'decimals'));
    return { key: 'FLOAT', sql: alone ? `FLOAT(${length})` : 'FLOAT', stringify: asString };
  },
  DECIMAL: decimal,
  NUMERIC: decimal,
  TIME: plain('TIME'),
  DATE: plain('TIMESTAMP WITH TIME ZONE', date),
  DATEONLY: plain('DATE', day),
  BOOLEAN: plain('BOOLEAN'),
  BLOB: plain('BYTEA', unknownDefault),
  UUID: plain('UUID'),
  UUIDV1: plain('UUIDV1'),
  UUIDV4: plain('UUIDV4'),
  NOW: plain('NOW'),
  HSTORE: plain('HSTORE', unknownDefault),
  JSON: plain('JSON', json),
  JSONB: plain('JSONB', json),
  VIRTUAL: plain('VIRTUAL'),
  CIDR: plain('CIDR'),
  INET: plain('INET'),
  MACADDR: plain('MACADDR'),
  TSVECTOR: plain('TSVECTOR'),
  GEOMETRY: geometry('GEOMETRY'),
  GEOGRAPHY: geometry('GEOGRAPHY'),
  RANGE: (sql, args) => {
    const subtype = option(args, 0, 'subtype');
    const key = subtype instanceof Reference ? subtype.last.name : 'INTEGER';
    if (subtype instanceof UnknownValue || !Object.hasOwn(ranges, key)) sql.exact = false;
    return { key: 'RANGE', sql: ranges[key] ?? 'int4range', stringify: unknownDefault };
  },
  ARRAY: (sql, args) => {
    const element = sql.type(option(args, 0, 'type'));
    const type = `${element.sql}[]`;
    return {
      key: 'ARRAY',
      sql: type,
      element,
      ...(element.values !== undefined && { values: element.values }),
      stringify: (s, value) => {
        if (!Array.isArray(value) || element.key === 'ENUM' || element.element) return s.unknown();
        const items = (value as Value[]).map((one) => (element.stringify ? element.stringify(s, one) : s.value(one)));
        return `ARRAY[${items.join(',')}]::${type}`;
      },
    };
  },
  ENUM: (_, args) => {
    const [first] = args;
    const values = first instanceof ObjectValue ? first.get('values') : args.length === 0 ? undefined : args.flat();
    return { key: 'ENUM', sql: 'ENUM', ...(values !== undefined && { values: values }) };
  },
};

function toJson(value: Value): { json: unknown } | undefined {
  if (value === undefined || value instanceof UnknownValue || value instanceof Reference || typeof value === 'bigint')
    return undefined;
  if (Array.isArray(value)) {
    const items = (value as Value[]).map(toJson);
    return items.includes(undefined) ? undefined : { json: items.map((item) => item?.json) };
  }
  if (value instanceof ObjectValue) {
    if (value.open) return undefined;
    const out: Record<string, unknown> = {};
    for (const [key, item] of value.entries) {
      const inner = toJson(item);
      if (typeof key !== 'string' || !inner) return undefined;
      out[key] = inner.json;
    }
    return { json: out };
  }
  return { json: value };
}

/** `NOW`, `UUIDV1`, `UUIDV4`: Sequelize's models give these defaults, the database knows nothing of them. */
const madeInJavaScript = (value: Value): boolean =>
  value instanceof Reference && value.last.args === undefined && /^(NOW|UUIDV1|UUIDV4)$/.test(value.last.name);

/** A name on its own: what it stands for nobody knows. */
const isVariable = (value: Value): boolean =>
  value instanceof UnknownValue ||
  (value instanceof Reference &&
    value.links.length === 1 &&
    !value.last.args &&
    !Object.hasOwn(types, value.last.name));

const truthy = (value: Value): boolean => !isUnknown(value) && Boolean(value);

function get(value: Value, key: string): Value {
  if (value instanceof ObjectValue) return value.get(key);
  return undefined;
}

/** A name that is known. */
function name(value: Value): string {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number') return String(value);
  if (isUnknown(value)) return value.placeholder;
  throw new Untold();
}

/** What JavaScript makes of it in a template. */
function asText(value: Value): string {
  if (value instanceof ObjectValue) return '[object Object]';
  return name(value);
}

function details(value: Value): { schema: string | undefined; table: string } {
  if (value instanceof ObjectValue && !value.open) {
    const schema = value.get('schema');
    return {
      schema: schema === undefined || schema === '' || schema === null ? undefined : name(schema),
      table: name(value.get('tableName')),
    };
  }
  return { schema: undefined, table: name(value) };
}

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** `quoteIdentifier`: quotes in a name are dropped. */
const id = (value: string): string => (value === '*' ? value : `"${value.replaceAll('"', '')}"`);

/** `quoteIdentifiers`: up to the last dot is the schema. */
function ids(value: string): string {
  const parts = value.split('.');
  const tail = parts.pop()!;
  return parts.length === 0 ? id(tail) : `${id(parts.join('->'))}.${id(tail)}`;
}

/** `underscore` of the library `inflection` 1.13, which makes the names of indexes. */
const underscore = (value: string): string =>
  value
    .split('::')
    .map((part) => part.replace(/([ABCDEFGHIJKLMNOPQRSTUVWXYZ])/g, '_$1').replace(/^_/, ''))
    .join('/')
    .toLowerCase();

function paramList(params: Value): string {
  if (!Array.isArray(params)) throw new Untold();
  return (params as Value[])
    .map((param) => {
      const part = (key: string): string => {
        const value = get(param, key);
        return value === undefined ? '' : name(value);
      };
      return [part('direction'), part('name'), name(get(param, 'type'))].filter((word) => word !== '').join(' ');
    })
    .join(', ');
}
