/**
 * What Kysely 0.29 sends to PostgreSQL for a chain of its schema or query builder: one statement for each `.execute()`. The words are
 * Kysely's own, so that a test can compare both texts; values, which it sends apart, stand in their places.
 */
import { isFunction, unwrap, type Node } from '../ast.ts';
import { bodyOf, chainOf, firstParameter, type Call } from '../calls.ts';
import { evaluate, hasUnknown, isArray, isObject, Now, Raw, Unknown, type Env, type Value } from '../static.ts';

export interface KyselyTranslation {
  readonly sql: string;
  readonly exact: boolean;
}

/** Something that has no SQL that we know. */
class Opaque extends Error {}

/** The parts of a column's definition, in the order in which they are written. */
interface Column {
  readonly name: string;
  readonly type: string;
  ifNotExists?: boolean;
  front: string[];
  generated?: string;
  stored?: boolean;
  identity?: boolean;
  defaultTo?: string;
  notNull?: boolean;
  unique?: boolean;
  nullsNotDistinct?: boolean;
  primaryKey?: boolean;
  references?: string;
  onDelete?: string;
  onUpdate?: string;
  check?: string;
  end: string[];
}

/** `not null`: how Kysely writes them behind a foreign key. */
interface Constraint {
  onDelete?: string;
  onUpdate?: string;
  deferrable?: boolean;
  deferred?: boolean;
  nullsNotDistinct?: boolean;
}

class Writer {
  exact = true;
  readonly env: Env;
  readonly schema: Value;
  /** What the tag of templates is called in the file. */
  readonly tag: string;

  constructor(env: Env, schema: Value, tag: string) {
    this.schema = schema;
    this.tag = tag;
    this.env = { ...env, call: (node, again) => env.call?.(node, again) ?? this.own(node, again) };
  }

  value(node: Node | undefined): Value {
    return node && evaluate(node, this.env);
  }

  private own(node: Node, again: (node: Node) => Value): Value | undefined {
    return node.type === 'TaggedTemplateExpression' ? this.template(node) : this.sqlCall(node, again);
  }

  /** sql`…` with everything in it in its place. */
  template(node: Node): Raw | undefined {
    const tag = unwrap(node['tag']);
    if (tag.type !== 'Identifier' || tag['name'] !== this.tag) return undefined;
    const quasis = node['quasi']['quasis'] as readonly Node[];
    const values = (node['quasi']['expressions'] as readonly Node[]).map((expression) => {
      const value = this.value(expression);
      if (value instanceof Raw) return value.sql;
      if (value instanceof Unknown) {
        this.exact = false;
        return `"${value.placeholder}"`;
      }
      return this.literal(value);
    });
    return new Raw(quasis.map((quasi, index) => `${quasi['value'].cooked}${values[index] ?? ''}`).join(''));
  }

  /** `sql.ref('a.b')`, `sql.table(…)`, `sql.id(…)`, `sql.lit(…)`, `sql.val(…)`, `sql.raw(…)`. */
  private sqlCall(node: Node, again: (node: Node) => Value): Value | undefined {
    const { base, calls } = chainOf(node);
    const [call] = calls;
    if (base.type !== 'Identifier' || base['name'] !== this.tag || !call || calls.length > 1) return undefined;
    const values = call.args.map((arg) => this.value(arg) ?? again(arg));
    const [first] = values;
    if (values.some((value) => value instanceof Unknown)) return undefined;
    switch (call.name) {
      case 'raw':
        return typeof first === 'string' ? new Raw(first) : undefined;
      case 'ref':
      case 'table':
        return typeof first === 'string' ? new Raw(this.path(first)) : undefined;
      case 'id':
        return new Raw(values.map((value) => this.identifier(value)).join('.'));
      case 'lit':
      case 'val':
      case 'value':
        return new Raw(this.literal(first));
      default:
        return undefined;
    }
  }

  text(value: Value): string {
    if (value instanceof Unknown) {
      this.exact = false;
      return value.placeholder;
    }
    if (value instanceof Raw) return value.sql;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw new Opaque();
  }

  identifier(value: Value): string {
    return value instanceof Raw ? value.sql : `"${this.text(value).replaceAll('"', '""')}"`;
  }

  /** `a.b` is two names. */
  path(value: Value): string {
    return this.text(value)
      .split('.')
      .map((part) => this.identifier(part.trim()))
      .join('.');
  }

  /** The name of a table, view, type or index to drop, in the schema of `withSchema` where it has none of its own. */
  schemable(value: Value): string {
    const path = this.path(value);
    const own = value instanceof Unknown ? false : this.text(value).includes('.');
    return this.schema === undefined || own ? path : `${this.identifier(this.schema)}.${path}`;
  }

  literal(value: Value): string {
    if (value instanceof Now) this.exact = false;
    if (value instanceof Raw) return value.sql;
    if (value instanceof Unknown) {
      this.exact = false;
      return `'${value.placeholder}'`;
    }
    if (value === null) return 'null';
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return quote(value);
    if (isObject(value) && !hasUnknown(value)) return quote(JSON.stringify(value));
    throw new Opaque();
  }

  columns(value: Value): string {
    if (!isArray(value)) throw new Opaque();
    return value.map((one) => this.identifier(one)).join(', ');
  }

  /** `name desc`: a column with its order. */
  ordered(value: Value): string {
    if (value instanceof Raw) return value.sql;
    const [name = '', ...order] = this.text(value).split(' ');
    return value instanceof Unknown || order.length === 0
      ? this.identifier(value)
      : `${this.identifier(name)} ${order.join(' ')}`;
  }

  dataType(value: Value): string {
    return value instanceof Unknown ? this.identifier(value) : this.text(value);
  }
}

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** The calls that a callback makes on its parameter: `(col) => col.notNull()`. */
function callsOf(given: Node | undefined, w: Writer): readonly Call[] {
  if (!given) return [];
  const node = unwrap(given);
  const fn = node.type === 'Identifier' ? w.env.scope.functionOf(node) : node;
  const found = fn && isFunction(fn) ? chainOn(fn) : undefined;
  if (found) return found;
  w.exact = false;
  return [];
}

/** What a function that is given a builder calls on it, where it does nothing else. */
function chainOn(fn: Node): readonly Call[] | undefined {
  const parameter = firstParameter(fn);
  const body = bodyOf(fn);
  const [only] = body;
  if (!only || body.length > 1) return undefined;
  const expression: Node | null = only.type === 'ReturnStatement' ? only['argument'] : only;
  if (!expression) return undefined;
  const { base, calls } = chainOf(expression);
  return base.type === 'Identifier' && base['name'] === parameter ? calls : undefined;
}

function columnOf(call: Call, w: Writer): Column {
  const [name, type, build] = call.args;
  const column: Column = { name: w.identifier(w.value(name)), type: w.dataType(w.value(type)), front: [], end: [] };
  for (const { name: method, args } of callsOf(build, w)) {
    const [first] = args;
    switch (method) {
      case 'primaryKey':
      case 'unique':
      case 'notNull':
      case 'ifNotExists':
      case 'nullsNotDistinct':
      case 'identity':
      case 'stored':
        column[method] = true;
        break;
      case 'autoIncrement':
      case 'unsigned':
        throw new Opaque();
      case 'references': {
        const target = w.value(first);
        const parts = w.text(target).split('.');
        const place = parts.pop();
        if (target instanceof Unknown || place === undefined || parts.length === 0) throw new Opaque();
        column.references = `references ${w.schemable(parts.join('.'))} (${w.identifier(place.trim())})`;
        break;
      }
      case 'onDelete':
      case 'onUpdate':
        column[method] = w.text(w.value(first));
        break;
      case 'defaultTo':
        column.defaultTo = w.literal(w.value(first));
        break;
      case 'check':
        column.check = w.text(w.value(first));
        break;
      case 'generatedAlwaysAs':
        column.generated = `generated always as (${w.text(w.value(first))})`;
        break;
      case 'generatedAlwaysAsIdentity':
        column.generated = 'generated always as identity';
        break;
      case 'generatedByDefaultAsIdentity':
        column.generated = 'generated by default as identity';
        break;
      case 'modifyFront':
        column.front.push(w.text(w.value(first)));
        break;
      case 'modifyEnd':
        column.end.push(w.text(w.value(first)));
        break;
      default:
        w.exact = false;
    }
  }
  return column;
}

const columnSql = (column: Column): string =>
  [
    column.ifNotExists ? 'if not exists' : '',
    column.name,
    column.type,
    ...column.front,
    column.generated ? `${column.generated}${column.stored ? ' stored' : ''}` : '',
    column.identity ? 'identity' : '',
    column.defaultTo === undefined ? '' : `default ${column.defaultTo}`,
    column.notNull ? 'not null' : '',
    column.unique ? 'unique' : '',
    column.nullsNotDistinct ? 'nulls not distinct' : '',
    column.primaryKey ? 'primary key' : '',
    column.references ?? '',
    column.references && column.onDelete ? `on delete ${column.onDelete}` : '',
    column.references && column.onUpdate ? `on update ${column.onUpdate}` : '',
    column.check === undefined ? '' : `check (${column.check})`,
    ...column.end,
  ]
    .filter((part) => part !== '')
    .join(' ');

/** @returns whether the call says something about a constraint */
function constraintStep({ name, args }: Call, constraint: Constraint, w: Writer): boolean {
  switch (name) {
    case 'onDelete':
    case 'onUpdate':
      constraint[name] = w.text(w.value(args[0]));
      return true;
    case 'deferrable':
    case 'notDeferrable':
      constraint.deferrable = name === 'deferrable';
      return true;
    case 'initiallyDeferred':
    case 'initiallyImmediate':
      constraint.deferred = name === 'initiallyDeferred';
      return true;
    case 'nullsNotDistinct':
      constraint.nullsNotDistinct = true;
      return true;
    default:
      return false;
  }
}

const CONSTRAINTS = /^add(?:PrimaryKey|Unique|Check|ForeignKey)Constraint$/;

function constraintSql(call: Call, w: Writer, constraint: Constraint = {}): string {
  const [name, second, third, fourth, fifth] = call.args;
  const built = { ForeignKey: fifth, Check: third, Unique: third, PrimaryKey: third }[
    call.name.slice('add'.length, -'Constraint'.length)
  ];
  for (const each of callsOf(built, w)) if (!constraintStep(each, constraint, w)) w.exact = false;
  const timing =
    (constraint.deferrable === undefined ? '' : constraint.deferrable ? ' deferrable' : ' not deferrable') +
    (constraint.deferred === undefined ? '' : constraint.deferred ? ' initially deferred' : ' initially immediate');
  const head = `constraint ${w.identifier(w.value(name))} `;
  switch (call.name) {
    case 'addPrimaryKeyConstraint':
      return `${head}primary key (${w.columns(w.value(second))})${timing}`;
    case 'addUniqueConstraint':
      return `${head}unique${constraint.nullsNotDistinct ? ' nulls not distinct' : ''} (${w.columns(w.value(second))})${timing}`;
    case 'addCheckConstraint': {
      const check = w.value(second);
      if (!(check instanceof Raw)) throw new Opaque();
      return `${head}check (${check.sql})`;
    }
    default:
      return (
        `${head}foreign key (${w.columns(w.value(second))}) references ${w.schemable(w.value(third))} ` +
        `(${w.columns(w.value(fourth))})` +
        (constraint.onDelete === undefined ? '' : ` on delete ${constraint.onDelete}`) +
        (constraint.onUpdate === undefined ? '' : ` on update ${constraint.onUpdate}`) +
        timing
      );
  }
}

/** The calls of a chain, with those of `$call(fn)` in their place. */
function expanded(calls: readonly Call[], w: Writer, depth = 0): readonly Call[] {
  return calls.flatMap((call): readonly Call[] => {
    if (call.name !== '$call') return [call];
    const [given] = call.args;
    const node = given && unwrap(given);
    const fn = node?.type === 'Identifier' ? w.env.scope.functionOf(node) : node;
    const inner = fn && isFunction(fn) && depth < 5 ? chainOn(fn) : undefined;
    if (inner) return expanded(inner, w, depth + 1);
    w.exact = false;
    return [];
  });
}

/**
 * @param calls of `db.schema`, without what only sends them (`execute`)
 * @param schema of `withSchema`
 * @param tag the name of Kysely's `sql` in the file
 */
export function translateKyselySchema(
  calls: readonly Call[],
  schema: Value,
  env: Env,
  tag: string,
): KyselyTranslation | undefined {
  const w = new Writer(env, schema, tag);
  return attempt(w, () => {
    const [first, ...rest] = expanded(calls, w);
    return first && schemaSql(first, rest, w);
  });
}

function attempt(w: Writer, write: () => string | undefined): KyselyTranslation | undefined {
  try {
    const sql = write();
    return sql === undefined ? undefined : { sql, exact: w.exact };
  } catch (error) {
    if (error instanceof Opaque) return undefined;
    throw error;
  }
}

function schemaSql(first: Call, rest: readonly Call[], w: Writer): string | undefined {
  const name = w.value(first.args[0]);
  const has = (method: string): boolean => rest.some((call) => call.name === method);
  const exists = has('ifExists') ? 'if exists ' : '';
  const notExists = has('ifNotExists') ? 'if not exists ' : '';
  const cascade = has('cascade') ? ' cascade' : '';
  /** Calls beside these may say something that is not known here. */
  const only = (...known: string[]): void => {
    if (rest.some((call) => !known.includes(call.name))) w.exact = false;
  };
  switch (first.name) {
    case 'createTable':
      return createTable(name, rest, w);
    case 'alterTable':
      return alterTable(name, rest, w);
    case 'createIndex':
      return createIndex(name, rest, w);
    case 'createView':
      return createView(name, rest, w);
    case 'createSchema':
      only('ifNotExists');
      return `create schema ${notExists}${w.identifier(name)}`;
    case 'createType': {
      only('asEnum');
      const given = rest.find((call) => call.name === 'asEnum');
      const values = w.value(given?.args[0]);
      if (given && !isArray(values)) w.exact = false;
      const list = isArray(values) ? values : given ? [values] : undefined;
      return `create type ${w.schemable(name)}${list ? ` as enum (${list.map((value) => w.literal(value)).join(', ')})` : ''}`;
    }
    case 'alterType':
      return alterType(name, rest, w);
    case 'dropTable':
      only('ifExists', 'cascade', 'temporary');
      return `drop ${has('temporary') ? 'temporary ' : ''}table ${exists}${w.schemable(name)}${cascade}`;
    case 'dropIndex': {
      only('ifExists', 'cascade', 'on');
      const on = rest.find((call) => call.name === 'on');
      // PostgreSQL knows no ON there
      if (on) throw new Opaque();
      return `drop index ${exists}${w.schemable(name)}${cascade}`;
    }
    case 'dropSchema':
      only('ifExists', 'cascade');
      return `drop schema ${exists}${w.identifier(name)}${cascade}`;
    case 'dropType':
      only('ifExists', 'cascade');
      return `drop type ${exists}${isArray(name) ? name.map((one) => w.schemable(one)).join(', ') : w.schemable(name)}${cascade}`;
    case 'dropView':
      only('ifExists', 'cascade', 'materialized');
      return `drop ${has('materialized') ? 'materialized ' : ''}view ${exists}${w.schemable(name)}${cascade}`;
    case 'refreshMaterializedView':
      only('concurrently', 'withNoData', 'withData');
      return `refresh materialized view ${has('concurrently') && !has('withNoData') ? 'concurrently ' : ''}${w.schemable(name)} with ${has('withNoData') ? 'no ' : ''}data`;
    default:
      return undefined;
  }
}

function createTable(name: Value, rest: readonly Call[], w: Writer): string {
  const columns: string[] = [];
  const constraints: string[] = [];
  const front: string[] = [];
  const end: string[] = [];
  let query: string | undefined;
  let words = '';
  let guard = '';
  let commit = '';
  for (const call of rest) {
    if (call.name === 'addColumn') columns.push(columnSql(columnOf(call, w)));
    else if (CONSTRAINTS.test(call.name)) constraints.push(constraintSql(call, w));
    else if (call.name === 'ifNotExists') guard = 'if not exists ';
    else if (call.name === 'temporary') words = 'temporary ';
    else if (call.name === 'onCommit') commit = ` on commit ${w.text(w.value(call.args[0]))}`;
    else if (call.name === 'modifyEnd') end.push(` ${w.text(w.value(call.args[0]))}`);
    else if (call.name === 'modifyFront') front.push(`${w.text(w.value(call.args[0]))} `);
    else if (call.name === 'as') query = querySql(call.args[0], w);
    else w.exact = false;
  }
  const body = query === undefined ? ` (${[...columns, ...constraints].join(', ')})` : '';
  return `create ${front.join('')}${words}table ${guard}${w.schemable(name)}${body}${commit}${end.join('')}${query === undefined ? '' : ` as ${query}`}`;
}

function alterTable(name: Value, rest: readonly Call[], w: Writer): string {
  const parts: string[] = [];
  let constraint: Call | undefined;
  const built: Constraint = {};
  let drop: string | undefined;
  let modifier = '';
  let exists = '';
  for (const call of rest) {
    const [first, second] = call.args;
    if (CONSTRAINTS.test(call.name)) constraint = call;
    else if (constraint && constraintStep(call, built, w)) continue;
    else
      switch (call.name) {
        case 'addColumn':
          parts.push(`add column ${columnSql(columnOf(call, w))}`);
          break;
        case 'dropColumn': {
          const guarded = callsOf(second, w).some((each) => each.name === 'ifExists');
          parts.push(`drop column ${guarded ? 'if exists ' : ''}${w.identifier(w.value(first))}`);
          break;
        }
        case 'renameColumn':
          parts.push(`rename column ${w.identifier(w.value(first))} to ${w.identifier(w.value(second))}`);
          break;
        case 'alterColumn':
          parts.push(`alter column ${w.identifier(w.value(first))} ${columnChange(second, w)}`);
          break;
        case 'renameTo':
          parts.push(`rename to ${w.path(w.value(first))}`);
          break;
        case 'setSchema':
          parts.push(`set schema ${w.identifier(w.value(first))}`);
          break;
        case 'dropConstraint':
          drop = w.identifier(w.value(first));
          break;
        case 'renameConstraint':
          parts.push(`rename constraint ${w.identifier(w.value(first))} to ${w.identifier(w.value(second))}`);
          break;
        case 'ifExists':
          exists = 'if exists ';
          break;
        case 'cascade':
        case 'restrict':
          modifier = ` ${call.name}`;
          break;
        default:
          throw new Opaque();
      }
  }
  if (constraint) parts.unshift(`add ${constraintSql(constraint, w, built)}`);
  if (drop !== undefined) parts.unshift(`drop constraint ${exists}${drop}${modifier}`);
  if (parts.length === 0) throw new Opaque();
  return `alter table ${w.schemable(name)} ${parts.join(', ')}`;
}

function columnChange(build: Node | undefined, w: Writer): string {
  const [change, ...more] = callsOf(build, w);
  if (!change || more.length > 0) throw new Opaque();
  const value = (): Value => w.value(change.args[0]);
  switch (change.name) {
    case 'setDataType':
      return `type ${w.dataType(value())}`;
    case 'setDefault':
      return `set default ${w.literal(value())}`;
    case 'dropDefault':
      return 'drop default';
    case 'setNotNull':
      return 'set not null';
    case 'dropNotNull':
      return 'drop not null';
    default:
      throw new Opaque();
  }
}

function createIndex(name: Value, rest: readonly Call[], w: Writer): string {
  const columns: string[] = [];
  let unique = '';
  let guard = '';
  let nulls = '';
  let on = '';
  let using = '';
  const where: string[] = [];
  for (const { name: method, args } of rest) {
    const value = (): Value => w.value(args[0]);
    switch (method) {
      case 'ifNotExists':
        guard = 'if not exists ';
        break;
      case 'unique':
        unique = 'unique ';
        break;
      case 'nullsNotDistinct':
        nulls = ' nulls not distinct';
        break;
      case 'on':
        on = ` on ${w.schemable(value())}`;
        break;
      case 'column':
      case 'expression':
        columns.push(w.ordered(value()));
        break;
      case 'columns': {
        const list = value();
        if (isArray(list)) columns.push(...list.map((one) => w.ordered(one)));
        else columns.push(w.ordered(list));
        break;
      }
      case 'using':
        using = ` using ${w.text(value())}`;
        break;
      case 'where':
        where.push(condition(args, w));
        break;
      default:
        w.exact = false;
    }
  }
  return (
    `create ${unique}index ${guard}${w.identifier(name)}${on}${using} (${columns.join(', ')})${nulls}` +
    (where.length > 0 ? ` where ${where.join(' and ')}` : '')
  );
}

function createView(name: Value, rest: readonly Call[], w: Writer): string {
  const has = (method: string): boolean => rest.some((call) => call.name === method);
  const columns = rest.find((call) => call.name === 'columns');
  const query = rest.find((call) => call.name === 'as');
  const words =
    (has('orReplace') ? 'or replace ' : '') +
    (has('materialized') ? 'materialized ' : '') +
    (has('temporary') ? 'temporary ' : '');
  return (
    `create ${words}view ${has('ifNotExists') ? 'if not exists ' : ''}${w.schemable(name)} ` +
    (columns ? `(${w.columns(w.value(columns.args[0]))}) ` : '') +
    `as ${querySql(query?.args[0], w)}`
  );
}

function alterType(name: Value, rest: readonly Call[], w: Writer): string {
  const [first, ...more] = rest;
  if (!first) throw new Opaque();
  const [one, other] = first.args;
  const head = `alter type ${w.schemable(name)} `;
  switch (first.name) {
    case 'addValue': {
      const guard = more.some((call) => call.name === 'ifNotExists') ? 'if not exists ' : '';
      const beside = more.find((call) => call.name === 'before' || call.name === 'after');
      const place = beside ? ` ${beside.name} ${w.literal(w.value(beside.args[0]))}` : '';
      return `${head}add value ${guard}${w.literal(w.value(one))}${place}`;
    }
    case 'renameTo':
      return `${head}rename to ${w.identifier(w.value(one))}`;
    case 'renameValue':
      return `${head}rename value ${w.literal(w.value(one))} to ${w.literal(w.value(other))}`;
    case 'setSchema':
      return `${head}set schema ${w.identifier(w.value(one))}`;
    default:
      throw new Opaque();
  }
}

/** A query behind AS. One that is not understood still is a query. */
function querySql(node: Node | undefined, w: Writer): string {
  const value = node && w.value(node);
  if (value instanceof Raw) return value.sql;
  const { calls } = node ? chainOf(node) : { calls: [] };
  try {
    const [from, ...rest] = calls;
    if (from?.name === 'selectFrom') return select(w.value(from.args[0]), rest, w);
  } catch (error) {
    if (!(error instanceof Opaque)) throw error;
  }
  w.exact = false;
  return 'select * from "‹query›"';
}

function select(from: Value, rest: readonly Call[], w: Writer): string {
  const columns: string[] = [];
  const where: string[] = [];
  for (const { name, args } of rest) {
    if (name === 'selectAll' && args.length === 0) columns.push('*');
    else if (name === 'select') {
      const value = w.value(args[0]);
      for (const column of isArray(value) ? value : [value]) columns.push(aliased(column, w));
    } else if (name === 'where') where.push(condition(args, w));
    else throw new Opaque();
  }
  if (typeof from !== 'string' || / as /.test(from)) throw new Opaque();
  return `select ${columns.join(', ')} from ${w.schemable(from)}${where.length > 0 ? ` where ${where.join(' and ')}` : ''}`;
}

function aliased(value: Value, w: Writer): string {
  if (value instanceof Raw) return value.sql;
  if (typeof value !== 'string') throw new Opaque();
  const [name = '', alias] = value.split(' as ');
  return alias === undefined ? w.path(name) : `${w.path(name)} as ${w.identifier(alias.trim())}`;
}

const OPERATORS = /^(?:=|<>|!=|<|>|<=|>=|like|ilike|not like|not ilike|is|is not|in|not in|~|~\*|@>|<@|&&)$/;

function condition(args: readonly Node[], w: Writer): string {
  const [first, second, third] = args;
  if (args.length === 1 && first) {
    const value = w.value(first);
    if (value instanceof Raw) return value.sql;
    throw new Opaque();
  }
  const operator = w.value(second);
  if (args.length !== 3 || typeof operator !== 'string' || !OPERATORS.test(operator)) throw new Opaque();
  const left = w.value(first);
  const column = left instanceof Raw ? left.sql : w.path(left);
  const right = w.value(third);
  if (operator === 'in' || operator === 'not in') {
    if (!isArray(right) || right.length === 0) throw new Opaque();
    return `${column} ${operator} (${right.map((value) => w.literal(value)).join(', ')})`;
  }
  return `${column} ${operator} ${w.literal(right)}`;
}

/** What a query that writes (`insertInto`, `updateTable`, `deleteFrom`) sends. */
export function translateKyselyQuery(
  calls: readonly Call[],
  schema: Value,
  env: Env,
  tag: string,
): KyselyTranslation | undefined {
  const w = new Writer(env, schema, tag);
  return attempt(w, () => {
    const [first, ...rest] = calls;
    if (!first || first.args.length !== 1) return undefined;
    const table = w.value(first.args[0]);
    if (table instanceof Raw || isArray(table)) return undefined;
    if (first.name === 'insertInto') return insert(w.schemable(table), rest, w);
    if (first.name !== 'updateTable' && first.name !== 'deleteFrom') return undefined;
    const where: string[] = [];
    const set: string[] = [];
    for (const { name, args } of rest) {
      if (name === 'where') where.push(condition(args, w));
      else if (name === 'set' && first.name === 'updateTable') set.push(...assignments(args, w));
      else return undefined;
    }
    const behind = where.length > 0 ? ` where ${where.join(' and ')}` : '';
    if (first.name === 'deleteFrom') return `delete from ${w.schemable(table)}${behind}`;
    return set.length > 0 ? `update ${w.schemable(table)} set ${set.join(', ')}${behind}` : undefined;
  });
}

function assignments(args: readonly Node[], w: Writer): string[] {
  const [first, second] = args.map((arg) => w.value(arg));
  const entries: [string, Value][] = isObject(first)
    ? Object.entries(first)
    : typeof first === 'string' && second !== undefined
      ? [[first, second]]
      : [];
  const known = entries.filter(([, value]) => value !== undefined);
  // what is computed from what is there would be computed from its own result on a second run
  if (known.length === 0 || known.some(([, value]) => hasUnknown(value))) throw new Opaque();
  return known.map(([column, value]) => `${w.path(column)} = ${w.literal(value)}`);
}

function insert(table: string, rest: readonly Call[], w: Writer): string {
  let rows: readonly Value[] | undefined;
  let conflict = '';
  for (const { name, args } of rest) {
    if (name === 'values') {
      const data = w.value(args[0]);
      rows = isArray(data) ? data : [data];
    } else if (name === 'onConflict') conflict = onConflict(args[0], w);
    else if (name !== 'returning' && name !== 'returningAll') throw new Opaque();
  }
  if (!rows || rows.length === 0 || !rows.every(isObject)) throw new Opaque();
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row as object)))];
  if (columns.length === 0) throw new Opaque();
  const values = rows.map((row) => {
    const fields = row;
    const list = columns.map((column) => (fields[column] === undefined ? 'default' : w.literal(fields[column])));
    return `(${list.join(', ')})`;
  });
  return `insert into ${table} (${columns.map((column) => w.identifier(column)).join(', ')}) values ${values.join(', ')}${conflict}`;
}

function onConflict(build: Node | undefined, w: Writer): string {
  let target = '';
  let action = '';
  for (const { name, args } of callsOf(build, w)) {
    if (name === 'column') target = ` (${w.identifier(w.value(args[0]))})`;
    else if (name === 'columns') target = ` (${w.columns(w.value(args[0]))})`;
    else if (name === 'constraint') target = ` on constraint ${w.identifier(w.value(args[0]))}`;
    else if (name === 'doNothing') action = ' do nothing';
    else if (name === 'doUpdateSet') action = ` do update set ${assignments(args, w).join(', ')}`;
    else throw new Opaque();
  }
  if (action === '') throw new Opaque();
  return ` on conflict${target}${action}`;
}

/** The SQL of sql`…` with its values in their places; undefined where it is no such template. */
export function translateKyselyTemplate(node: Node, env: Env, tag: string): KyselyTranslation | undefined {
  const w = new Writer(env, undefined, tag);
  return attempt(w, () => w.template(node)?.sql);
}
