/**
 * The SQL that node-pg-migrate 9 makes of the calls of its migration builder (`pgm`), as its own operations write it.
 */
import { isUnknown, ObjectValue, Reference, UnknownValue, type Value } from '../value.ts';
import { translated, Untold, type Translation } from './translation.ts';

type Operation = (sql: Builder, args: readonly Value[]) => string | readonly string[];

/**
 * The statements of a call; undefined where not even the names are known.
 * @param shorthands the `shorthands` that the migration exports
 */
export function nodePgMigrateSql(
  method: string,
  args: readonly Value[],
  shorthands: Value = undefined,
): Translation | undefined {
  const operation = Object.hasOwn(operations, method) ? operations[method] : undefined;
  if (!operation) return undefined;
  const sql = new Builder(shorthands);
  if (args.some((arg) => isOpen(arg) || (arg instanceof ObjectValue && arg.open))) sql.exact = false;
  return translated(sql, () => operation(sql, args));
}

const createExtension: Operation = (sql, [extensions, options]) => {
  const schema = sql.option(options, 'schema');
  return list(extensions).map(
    (extension) =>
      `CREATE EXTENSION${sql.is(options, 'ifNotExists') ? ' IF NOT EXISTS' : ''} ${sql.id(extension)}${schema ? ` SCHEMA ${sql.id(schema)}` : ''};`,
  );
};
const addColumns: Operation = (sql, [table, columns, options]) => {
  const { lines, comments } = sql.columns(table, columns);
  const add = formatLines(lines, `  ADD ${sql.is(options, 'ifNotExists') ? 'IF NOT EXISTS ' : ''}`);
  return [`ALTER TABLE ${sql.id(table)}\n${add};`, ...comments].join('\n');
};
const dropColumns: Operation = (sql, [table, given, options]) => {
  const columns = given instanceof ObjectValue ? keys(given) : list(given);
  const lines = columns.map(
    (column) => `DROP ${sql.is(options, 'ifExists') ? 'IF EXISTS ' : ''}${sql.id(column)}${sql.cascade(options)}`,
  );
  return `ALTER TABLE ${sql.id(table)}\n${formatLines(lines)};`;
};
const addConstraint: Operation = (sql, [table, constraint, expression]) => {
  if (typeof expression === 'string') {
    const named = constraint ? `CONSTRAINT ${sql.id(constraint)} ` : '';
    return `ALTER TABLE ${sql.id(table)}\n${formatLines([named + expression], '  ADD ')};`;
  }
  const { lines, comments } = sql.constraints(table, expression, constraint);
  if (lines.length === 0) throw new Untold();
  return [`ALTER TABLE ${sql.id(table)}\n${formatLines(lines, '  ADD ')};`, ...comments].join('\n');
};
const createType: Operation = (sql, [type, options]) => {
  if (Array.isArray(options)) {
    return `CREATE TYPE ${sql.id(type)} AS ENUM (${(options as Value[]).map((label) => sql.string(label)).join(', ')});`;
  }
  const attributes = entries(options).map(([key, attribute]) => `${sql.id(key)} ${sql.type(attribute)}`);
  return `CREATE TYPE ${sql.id(type)} AS (\n${attributes.join(',\n')}\n);`;
};
const createIndex: Operation = (sql, [table, columns, options]) => {
  const include = sql.option(options, 'include');
  const nulls = sql.option(options, 'nulls');
  const method = sql.option(options, 'method');
  const where = sql.option(options, 'where');
  return (
    `CREATE${sql.is(options, 'unique') ? ' UNIQUE' : ''} INDEX${sql.is(options, 'concurrently') ? ' CONCURRENTLY' : ''}` +
    `${sql.is(options, 'ifNotExists') ? ' IF NOT EXISTS' : ''} ${sql.indexName(table instanceof ObjectValue ? table.get('name') : table, columns, options)}` +
    ` ON ${sql.id(table)}${method ? ` USING ${text(method)}` : ''} (${list(columns)
      .map((column) => sql.indexColumn(column))
      .join(', ')})` +
    `${
      include
        ? ` INCLUDE (${list(include)
            .map((column) => sql.id(column))
            .join(', ')})`
        : ''
    }` +
    `${nulls ? ` NULLS ${text(nulls).toUpperCase()}` : ''}${where ? ` WHERE ${sql.raw(where)}` : ''};`
  );
};

const operations: Record<string, Operation> = {
  sql: (sql, [statement, args]) => {
    let out = sql.raw(statement);
    if (args instanceof ObjectValue) {
      for (const [key, value] of entries(args)) {
        const put =
          value === undefined
            ? ''
            : typeof value === 'string' || (value instanceof ObjectValue && value.has('name'))
              ? sql.id(value)
              : sql.escape(value);
        out = out.replaceAll(`{${key}}`, () => put);
      }
    } else if (args !== undefined) sql.exact = false;
    return out.endsWith(';') ? out : `${out};`;
  },
  createExtension,
  addExtension: createExtension,
  dropExtension: (sql, [extensions, options]) =>
    list(extensions).map(
      (extension) => `DROP EXTENSION${sql.ifExists(options)} ${sql.id(extension)}${sql.cascade(options)};`,
    ),

  createTable: (sql, [table, columns, options]) => {
    const { lines, comments, primaryKey } = sql.columns(table, columns);
    const given = sql.option(options, 'constraints');
    const cross: [string, Value][] = primaryKey ? [['primaryKey', primaryKey]] : [];
    const constraints = sql.constraints(
      table,
      new ObjectValue([...(given === undefined ? [] : entries(given)), ...cross]),
      '',
    );
    const like = sql.option(options, 'like');
    const definition = [...lines, ...constraints.lines, ...(like ? [sql.like(like)] : [])];
    const inherits = sql.option(options, 'inherits');
    const partition = sql.option(options, 'partition');
    const comment = sql.option(options, 'comment');
    const create =
      `CREATE${sql.is(options, 'temporary') ? ' TEMPORARY' : ''}${sql.is(options, 'unlogged') ? ' UNLOGGED' : ''}` +
      ` TABLE${sql.is(options, 'ifNotExists') ? ' IF NOT EXISTS' : ''} ${sql.id(table)} (\n${formatLines(definition)}\n)` +
      `${inherits ? ` INHERITS (${sql.id(inherits)})` : ''}${partition ? sql.partition(partition) : ''};`;
    return [
      create,
      ...comments,
      ...constraints.comments,
      ...(comment === undefined ? [] : [sql.comment('TABLE', sql.id(table), comment)]),
    ].join('\n');
  },
  dropTable: (sql, [table, options]) => `DROP TABLE${sql.ifExists(options)} ${sql.id(table)}${sql.cascade(options)};`,
  renameTable: (sql, [table, to]) => `ALTER TABLE ${sql.id(table)} RENAME TO ${sql.id(to)};`,
  alterTable: (sql, [table, options]) => {
    const security = sql.option(options, 'levelSecurity');
    const unlogged = sql.option(options, 'unlogged');
    const actions = security ? [`${text(security)} ROW LEVEL SECURITY`] : [];
    if (unlogged === true) actions.push('SET UNLOGGED');
    else if (unlogged === false) actions.push('SET LOGGED');
    if (actions.length === 0) throw new Untold();
    return `ALTER TABLE ${sql.id(table)}\n  ${formatLines(actions)};`;
  },
  addColumns,
  addColumn: addColumns,
  dropColumns,
  dropColumn: dropColumns,
  renameColumn: (sql, [table, column, to]) => `ALTER TABLE ${sql.id(table)} RENAME ${sql.id(column)} TO ${sql.id(to)};`,
  alterColumn: (sql, [table, column, options]) => sql.alterColumn(table, column, options),
  addConstraint,
  createConstraint: addConstraint,
  dropConstraint: (sql, [table, constraint, options]) =>
    `ALTER TABLE${sql.is(options, 'ifTableExists') ? ' IF EXISTS' : ''} ${sql.id(table)} DROP CONSTRAINT${sql.ifExists(options)} ${sql.id(constraint)}${sql.cascade(options)};`,
  renameConstraint: (sql, [table, constraint, to]) =>
    `ALTER TABLE ${sql.id(table)} RENAME CONSTRAINT ${sql.id(constraint)} TO ${sql.id(to)};`,

  createType,
  addType: createType,
  dropType: (sql, [type, options]) => `DROP TYPE${sql.ifExists(options)} ${sql.id(type)}${sql.cascade(options)};`,
  renameType: (sql, [type, to]) => `ALTER TYPE ${sql.id(type)} RENAME TO ${sql.id(to)};`,
  renameTypeAttribute: (sql, [type, attribute, to]) =>
    `ALTER TYPE ${sql.id(type)} RENAME ATTRIBUTE ${sql.id(attribute)} TO ${sql.id(to)};`,
  renameTypeValue: (sql, [type, value, to]) =>
    `ALTER TYPE ${sql.id(type)} RENAME VALUE ${sql.string(value)} TO ${sql.string(to)};`,
  addTypeAttribute: (sql, [type, attribute, definition]) =>
    `ALTER TYPE ${sql.id(type)} ADD ATTRIBUTE ${sql.id(attribute)} ${sql.type(definition)};`,
  dropTypeAttribute: (sql, [type, attribute, options]) =>
    // where node-pg-migrate writes IF EXISTS, PostgreSQL does not take it
    `ALTER TYPE ${sql.id(type)} DROP ATTRIBUTE ${sql.id(attribute)}${sql.ifExists(options)};`,
  setTypeAttribute: (sql, [type, attribute, definition]) =>
    `ALTER TYPE ${sql.id(type)} ALTER ATTRIBUTE ${sql.id(attribute)} SET DATA TYPE ${sql.type(definition)};`,
  addTypeValue: (sql, [type, value, options]) => {
    const before = sql.option(options, 'before');
    const after = sql.option(options, 'after');
    return (
      `ALTER TYPE ${sql.id(type)} ADD VALUE${sql.is(options, 'ifNotExists') ? ' IF NOT EXISTS' : ''} ${sql.string(value)}` +
      `${before ? ` BEFORE ${sql.escape(before)}` : ''}${after ? ` AFTER ${sql.escape(after)}` : ''};`
    );
  },

  createIndex,
  addIndex: createIndex,
  dropIndex: (sql, [table, columns, options]) =>
    `DROP INDEX${sql.is(options, 'concurrently') ? ' CONCURRENTLY' : ''}${sql.ifExists(options)} ${sql.indexName(table, columns, options)}${sql.cascade(options)};`,
  renameIndex: (sql, [index, to]) => `ALTER INDEX ${sql.id(index)} RENAME TO ${sql.id(to)};`,

  createFunction: (sql, [fn, params, options, definition]) => sql.createFunction(fn, params, options, definition),
  dropFunction: (sql, [fn, params, options]) =>
    `DROP FUNCTION${sql.ifExists(options)} ${sql.id(fn)}${sql.params(params, false)}${sql.cascade(options)};`,
  renameFunction: (sql, [fn, params, to]) =>
    `ALTER FUNCTION ${sql.id(fn)}${sql.params(params)} RENAME TO ${sql.id(to)};`,
  createTrigger: (sql, [table, trigger, options, definition]) => sql.createTrigger(table, trigger, options, definition),
  dropTrigger: (sql, [table, trigger, options]) =>
    `DROP TRIGGER${sql.ifExists(options)} ${sql.id(trigger)} ON ${sql.id(table)}${sql.cascade(options)};`,
  renameTrigger: (sql, [table, trigger, to]) =>
    `ALTER TRIGGER ${sql.id(trigger)} ON ${sql.id(table)} RENAME TO ${sql.id(to)};`,

  createSchema: (sql, [schema, options]) => {
    const authorization = sql.option(options, 'authorization');
    return `CREATE SCHEMA${sql.is(options, 'ifNotExists') ? ' IF NOT EXISTS' : ''} ${sql.id(schema)}${authorization ? ` AUTHORIZATION ${text(authorization)}` : ''};`;
  },
  dropSchema: (sql, [schema, options]) =>
    `DROP SCHEMA${sql.ifExists(options)} ${sql.id(schema)}${sql.cascade(options)};`,
  renameSchema: (sql, [schema, to]) => `ALTER SCHEMA ${sql.id(schema)} RENAME TO ${sql.id(to)};`,

  createDomain: (sql, [domain, type, options]) => {
    const collation = sql.option(options, 'collation');
    const byDefault = sql.option(options, 'default');
    const check = sql.option(options, 'check');
    const constraint = sql.option(options, 'constraintName');
    const notNull = sql.is(options, 'notNull');
    const parts = [
      ...(collation ? [`COLLATE ${text(collation)}`] : []),
      ...(byDefault === undefined ? [] : [`DEFAULT ${sql.escape(byDefault)}`]),
      ...((notNull || check) && constraint ? [`CONSTRAINT ${sql.id(constraint)}`] : []),
      ...(notNull ? ['NOT NULL'] : check ? [`CHECK (${sql.raw(check)})`] : []),
    ];
    return `CREATE DOMAIN ${sql.id(domain)} AS ${sql.type(type)}${parts.map((part) => ` ${part}`).join('')};`;
  },
  dropDomain: (sql, [domain, options]) =>
    `DROP DOMAIN${sql.ifExists(options)} ${sql.id(domain)}${sql.cascade(options)};`,
  renameDomain: (sql, [domain, to]) => `ALTER DOMAIN ${sql.id(domain)} RENAME TO ${sql.id(to)};`,
  alterDomain: (sql, [domain, options]) => {
    const actions = sql.defaultAndNull(options);
    const check = sql.option(options, 'check');
    const constraint = sql.option(options, 'constraintName');
    // without ADD: PostgreSQL does not take it
    if (check) actions.push(`${constraint ? `CONSTRAINT ${sql.id(constraint)} ` : ''}CHECK (${sql.raw(check)})`);
    return `${actions.map((action) => `ALTER DOMAIN ${sql.id(domain)} ${action}`).join(';\n')};`;
  },

  createSequence: (sql, [sequence, options]) =>
    `CREATE${sql.is(options, 'temporary') ? ' TEMPORARY' : ''} SEQUENCE${sql.is(options, 'ifNotExists') ? ' IF NOT EXISTS' : ''} ${sql.id(sequence)}\n  ${sql.sequence(options).join('\n  ')};`,
  dropSequence: (sql, [sequence, options]) =>
    `DROP SEQUENCE${sql.ifExists(options)} ${sql.id(sequence)}${sql.cascade(options)};`,
  alterSequence: (sql, [sequence, options]) => {
    const restart = sql.option(options, 'restart');
    const clauses = sql.sequence(options);
    if (restart) clauses.push(restart === true ? 'RESTART' : `RESTART WITH ${sql.raw(restart)}`);
    if (clauses.length === 0) throw new Untold();
    return `ALTER SEQUENCE ${sql.id(sequence)}\n  ${clauses.join('\n  ')};`;
  },
  renameSequence: (sql, [sequence, to]) => `ALTER SEQUENCE ${sql.id(sequence)} RENAME TO ${sql.id(to)};`,

  createView: (sql, [view, options, definition]) => {
    const check = sql.option(options, 'checkOption');
    return (
      `CREATE${sql.is(options, 'replace') ? ' OR REPLACE' : ''}${sql.is(options, 'temporary') ? ' TEMPORARY' : ''}` +
      `${sql.is(options, 'recursive') ? ' RECURSIVE' : ''} VIEW ${sql.id(view)}${sql.viewColumns(options)}${sql.with(sql.option(options, 'options'))}` +
      ` AS ${sql.query(definition)}${check ? ` WITH ${text(check)} CHECK OPTION` : ''};`
    );
  },
  dropView: (sql, [view, options]) => `DROP VIEW${sql.ifExists(options)} ${sql.id(view)}${sql.cascade(options)};`,
  alterView: (sql, [view, given]) => {
    const check = sql.option(given, 'checkOption');
    const options = [...entries(sql.option(given, 'options') ?? new ObjectValue([]))];
    if (check !== undefined) options.push(['check_option', check]);
    const { set, reset } = sql.parameters(options);
    return [set && `SET (${set})`, reset && `RESET (${reset})`]
      .filter((clause) => clause !== '')
      .map((clause) => `ALTER VIEW ${sql.id(view)} ${clause};`)
      .join('\n');
  },
  alterViewColumn: (sql, [view, column, options]) => {
    const byDefault = sql.option(options, 'default');
    if (byDefault === undefined) return [];
    const action = byDefault === null ? 'DROP DEFAULT' : `SET DEFAULT ${sql.escape(byDefault)}`;
    return `ALTER VIEW ${sql.id(view)} ALTER COLUMN ${sql.id(column)} ${action};`;
  },
  renameView: (sql, [view, to]) => `ALTER VIEW ${sql.id(view)} RENAME TO ${sql.id(to)};`,

  createMaterializedView: (sql, [view, options, definition]) => {
    const tablespace = sql.option(options, 'tablespace');
    return (
      `CREATE MATERIALIZED VIEW${sql.is(options, 'ifNotExists') ? ' IF NOT EXISTS' : ''} ${sql.id(view)}${sql.viewColumns(options)}` +
      `${sql.with(sql.option(options, 'storageParameters'))}${tablespace ? ` TABLESPACE ${sql.id(tablespace)}` : ''}` +
      ` AS ${sql.query(definition)}${sql.data(options)};`
    );
  },
  dropMaterializedView: (sql, [view, options]) =>
    `DROP MATERIALIZED VIEW${sql.ifExists(options)} ${sql.id(view)}${sql.cascade(options)};`,
  alterMaterializedView: (sql, [view, options]) => {
    const cluster = sql.option(options, 'cluster');
    const extension = sql.option(options, 'extension');
    const { set, reset } = sql.parameters(entries(sql.option(options, 'storageParameters') ?? new ObjectValue([])));
    const clauses = [
      ...(cluster === undefined ? [] : [cluster ? `CLUSTER ON ${sql.id(cluster)}` : 'SET WITHOUT CLUSTER']),
      ...(extension ? [`DEPENDS ON EXTENSION ${sql.id(extension)}`] : []),
      ...(set ? [`SET (${set})`] : []),
      ...(reset ? [`RESET (${reset})`] : []),
    ];
    return `ALTER MATERIALIZED VIEW ${sql.id(view)}\n${formatLines(clauses)};`;
  },
  renameMaterializedView: (sql, [view, to]) => `ALTER MATERIALIZED VIEW ${sql.id(view)} RENAME TO ${sql.id(to)};`,
  renameMaterializedViewColumn: (sql, [view, column, to]) =>
    `ALTER MATERIALIZED VIEW ${sql.id(view)} RENAME COLUMN ${sql.id(column)} TO ${sql.id(to)};`,
  refreshMaterializedView: (sql, [view, options]) =>
    `REFRESH MATERIALIZED VIEW${sql.is(options, 'concurrently') ? ' CONCURRENTLY' : ''} ${sql.id(view)}${sql.data(options)};`,

  createPolicy: (sql, [table, policy, options]) => {
    const role = sql.option(options, 'role') ?? 'PUBLIC';
    const command = sql.option(options, 'command') ?? 'ALL';
    return `CREATE POLICY ${sql.id(policy)} ON ${sql.id(table)} ${[`FOR ${text(command)}`, ...sql.policy(options, role)].join(' ')};`;
  },
  alterPolicy: (sql, [table, policy, options]) =>
    `ALTER POLICY ${sql.id(policy)} ON ${sql.id(table)} ${sql.policy(options, sql.option(options, 'role')).join(' ')};`,
  dropPolicy: (sql, [table, policy, options]) =>
    `DROP POLICY${sql.ifExists(options)} ${sql.id(policy)} ON ${sql.id(table)};`,
  renamePolicy: (sql, [table, policy, to]) =>
    `ALTER POLICY ${sql.id(policy)} ON ${sql.id(table)} RENAME TO ${sql.id(to)};`,

  createRole: (sql, [role, options]) => {
    const flags = ['superuser', 'createdb', 'createrole', 'inherit', 'login', 'replication'].map(
      (flag): [string, Value] => [
        flag,
        flag === 'inherit' ? sql.option(options, flag) !== false : sql.is(options, flag),
      ],
    );
    const others =
      options instanceof ObjectValue ? entries(options).filter(([key]) => !flags.some(([flag]) => flag === key)) : [];
    return `CREATE ROLE ${sql.id(role)} WITH ${sql.role(new ObjectValue([...flags, ...others]))};`;
  },
  alterRole: (sql, [role, options]) => {
    const clauses = sql.role(options);
    return clauses ? `ALTER ROLE ${sql.id(role)} WITH ${clauses};` : [];
  },
  dropRole: (sql, [role, options]) => `DROP ROLE${sql.ifExists(options)} ${sql.id(role)};`,
  renameRole: (sql, [role, to]) => `ALTER ROLE ${sql.id(role)} RENAME TO ${sql.id(to)};`,
  grantRoles: (sql, [roles, to, options]) =>
    `GRANT ${sql.ids(roles)} TO ${sql.ids(to)}${sql.is(options, 'withAdminOption') ? ' WITH ADMIN OPTION' : ''};`,
  revokeRoles: (sql, [roles, from, options]) =>
    `REVOKE${sql.is(options, 'onlyAdminOption') ? ' ADMIN OPTION FOR' : ''} ${sql.ids(roles)} FROM ${sql.ids(from)}${sql.cascade(options)};`,
  grantOnSchemas: (sql, [options]) =>
    `GRANT ${sql.privileges(options)} ON SCHEMA ${sql.ids(sql.option(options, 'schemas'))} TO ${sql.grantees(options)}${sql.is(options, 'withGrantOption') ? ' WITH GRANT OPTION' : ''};`,
  revokeOnSchemas: (sql, [options]) =>
    `REVOKE${sql.is(options, 'onlyGrantOption') ? ' GRANT OPTION FOR' : ''} ${sql.privileges(options)} ON SCHEMA ${sql.ids(sql.option(options, 'schemas'))} FROM ${sql.grantees(options)}${sql.cascade(options)};`,
  grantOnTables: (sql, [options]) =>
    `GRANT ${sql.privileges(options)} ON ${sql.granted(options)} TO ${sql.grantees(options)}${sql.is(options, 'withGrantOption') ? ' WITH GRANT OPTION' : ''};`,
  revokeOnTables: (sql, [options]) =>
    `REVOKE${sql.is(options, 'onlyGrantOption') ? ' GRANT OPTION FOR' : ''} ${sql.privileges(options)} ON ${sql.granted(options)} FROM ${sql.grantees(options)}${sql.cascade(options)};`,

  createCast: (sql, [source, target, options]) => {
    const fn = sql.option(options, 'functionName');
    const as = sql.option(options, 'as');
    const args = sql.option(options, 'argumentTypes');
    const how = fn
      ? ` WITH FUNCTION ${sql.id(fn)}(${(args === undefined ? [source] : list(args)).map(text).join(', ')})`
      : sql.is(options, 'inout')
        ? ' WITH INOUT'
        : ' WITHOUT FUNCTION';
    return `CREATE CAST (${text(source)} AS ${text(target)})${how}${as ? ` AS ${text(as)}` : ''};`;
  },
  dropCast: (sql, [source, target, options]) =>
    `DROP CAST${sql.ifExists(options)} (${text(source)} AS ${text(target)});`,

  createOperator: (sql, [operator, options]) => {
    const names = [
      ['PROCEDURE', 'procedure'],
      ['LEFTARG', 'left'],
      ['RIGHTARG', 'right'],
    ] as const;
    const definitions: string[] = [];
    for (const [word, key] of names) {
      const value = sql.option(options, key);
      if (value) definitions.push(`${word} = ${sql.id(value)}`);
    }
    for (const [word, key, quoted] of [
      ['COMMUTATOR', 'commutator', false],
      ['NEGATOR', 'negator', false],
      ['RESTRICT', 'restrict', true],
      ['JOIN', 'join', true],
    ] as const) {
      const value = sql.option(options, key);
      if (value) definitions.push(`${word} = ${quoted ? sql.id(value) : schemalize(value)}`);
    }
    if (sql.is(options, 'hashes')) definitions.push('HASHES');
    if (sql.is(options, 'merges')) definitions.push('MERGES');
    return `CREATE OPERATOR ${schemalize(operator)} (${definitions.join(', ')});`;
  },
  dropOperator: (sql, [operator, options]) =>
    `DROP OPERATOR${sql.ifExists(options)} ${schemalize(operator)}(${sql.id(sql.option(options, 'left') ?? 'none')}, ${sql.id(sql.option(options, 'right') ?? 'none')})${sql.cascade(options)};`,
  createOperatorFamily: (sql, [family, method]) => `CREATE OPERATOR FAMILY ${sql.id(family)} USING ${text(method)};`,
  dropOperatorFamily: (sql, [family, method, options]) =>
    `DROP OPERATOR FAMILY${sql.ifExists(options)} ${sql.id(family)} USING ${text(method)}${sql.cascade(options)};`,
  renameOperatorFamily: (sql, [family, method, to]) =>
    `ALTER OPERATOR FAMILY ${sql.id(family)} USING ${text(method)} RENAME TO ${sql.id(to)};`,
  dropOperatorClass: (sql, [operatorClass, method, options]) =>
    `DROP OPERATOR CLASS${sql.ifExists(options)} ${sql.id(operatorClass)} USING ${text(method)}${sql.cascade(options)};`,
  renameOperatorClass: (sql, [operatorClass, method, to]) =>
    `ALTER OPERATOR CLASS ${sql.id(operatorClass)} USING ${text(method)} RENAME TO ${sql.id(to)};`,
  noTransaction: () => [],
};

class Builder {
  exact = true;
  private readonly shorthands: ReadonlyMap<string, Value>;

  constructor(shorthands: Value) {
    const own: [string, Value][] = shorthands instanceof ObjectValue ? entries(shorthands) : [];
    if (shorthands instanceof UnknownValue || (shorthands instanceof ObjectValue && shorthands.open))
      this.exact = false;
    this.shorthands = new Map<string, Value>([
      [
        'id',
        new ObjectValue([
          ['type', 'serial'],
          ['primaryKey', true],
        ]),
      ],
      ...own,
    ]);
  }

  /** An option that the call gives; what a run tells makes the translation inexact. */
  option(options: Value, key: string): Value {
    if (!(options instanceof ObjectValue)) return undefined;
    const value = options.get(key);
    if (value instanceof UnknownValue || (value instanceof Reference && literal(value) === undefined)) {
      this.exact = false;
      return undefined;
    }
    return value;
  }

  is(options: Value, key: string): boolean {
    return Boolean(this.option(options, key));
  }

  ifExists(options: Value): string {
    return this.is(options, 'ifExists') ? ' IF EXISTS' : '';
  }

  cascade(options: Value): string {
    return this.is(options, 'cascade') ? ' CASCADE' : '';
  }

  /** SQL as it is given: text, or `pgm.func`. */
  raw(value: Value): string {
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    return literal(value) ?? this.unknown();
  }

  unknown(): string {
    this.exact = false;
    return '$1';
  }

  /** A quoted name: `name`, `{ schema, name }`, `pgm.func(…)`. */
  id(value: Value): string {
    const sql = literal(value);
    if (sql !== undefined) return sql;
    if (value instanceof ObjectValue) {
      if (value.open) throw new Untold();
      const schema = value.get('schema');
      return `${schema ? `${quote(text(schema))}.` : ''}${quote(text(value.get('name')))}`;
    }
    return quote(text(value));
  }

  ids(values: Value): string {
    return list(values)
      .map((value) => this.id(value))
      .join(', ');
  }

  /** `escapeValue` */
  escape(value: Value): string {
    if (value === null) return 'NULL';
    if (typeof value === 'boolean' || typeof value === 'number') return String(value);
    if (typeof value === 'string') {
      let tag = '$pga$';
      for (let letter = 'a'; value.includes(tag); letter = String.fromCharCode(letter.charCodeAt(0) + 1)) {
        if (letter > 'z') throw new Untold();
        tag = `$pg${letter}$`;
      }
      return `${tag}${value}${tag}`;
    }
    if (Array.isArray(value)) {
      return `ARRAY[${(value as Value[])
        .map((one) => this.escape(one))
        .join(',')
        .replace(/ARRAY/g, '')}]`;
    }
    const sql = literal(value);
    if (sql !== undefined) return sql;
    if (value instanceof ObjectValue) return '';
    return this.unknown();
  }

  /** The same where SQL takes nothing but a string. */
  string(value: Value): string {
    if (!isUnknown(value) || literal(value) !== undefined) return this.escape(value);
    this.exact = false;
    return `'${value.placeholder}'`;
  }

  /** The query of a view. */
  query(value: Value): string {
    if (!isUnknown(value) || literal(value) !== undefined) return this.raw(value);
    this.exact = false;
    return 'SELECT';
  }

  comment(object: string, on: string, value: Value): string {
    return `COMMENT ON ${object} ${on} IS ${this.string(value)};`;
  }

  // ---- types and columns

  /** `applyType` */
  private applied(given: Value): ObjectValue {
    if (given instanceof UnknownValue || given instanceof Reference) {
      this.exact = false;
      return new ObjectValue([['type', 'text']]);
    }
    const own = given instanceof ObjectValue ? given : new ObjectValue([['type', given]]);
    if (own.open) this.exact = false;
    const seen: string[] = [];
    const inherited = new Map<string, Value>();
    let type = own.get('type');
    while (typeof type === 'string' && this.shorthands.has(type)) {
      if (seen.includes(type)) throw new Untold();
      seen.push(type);
      const shorthand = this.shorthands.get(type);
      if (!(shorthand instanceof ObjectValue) && typeof shorthand !== 'string') {
        this.exact = false;
        break;
      }
      if (typeof shorthand === 'string') type = shorthand;
      else {
        if (shorthand.open) this.exact = false;
        for (const [key, value] of entries(shorthand)) if (!inherited.has(key)) inherited.set(key, value);
        type = shorthand.get('type');
      }
    }
    const merged = new Map<string, Value>([...inherited, ...entries(own)]);
    merged.set('type', adapted(type));
    return new ObjectValue([...merged]);
  }

  /** The SQL of a type in a position that takes nothing but the type. */
  type(given: Value): string {
    return this.typeName(this.applied(given).get('type'));
  }

  private typeName(type: Value): string {
    if (type instanceof ObjectValue) return this.id(type);
    if (typeof type !== 'string') {
      this.exact = false;
      return 'text';
    }
    // it may be a shorthand of an earlier migration
    if (!known.test(type)) this.exact = false;
    return type;
  }

  columns(
    table: Value,
    columns: Value,
  ): { lines: string[]; comments: string[]; primaryKey: readonly string[] | undefined } {
    const all = entries(columns).map(([column, given]): [string, ObjectValue] => [column, this.applied(given)]);
    const primary = all.filter(([, options]) => truthy(options.get('primaryKey'))).map(([column]) => column);
    const several = primary.length > 1;
    const comments = all
      .filter(([, options]) => options.get('comment') !== undefined)
      .map(([column, options]) =>
        this.comment('COLUMN', `${this.id(table)}.${this.id(column)}`, options.get('comment')),
      );
    const lines = all.map(([column, options]) => {
      const parts: string[] = [];
      const collation = this.option(options, 'collation');
      if (collation) parts.push(`COLLATE ${text(collation)}`);
      const byDefault = options.get('default');
      if (byDefault !== undefined) parts.push(`DEFAULT ${this.escape(byDefault)}`);
      if (this.is(options, 'unique')) parts.push('UNIQUE');
      if (this.is(options, 'primaryKey') && !several) parts.push('PRIMARY KEY');
      if (this.is(options, 'notNull')) parts.push('NOT NULL');
      const check = options.get('check');
      if (check) parts.push(`CHECK (${this.raw(check)})`);
      const references = options.get('references');
      if (references) {
        const comment = this.option(options, 'referencesConstraintComment');
        const given = this.option(options, 'referencesConstraintName');
        const constraint = given ?? (comment ? `${asText(table)}_fk_${column}` : '');
        parts.push(`${constraint ? `CONSTRAINT ${this.id(constraint)} ` : ''}${this.references(options)}`);
        if (comment) comments.push(this.comment(`CONSTRAINT ${this.id(constraint)} ON`, this.id(table), comment));
      }
      if (this.is(options, 'deferrable')) parts.push(this.deferrable(options));
      const sequence = this.option(options, 'sequenceGenerated');
      if (sequence) parts.push(this.identity('GENERATED', sequence));
      const expression = options.get('expressionGenerated');
      if (expression) parts.push(`GENERATED ALWAYS AS (${this.raw(expression)}) STORED`);
      const base = this.typeName(options.get('type'));
      const array = this.option(options, 'array');
      const type = array === true ? `${base} ARRAY` : typeof array === 'number' ? `${base} ARRAY[${array}]` : base;
      return [`${this.id(column)} ${type}`, ...parts].join(' ');
    });
    return { lines, comments, primaryKey: several ? primary : undefined };
  }

  private identity(words: string, sequence: Value): string {
    const options = this.sequence(sequence).join(' ');
    return `${words} ${text(get(sequence, 'precedence'))} AS IDENTITY${options ? ` (${options})` : ''}`;
  }

  private references(options: ObjectValue): string {
    const references = options.get('references');
    const written = typeof references === 'string' && (references.startsWith('"') || references.endsWith(')'));
    const clauses = [`REFERENCES ${written ? references : this.id(references)}`];
    for (const [key, words] of [
      ['match', 'MATCH'],
      ['onDelete', 'ON DELETE'],
      ['onUpdate', 'ON UPDATE'],
    ] as const) {
      const value = this.option(options, key);
      if (value) clauses.push(`${words} ${text(value)}`);
    }
    return clauses.join(' ');
  }

  private deferrable(options: ObjectValue): string {
    return `DEFERRABLE INITIALLY ${this.is(options, 'deferred') ? 'DEFERRED' : 'IMMEDIATE'}`;
  }

  /** `parseConstraints` */
  constraints(table: Value, given: Value, constraint: Value): { lines: string[]; comments: string[] } {
    if (!(given instanceof ObjectValue) || given.open) throw new Untold();
    const tableName = table instanceof ObjectValue ? text(table.get('name')) : asText(table);
    const own = constraint === null || constraint === undefined || constraint === '' ? undefined : constraint;
    const named = (byDefault: string): string => this.id(own ?? byDefault);
    let lines: string[] = [];
    const comments: string[] = [];
    const check = given.get('check');
    if (Array.isArray(check)) {
      for (const [i, one] of (check as Value[]).entries()) {
        lines.push(`CONSTRAINT ${named(`${tableName}_chck_${i + 1}`)} CHECK (${this.raw(one)})`);
      }
    } else if (check) lines.push(`CONSTRAINT ${named(`${tableName}_chck`)} CHECK (${this.raw(check)})`);
    const unique = given.get('unique');
    if (unique) {
      const sets = list(unique);
      for (const set of sets.some((one) => Array.isArray(one)) ? sets : [sets as Value]) {
        const columns = list(set);
        lines.push(
          `CONSTRAINT ${named(`${tableName}_uniq_${columns.map(text).join('_')}`)} UNIQUE (${columns.map((column) => this.id(column)).join(', ')})`,
        );
      }
    }
    const primaryKey = given.get('primaryKey');
    if (primaryKey) lines.push(`CONSTRAINT ${named(`${tableName}_pkey`)} PRIMARY KEY (${this.ids(primaryKey)})`);
    const foreignKeys = given.get('foreignKeys');
    if (foreignKeys) {
      for (const key of list(foreignKeys)) {
        if (!(key instanceof ObjectValue) || key.open) throw new Untold();
        const columns = list(key.get('columns'));
        const name = this.id(
          this.option(key, 'referencesConstraintName') ?? own ?? `${tableName}_fk_${columns.map(text).join('_')}`,
        );
        lines.push(
          `CONSTRAINT ${name} FOREIGN KEY (${columns.map((column) => this.id(column)).join(', ')}) ${this.references(key)}`,
        );
        const comment = this.option(key, 'referencesConstraintComment');
        if (comment) comments.push(this.comment(`CONSTRAINT ${name} ON`, this.id(table), comment));
      }
    }
    const exclude = given.get('exclude');
    if (exclude) lines.push(`CONSTRAINT ${named(`${tableName}_excl`)} EXCLUDE ${this.raw(exclude)}`);
    if (this.is(given, 'deferrable')) lines = lines.map((line) => `${line} ${this.deferrable(given)}`);
    const comment = this.option(given, 'comment');
    if (comment) {
      if (own === undefined) throw new Untold();
      comments.push(this.comment(`CONSTRAINT ${this.id(own)} ON`, this.id(table), comment));
    }
    return { lines, comments };
  }

  like(like: Value): string {
    const table = like instanceof ObjectValue && like.has('table') ? like.get('table') : like;
    const options = like instanceof ObjectValue && like.has('table') ? like.get('options') : undefined;
    const some = (word: string, value: Value): string =>
      value === undefined
        ? ''
        : list(value)
            .map((one) => ` ${word} ${text(one)}`)
            .join('');
    return `LIKE ${this.id(table)}${some('INCLUDING', get(options, 'including'))}${some('EXCLUDING', get(options, 'excluding'))}`;
  }

  partition(partition: Value): string {
    const columns = list(get(partition, 'columns')).map((column) => {
      if (!(column instanceof ObjectValue)) return this.id(column);
      const collate = column.get('collate');
      const opclass = column.get('opclass');
      return `${this.id(column.get('name'))}${collate ? ` COLLATE ${text(collate)}` : ''}${opclass ? ` ${text(opclass)}` : ''}`;
    });
    return ` PARTITION BY ${text(get(partition, 'strategy'))} (${columns.join(', ')})`;
  }

  /** `DROP DEFAULT`, `SET NOT NULL` and their opposites, of a domain. */
  defaultAndNull(options: Value): string[] {
    if (!(options instanceof ObjectValue)) throw new Untold();
    const actions: string[] = [];
    const byDefault = options.get('default');
    if (byDefault === null) actions.push('DROP DEFAULT');
    else if (byDefault !== undefined) actions.push(`SET DEFAULT ${this.escape(byDefault)}`);
    const notNull = this.option(options, 'notNull');
    if (notNull) actions.push('SET NOT NULL');
    else if (notNull === false || this.is(options, 'allowNull')) actions.push('DROP NOT NULL');
    return actions;
  }

  alterColumn(table: Value, column: Value, options: Value): string {
    if (!(options instanceof ObjectValue) || options.open) throw new Untold();
    const actions: string[] = [];
    const byDefault = options.get('default');
    if (byDefault === null) actions.push('DROP DEFAULT');
    else if (byDefault !== undefined) actions.push(`SET DEFAULT ${this.escape(byDefault)}`);
    const type = options.get('type');
    if (type) {
      const adaptedType = adapted(type);
      const collation = this.option(options, 'collation');
      const using = options.get('using');
      actions.push(
        `SET DATA TYPE ${typeof adaptedType === 'string' ? adaptedType : this.unknownType()}` +
          `${collation ? ` COLLATE ${text(collation)}` : ''}${using ? ` USING ${this.raw(using)}` : ''}`,
      );
    }
    const notNull = this.option(options, 'notNull');
    if (notNull) actions.push('SET NOT NULL');
    else if (notNull === false || this.is(options, 'allowNull')) actions.push('DROP NOT NULL');
    const sequence = options.get('sequenceGenerated');
    if (sequence) actions.push(this.identity('ADD GENERATED', sequence));
    else if (sequence !== undefined) actions.push('DROP IDENTITY');
    const expression = options.get('expressionGenerated');
    if (typeof expression === 'string') actions.push(`SET EXPRESSION AS (${expression})`);
    if (expression === null) actions.push('DROP EXPRESSION');
    const comment = options.get('comment');
    return [
      ...(actions.length === 0
        ? []
        : [`ALTER TABLE ${this.id(table)}\n${formatLines(actions, `  ALTER ${this.id(column)} `)};`]),
      ...(comment === undefined ? [] : [this.comment('COLUMN', `${this.id(table)}.${this.id(column)}`, comment)]),
    ].join('\n');
  }

  private unknownType(): string {
    this.exact = false;
    return 'text';
  }

  // ---- indexes

  indexName(table: Value, columns: Value, options: Value): string {
    const given = options instanceof ObjectValue ? options.get('name') : undefined;
    if (isUnknown(options) || (options instanceof ObjectValue && options.open && !given)) {
      throw new Untold();
    }
    const schema = table instanceof ObjectValue ? table.get('schema') : undefined;
    const inSchema = typeof schema === 'string' && schema !== '' ? `${quote(schema)}.` : '';
    if (given) return literal(given) ?? inSchema + quote(text(given));
    const names = list(columns).map((column) => {
      if (literal(column) !== undefined) throw new Untold();
      return schemalize(column instanceof ObjectValue ? column.get('name') : column);
    });
    const table_ = table instanceof ObjectValue ? text(table.get('name')) : asText(table);
    return `${inSchema}${quote(`${table_}_${names.join('_')}${this.is(options, 'unique') ? '_unique' : ''}_index`)}`;
  }

  indexColumn(column: Value): string {
    const one = (value: Value): string => {
      const sql = literal(value);
      if (sql !== undefined) return sql;
      const name = schemalize(value);
      if (!/[^\w".]/.test(name)) return quote(name);
      return name.endsWith(')') ? name : `(${name})`;
    };
    if (!(column instanceof ObjectValue)) return one(column);
    const opclass = column.get('opclass');
    const sort = column.get('sort');
    return [one(column.get('name')), opclass ? this.id(opclass) : '', typeof sort === 'string' ? sort : '']
      .filter((part) => part !== '')
      .join(' ');
  }

  // ---- functions, triggers

  params(params: Value, defaults = true): string {
    const all = params === undefined ? [] : list(params);
    const written = all.map((given) => {
      const param = this.applied(given);
      const mode = param.get('mode');
      const name = param.get('name');
      const type = param.get('type');
      const byDefault = param.get('default');
      return [
        ...(mode ? [text(mode)] : []),
        ...(name ? [this.id(name)] : []),
        ...(type ? [this.typeName(type)] : []),
        ...(defaults && byDefault !== undefined ? [`DEFAULT ${this.escape(byDefault)}`] : []),
      ].join(' ');
    });
    return `(${written.join(', ')})`;
  }

  createFunction(fn: Value, params: Value, options: Value, definition: Value): string {
    if (!(options instanceof ObjectValue)) throw new Untold();
    const language = options.get('language');
    const behavior = this.option(options, 'behavior') ?? 'VOLATILE';
    const security = this.option(options, 'security') ?? 'INVOKER';
    const parallel = this.option(options, 'parallel');
    const set = this.option(options, 'set');
    const returns = this.option(options, 'returns') ?? 'void';
    const clauses = [
      ...(behavior ? [text(behavior)] : []),
      `LANGUAGE ${text(language)}`,
      ...(security === 'INVOKER' ? [] : [`SECURITY ${text(security)}`]),
      ...(this.is(options, 'window') ? ['WINDOW'] : []),
      ...(this.is(options, 'onNull') ? ['RETURNS NULL ON NULL INPUT'] : []),
      ...(parallel ? [`PARALLEL ${text(parallel)}`] : []),
      ...(set === undefined ? [] : list(set)).map((one) => {
        const value = text(get(one, 'value'));
        const parameter = this.id(get(one, 'configurationParameter'));
        return value === 'FROM CURRENT' ? `SET ${parameter} FROM CURRENT` : `SET ${parameter} TO ${value}`;
      }),
    ];
    return (
      `CREATE${this.is(options, 'replace') ? ' OR REPLACE' : ''} FUNCTION ${this.id(fn)}${this.params(params)}\n` +
      `  RETURNS ${text(returns)}\n  AS ${this.string(definition)}\n  ${clauses.join('\n  ')};`
    );
  }

  createTrigger(table: Value, trigger: Value, options: Value, definition: Value): string {
    if (!(options instanceof ObjectValue) || options.open) throw new Untold();
    const constraint = this.is(options, 'constraint');
    const when = constraint ? 'AFTER' : text(options.get('when'));
    const insteadOf = /instead\s+of/i.test(when);
    const level = insteadOf ? 'ROW' : text(options.get('level') ?? 'STATEMENT');
    const fn = options.get('function') ?? (definition ? trigger : undefined);
    const condition = options.get('condition');
    const operation = list(options.get('operation')).map(text).join(' OR ');
    const params = options.get('functionParams');
    const defer = constraint
      ? `${this.is(options, 'deferrable') ? `DEFERRABLE INITIALLY ${this.is(options, 'deferred') ? 'DEFERRED' : 'IMMEDIATE'}` : 'NOT DEFERRABLE'}\n  `
      : '';
    const create =
      `CREATE${constraint ? ' CONSTRAINT' : ''} TRIGGER ${this.id(trigger)}\n  ${when} ${operation} ON ${this.id(table)}\n` +
      `  ${defer}FOR EACH ${level}\n  ${condition ? `WHEN (${this.raw(condition)})\n  ` : ''}` +
      `EXECUTE PROCEDURE ${this.id(fn)}(${
        params === undefined
          ? ''
          : list(params)
              .map((param) => this.escape(param))
              .join(', ')
      });`;
    if (!definition) return create;
    const inner = new ObjectValue([...options.entries, ['returns', 'trigger']]);
    return `${this.createFunction(fn, [], inner, definition)}\n${create}`;
  }

  // ---- the rest

  sequence(options: Value): string[] {
    if (options === undefined) return [];
    if (!(options instanceof ObjectValue)) throw new Untold();
    const clauses: string[] = [];
    const type = this.option(options, 'type');
    if (type) clauses.push(`AS ${this.type(type)}`);
    for (const [key, words] of [
      ['increment', 'INCREMENT BY'],
      ['minvalue', 'MINVALUE'],
      ['maxvalue', 'MAXVALUE'],
      ['start', 'START WITH'],
      ['cache', 'CACHE'],
    ] as const) {
      const value = this.option(options, key);
      if (value) clauses.push(`${words} ${text(value)}`);
      else if ((key === 'minvalue' || key === 'maxvalue') && (value === null || value === false))
        clauses.push(`NO ${words}`);
    }
    const cycle = this.option(options, 'cycle');
    if (cycle) clauses.push('CYCLE');
    else if (cycle === false) clauses.push('NO CYCLE');
    const owner = this.option(options, 'owner');
    if (owner) clauses.push(`OWNED BY ${this.raw(owner)}`);
    else if (owner === null || owner === false) clauses.push('OWNED BY NONE');
    return clauses;
  }

  parameters(options: readonly (readonly [string, Value])[]): { set: string; reset: string } {
    const one = ([key, value]: readonly [string, Value]): string =>
      value === true ? key : `${key} = ${this.raw(typeof value === 'boolean' ? String(value) : value)}`;
    return {
      set: options
        .filter(([, value]) => value !== null)
        .map(one)
        .join(', '),
      reset: options
        .filter(([, value]) => value === null)
        .map(([key]) => key)
        .join(', '),
    };
  }

  with(options: Value): string {
    if (options === undefined) return '';
    const set = entries(options).map(([key, value]) =>
      value === true ? key : `${key} = ${this.raw(typeof value === 'boolean' ? String(value) : value)}`,
    );
    return set.length > 0 ? ` WITH (${set.join(', ')})` : '';
  }

  viewColumns(options: Value): string {
    const columns = this.option(options, 'columns');
    const names = columns === undefined ? '' : this.ids(columns);
    return names ? `(${names})` : '';
  }

  data(options: Value): string {
    const data = this.option(options, 'data');
    return data === undefined ? '' : ` WITH${data ? '' : ' NO'} DATA`;
  }

  policy(options: Value, role: Value): string[] {
    const using = get(options, 'using');
    const check = get(options, 'check');
    const roles = role === undefined ? '' : list(role).map(text).join(', ');
    return [
      ...(roles ? [`TO ${roles}`] : []),
      ...(using ? [`USING (${this.raw(using)})`] : []),
      ...(check ? [`WITH CHECK (${this.raw(check)})`] : []),
    ];
  }

  role(options: Value): string {
    if (!(options instanceof ObjectValue)) return '';
    const words: string[] = [];
    for (const [key, word] of [
      ['superuser', 'SUPERUSER'],
      ['createdb', 'CREATEDB'],
      ['createrole', 'CREATEROLE'],
      ['inherit', 'INHERIT'],
      ['login', 'LOGIN'],
      ['replication', 'REPLICATION'],
      ['bypassrls', 'BYPASSRLS'],
    ] as const) {
      const value = this.option(options, key);
      if (value !== undefined) words.push(value ? word : `NO${word}`);
    }
    const limit = this.option(options, 'limit');
    if (limit) words.push(`CONNECTION LIMIT ${text(limit)}`);
    const password = options.get('password');
    if (password !== undefined) {
      words.push(
        `${this.option(options, 'encrypted') === false ? 'UNENCRYPTED' : 'ENCRYPTED'} PASSWORD ${this.string(password)}`,
      );
    }
    const valid = this.option(options, 'valid');
    if (valid !== undefined) words.push(`VALID UNTIL ${valid ? this.escape(valid) : "'infinity'"}`);
    for (const [key, word] of [
      ['inRole', 'IN ROLE'],
      ['role', 'ROLE'],
      ['admin', 'ADMIN'],
    ] as const) {
      const value = this.option(options, key);
      if (value) words.push(`${word} ${list(value).map(text).join(', ')}`);
    }
    return words.join(' ');
  }

  privileges(options: Value): string {
    return list(get(options, 'privileges')).map(text).join(', ');
  }

  grantees(options: Value): string {
    return list(get(options, 'roles'))
      .map((role) => (role === 'PUBLIC' ? role : this.id(role)))
      .join(', ');
  }

  granted(options: Value): string {
    if (options instanceof ObjectValue && options.has('schema'))
      return `ALL TABLES IN SCHEMA ${this.id(options.get('schema'))}`;
    return this.ids(get(options, 'tables'));
  }
}

/** Types that are PostgreSQL's own: any other name may be a shorthand that an earlier migration exports. */
const known =
  /^\s*"?(?:public\.)?(?:small|big)?(?:int(?:eger|[248])?|serial[248]?|bool(?:ean)?|text|varchar|char|character( varying)?|bpchar|citext|uuid|jsonb?|bytea|date|time(?:stamp)?(?:tz)?|interval|numeric|decimal|real|float[48]?|double precision|money|inet|cidr|macaddr8?|point|line|lseg|box|path|polygon|circle|bit( varying)?|varbit|tsvector|tsquery|xml|hstore|oid|name|(?:int[48]|num|ts|tstz|date)(?:multi)?range|void|trigger|record|smallserial|bigserial|regclass)\b[^;]*$/i;

const adapters: Record<string, string> = {
  int: 'integer',
  string: 'text',
  float: 'real',
  double: 'double precision',
  datetime: 'timestamp',
  bool: 'boolean',
};

const adapted = (type: Value): Value =>
  typeof type === 'string' && Object.hasOwn(adapters, type) ? adapters[type] : type;

const truthy = (value: Value): boolean => !isUnknown(value) && Boolean(value);

/** Not known, and no SQL of the author's either. */
const isOpen = (value: Value): boolean => isUnknown(value) && literal(value) === undefined;

/** `pgm.func('…')`, `new PgLiteral('…')`, `PgLiteral.create('…')`, `{ literal: true, value: '…' }`. */
function literal(value: Value): string | undefined {
  if (
    value instanceof Reference &&
    value.last.args !== undefined &&
    /^(func|PgLiteral|create)$/.test(value.last.name)
  ) {
    const [sql] = value.last.args;
    if (typeof sql !== 'string') throw new Untold();
    return sql;
  }
  if (value instanceof ObjectValue && value.get('literal') === true) {
    const sql = value.get('value');
    return typeof sql === 'string' ? sql : undefined;
  }
  return undefined;
}

function get(value: Value, key: string): Value {
  return value instanceof ObjectValue ? value.get(key) : undefined;
}

function list(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value as Value[];
  if (value === undefined || isOpen(value)) throw new Untold();
  return [value];
}

function entries(value: Value): [string, Value][] {
  if (!(value instanceof ObjectValue) || value.open) throw new Untold();
  const out = new Map<string, Value>();
  for (const [key, one] of value.entries) {
    if (typeof key !== 'string') throw new Untold();
    out.set(key, one);
  }
  return [...out];
}

const keys = (value: ObjectValue): string[] => entries(value).map(([key]) => key);

/** A word that has to be known. */
function text(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const sql = literal(value);
  if (sql !== undefined) return sql;
  if (isUnknown(value)) return value.placeholder;
  throw new Untold();
}

/** What JavaScript makes of it in a template. */
const asText = (value: Value): string => (value instanceof ObjectValue ? '[object Object]' : text(value));

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `schemalize`, without quotes: what looks like an expression gets parentheses. */
function schemalize(value: Value): string {
  const sql = literal(value);
  if (sql !== undefined) return sql;
  if (value instanceof ObjectValue) {
    const schema = value.get('schema');
    return `${schema ? `${text(schema)}.` : ''}${text(value.get('name'))}`;
  }
  const name = text(value);
  const expression =
    /(->>|->|#>>|#>|@\?|@@|@>|<@|\?\||\?&|\?|#-|\|\||::)/.test(name) ||
    /^[\w.]+\(/.test(name) ||
    /\s+[+*/-]\s+/.test(name) ||
    (/[=<>!]+/.test(name) && /[a-zA-Z0-9]/.test(name));
  return expression ? `(${name})` : name;
}

const formatLines = (lines: readonly string[], replace = '  '): string =>
  lines
    .map((line) => line.replace(/(?:\r\n|\r|\n)+/g, ' '))
    .join(',\n')
    .replace(/^/gm, replace);
