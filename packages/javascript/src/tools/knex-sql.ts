/**
 * What Knex 3 sends to PostgreSQL for a call of its schema or query builder. The words are Knex's own, so that a test can compare both
 * texts; where an argument is known only when the migration runs, the names and the kinds of the objects are right and `exact` is false.
 */
import { dotted, isFunction, propertyName, unwrap, walkTree, type Node } from '../ast.ts';
import type { Scope } from '../scope.ts';
import { bodyOf, chainOf, firstParameter, type Call } from '../calls.ts';
import { evaluate, hasUnknown, isArray, isObject, Now, Raw, Unknown, type Env, type Value } from '../static.ts';

export interface Translation {
  /** One after the other, as they are sent. */
  readonly statements: readonly string[];
  readonly exact: boolean;
}

/** Something that has no SQL that we know. */
class Opaque extends Error {}

const SCHEMA_METHODS = new Set(
  (
    'createTable createTableIfNotExists createTableLike alterTable table renameTable dropTable dropTableIfExists createView ' +
    'createViewOrReplace createMaterializedView refreshMaterializedView dropView dropViewIfExists dropMaterializedView ' +
    'dropMaterializedViewIfExists alterView view renameView createSchema createSchemaIfNotExists dropSchema dropSchemaIfExists ' +
    'createExtension createExtensionIfNotExists dropExtension dropExtensionIfExists raw hasTable hasColumn'
  ).split(' '),
);

/** Whether `knex.schema` has this method, and it makes a query of its own. */
export const isSchemaMethod = (name: string): boolean => SCHEMA_METHODS.has(name);

const TYPES: Record<string, string> = {
  tinyint: 'smallint',
  smallint: 'smallint',
  mediumint: 'integer',
  integer: 'integer',
  biginteger: 'bigint',
  double: 'double precision',
  floating: 'real',
  bool: 'boolean',
  date: 'date',
  time: 'time',
  geometry: 'geometry',
  geography: 'geography',
  point: 'point',
  text: 'text',
  binary: 'bytea',
};

const ALIASES: Record<string, string> = {
  float: 'floating',
  enum: 'enu',
  boolean: 'bool',
  string: 'varchar',
  bigint: 'bigInteger',
};

const COLUMN_TYPES = new Set([
  ...Object.keys(TYPES).filter((name) => name !== 'floating'),
  ...Object.keys(ALIASES),
  ...['decimal', 'bit', 'datetime', 'dateTime', 'timestamp', 'varchar', 'increments', 'bigincrements', 'bigIncrements'],
  ...['bigInteger', 'json', 'jsonb', 'uuid', 'enu', 'specificType'],
]);

const MODIFIERS = new Set([
  ...['default', 'defaultTo', 'defaultsTo', 'unsigned', 'nullable', 'first', 'after', 'comment', 'collate', 'check'],
  ...['checkPositive', 'checkNegative', 'checkIn', 'checkNotIn', 'checkBetween', 'checkLength', 'checkRegex'],
]);

const TABLE_METHODS = new Set([
  ...[
    'index',
    'primary',
    'unique',
    'dropPrimary',
    'dropPrimaryIfExists',
    'dropUnique',
    'dropUniqueIfExists',
    'dropIndex',
  ],
  ...['dropForeign', 'dropForeignIfExists'],
]);
const ALTER_METHODS = new Set([
  ...['renameColumn', 'setNullable', 'dropNullable', 'dropColumn', 'dropColumns', 'dropChecks', 'dropTimestamps'],
]);

interface Column {
  readonly type: string;
  readonly args: readonly Value[];
  readonly modified: Map<string, readonly Value[]>;
  alter: { readonly nullable: boolean; readonly type: boolean } | undefined;
}

interface Foreign {
  column: Value;
  keyName: Value;
  references?: Value;
  inTable?: Value;
  onUpdate?: Value;
  onDelete?: Value;
  deferrable?: Value;
}

interface Statement {
  readonly method: string;
  readonly args: readonly Value[];
  readonly foreign?: Foreign;
}

/** One translation: remembers whether something was not known. */
class Writer {
  exact = true;
  /** Some of what is done to a table hangs on a test, or is done elsewhere. */
  open = false;
  readonly env: Env;
  constructor(env: Env) {
    this.env = { ...env, call: (node, again) => env.call?.(node, again) ?? this.ownCall(node, again) };
  }

  value(node: Node | undefined, bound?: ReadonlyMap<string, Value>): Value {
    if (!node) return undefined;
    return evaluate(node, bound ? { ...this.env, bound } : this.env);
  }

  /** `knex.raw(…)`, `knex.fn.now()`, `knex.fn.uuid()`, `knex.ref(…)`: whatever the object is called. */
  ownCall(node: Node, again: (node: Node) => Value): Value | undefined {
    const chain = chainOf(node);
    const [call] = chain.calls;
    const base = dotted(chain.base);
    if (!call || chain.calls.length !== 1 || !base) return undefined;
    const last = base.length > 1 ? base[base.length - 1] : undefined;
    if (call.name === 'now' && last === 'fn') {
      const precision = call.args[0] && again(call.args[0]);
      return new Raw(typeof precision === 'number' ? `CURRENT_TIMESTAMP(${precision})` : 'CURRENT_TIMESTAMP');
    }
    if (call.name === 'uuid' && last === 'fn') return new Raw('(gen_random_uuid())');
    if (call.name === 'ref' && base.length === 1 && call.args[0]) {
      const name = again(call.args[0]);
      return typeof name === 'string' ? new Raw(this.wrap(name)) : undefined;
    }
    if (call.name === 'raw' && (last === undefined || last === 'client')) {
      const sql = call.args[0] && again(call.args[0]);
      if (typeof sql !== 'string') return undefined;
      const text = this.bind(sql, call.args[1] ? again(call.args[1]) : undefined);
      return text === undefined ? undefined : new Raw(text);
    }
    return undefined;
  }

  text(value: Value): string {
    if (value instanceof Unknown) {
      this.exact = false;
      return value.placeholder;
    }
    if (value instanceof Raw) return value.sql;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw new Opaque();
  }

  /** A name in quotes; `schema.table` is two. */
  wrap(value: Value): string {
    if (value instanceof Raw) return value.sql;
    if (typeof value === 'number') return String(value);
    const name = this.text(value);
    const alias = / as /i.exec(name);
    if (alias) return `${this.wrap(name.slice(0, alias.index))} as ${this.identifier(name.slice(alias.index + 4))}`;
    return name
      .split('.')
      .map((part) => this.identifier(part))
      .join('.');
  }

  identifier(part: string): string {
    const name = part.trim();
    if (name === '*') return name;
    const accessor = /(.*?)(\[[0-9]+\])/.exec(name);
    return accessor ? `"${accessor[1]?.replaceAll('"', '""')}"${accessor[2]}` : `"${name.replaceAll('"', '""')}"`;
  }

  columnize(value: Value): string {
    return isArray(value) ? value.map((one) => this.wrap(one)).join(', ') : this.wrap(value);
  }

  list(value: Value): readonly Value[] {
    if (isArray(value)) return value;
    return value === undefined || value === null || value === '' ? [] : [value];
  }

  /** `table_a_b_unique`, in lower case, as Knex names what has no name. */
  indexName(type: string, table: Value, columns: Value): string {
    const name = `${this.text(table).replace(/\.|-/g, '_')}_${this.list(columns)
      .map((column) => this.text(column))
      .join('_')}_${type}`;
    return this.wrap(name.toLowerCase());
  }

  /** A value as a literal of SQL. */
  literal(value: Value): string {
    if (value instanceof Now) this.exact = false;
    if (value instanceof Raw) return value.sql;
    if (value instanceof Unknown) {
      this.exact = false;
      return `'${value.placeholder}'`;
    }
    if (value === null) return 'NULL';
    if (value === undefined) throw new Opaque();
    if (typeof value === 'number') return String(value);
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    if (typeof value === 'string') return quote(value);
    if (hasUnknown(value)) this.exact = false;
    if (isArray(value)) return quote(this.arrayText(value));
    return quote(JSON.stringify(plain(value)));
  }

  private arrayText(value: readonly Value[]): string {
    const parts = value.map((one) => {
      if (one === null || one === undefined) return 'NULL';
      if (isArray(one)) return this.arrayText(one);
      if (typeof one === 'number') return String(one);
      if (typeof one === 'string') return JSON.stringify(one);
      if (one instanceof Unknown) return JSON.stringify(one.placeholder);
      throw new Opaque();
    });
    return `{${parts.join(',')}}`;
  }

  /** The text of `raw(sql, bindings)`, bindings in their place; undefined where one is not known well enough. */
  bind(sql: string, bindings: Value): string | undefined {
    if (bindings === undefined) return sql.replaceAll('\\?', '?');
    if (bindings instanceof Unknown) return undefined;
    if (isObject(bindings)) {
      const out = sql.replace(/\\?(:(\w+):(?=::)|:(\w+):(?!:)|:(\w+))/g, (match: string, whole: string, a, b, c) => {
        if (match !== whole) return whole;
        const key = (a ?? b ?? c) as string;
        const value = bindings[key];
        if (value === undefined) return match;
        return whole.endsWith(':') ? this.columnize(value) : this.literal(value);
      });
      return out.replaceAll('\\?', '?');
    }
    const values = isArray(bindings) ? bindings : [bindings];
    let index = 0;
    const out = sql.replace(/\\?\?\??/g, (match) => {
      if (match === '\\?') return '?';
      const value = values[index++];
      return match === '??' ? this.columnize(value) : this.literal(value);
    });
    return index === values.length ? out : undefined;
  }
}

/** A string literal as Knex writes one. */
export function quote(value: string): string {
  const doubled = value.replaceAll("'", "''");
  return value.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

function plain(value: Value): unknown {
  if (value instanceof Unknown) return value.placeholder;
  if (value instanceof Raw) throw new Opaque();
  if (isArray(value)) return value.map(plain);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
  return value;
}

type At =
  { kind: 'table' } | { kind: 'column'; column: Column; foreign?: Foreign } | { kind: 'foreign'; foreign: Foreign };

/** What the callback of createTable or alterTable does to its builder. */
class Table {
  readonly columns: Column[] = [];
  readonly statements: Statement[] = [];
  readonly checks: (readonly Value[])[] = [];
  comment: Value = undefined;
  inherits: Value = undefined;
  readonly writer: Writer;
  readonly alter: boolean;

  constructor(writer: Writer, alter: boolean) {
    this.writer = writer;
    this.alter = alter;
  }

  /** Reads a callback; `depth` stops helpers that call themselves. */
  read(fn: Node, bound: ReadonlyMap<string, Value>, depth = 0): void {
    const parameter = firstParameter(fn);
    const own = (node: Node): boolean =>
      node.type === 'Identifier'
        ? node['name'] === parameter
        : node.type === 'ThisExpression' && fn.type !== 'ArrowFunctionExpression';
    const inner = new Map(bound);
    if (parameter !== undefined) inner.delete(parameter);
    this.readAll(bodyOf(fn), own, inner, depth);
  }

  private readAll(
    nodes: readonly Node[],
    own: (node: Node) => boolean,
    bound: Map<string, Value>,
    depth: number,
  ): void {
    for (const node of nodes) this.readNode(node, own, bound, depth);
  }

  private readNode(given: Node, own: (node: Node) => boolean, bound: Map<string, Value>, depth: number): void {
    let node: Node | null = given;
    if (node.type === 'ReturnStatement') node = node['argument'] as Node | null;
    else if (node.type === 'ExpressionStatement') node = node['expression'] as Node;
    if (node === null || node.type === 'EmptyStatement') return;
    node = unwrap(node);
    if (node.type === 'AwaitExpression') node = unwrap(node['argument'] as Node);
    if (node.type === 'BlockStatement') return this.readAll(node['body'] as readonly Node[], own, bound, depth);
    if (node.type === 'VariableDeclaration') {
      for (const declarator of node['declarations'] as readonly Node[]) {
        const id = declarator['id'] as Node;
        const init = declarator['init'] as Node | null;
        if (id.type === 'Identifier' && init && node['kind'] === 'const' && !mentions(init, own))
          bound.set(id['name'] as string, this.writer.value(init, bound));
        else this.writer.exact = false;
      }
      return;
    }
    if (node.type === 'ForOfStatement') {
      const values = this.writer.value(node['right'] as Node, bound);
      const left = node['left'] as Node;
      const id =
        left.type === 'VariableDeclaration'
          ? ((left['declarations'] as readonly Node[])[0]?.['id'] as Node)
          : undefined;
      if (isArray(values) && id?.type === 'Identifier' && values.length <= 200) {
        for (const value of values) {
          this.readNode(node['body'] as Node, own, new Map(bound).set(id['name'] as string, value), depth);
        }
        return;
      }
      this.writer.exact = false;
      return;
    }
    if (node.type === 'CallExpression') {
      const chain = chainOf(node);
      if (own(chain.base)) return this.readChain(chain.calls, bound);
      if (this.readLoop(node, own, bound, depth) || this.readHelper(node, own, bound, depth)) return;
    }
    if (node.type === 'IfStatement') {
      this.writer.exact = false;
      // columns that the author asks for
      if (asksForColumn(node['test'], this.writer.env.scope)) return;
    }
    // something else may add to the table, too
    if (mentions(node, own)) this.writer.open = true;
    if (node.type !== 'Literal') this.writer.exact = false;
  }

  /** `['a', 'b'].forEach((name) => t.string(name))` */
  private readLoop(node: Node, own: (node: Node) => boolean, bound: Map<string, Value>, depth: number): boolean {
    const callee = unwrap(node['callee'] as Node);
    const [fn] = node['arguments'] as readonly Node[];
    if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'forEach' || !isFunction(fn)) return false;
    const values = this.writer.value(callee['object'] as Node, bound);
    const name = firstParameter(fn);
    if (!isArray(values) || values.length > 200 || fn['params'].length > 1) return false;
    for (const value of values) {
      const inner = name === undefined ? bound : new Map(bound).set(name, value);
      this.readAll(bodyOf(fn), own, inner, depth);
    }
    return true;
  }

  /** `addTimestamps(t)`, a function of the same file. */
  private readHelper(node: Node, own: (node: Node) => boolean, bound: Map<string, Value>, depth: number): boolean {
    const callee = unwrap(node['callee'] as Node);
    const args = node['arguments'] as readonly Node[];
    if (callee.type !== 'Identifier' || depth > 4) return false;
    const fn = this.writer.env.scope.functionOf(callee);
    const place = args.findIndex((arg) => own(unwrap(arg)));
    if (!isFunction(fn) || place < 0) return false;
    const inner = new Map(bound);
    let parameter: string | undefined;
    for (const [index, param] of fn['params'].entries()) {
      const id = param.type === 'AssignmentPattern' ? (param['left'] as Node) : param;
      const fallback = param.type === 'AssignmentPattern' ? (param['right'] as Node) : undefined;
      if (id.type !== 'Identifier') return false;
      const name = id['name'] as string;
      if (index === place) parameter = name;
      else inner.set(name, this.writer.value(args[index] ?? fallback, bound));
    }
    if (parameter === undefined) return false;
    const isOwn = (one: Node): boolean => one.type === 'Identifier' && one['name'] === parameter;
    this.readAll(bodyOf(fn), isOwn, inner, depth + 1);
    return true;
  }

  private readChain(calls: readonly Call[], bound: ReadonlyMap<string, Value>): void {
    let at: At = { kind: 'table' };
    for (const call of calls) {
      const args = call.args.map((arg) => (isFunction(unwrap(arg)) ? new Unknown('…') : this.writer.value(arg, bound)));
      if (call.args.some((arg) => arg.type === 'SpreadElement')) {
        const spread = call.args.flatMap((arg): readonly Value[] => {
          if (arg.type !== 'SpreadElement') return [this.writer.value(arg, bound)];
          const values = this.writer.value(arg['argument'] as Node, bound);
          return isArray(values) ? values : [new Unknown('…')];
        });
        args.splice(0, args.length, ...spread);
      }
      const next: At | undefined = this.step(at, call.name, args);
      if (!next) {
        this.writer.exact = false;
        return;
      }
      at = next;
    }
  }

  private step(at: At, name: string, args: readonly Value[]): At | undefined {
    if (at.kind === 'foreign' || (at.kind === 'column' && at.foreign)) {
      const foreign = at.foreign as Foreign;
      switch (name) {
        case 'on':
        case 'inTable':
          foreign.inTable = args[0];
          return at;
        case 'onUpdate':
        case 'onDelete':
        case 'deferrable':
          foreign[name] = args[0];
          return at;
        case 'withKeyName':
          foreign.keyName = args[0];
          return at;
        default:
      }
    }
    if (name === 'references' && at.kind !== 'table') {
      const foreign: Foreign = at.kind === 'foreign' ? at.foreign : { column: at.column.args[0], keyName: undefined };
      if (at.kind === 'column') this.statements.push({ method: 'foreign', args: [], foreign });
      const [target] = args;
      const pieces = typeof target === 'string' ? target.split('.') : [];
      if (pieces.length > 1) {
        foreign.inTable = pieces[0];
        foreign.references = pieces[1];
      } else foreign.references = target;
      return { ...at, foreign };
    }
    if (at.kind === 'foreign') return undefined;
    if (at.kind === 'column') return this.columnStep(at, name, args);
    return this.tableStep(name, args);
  }

  private columnStep(at: At & { kind: 'column' }, name: string, args: readonly Value[]): At | undefined {
    const { column } = at;
    if (name === 'notNull' || name === 'notNullable') column.modified.set('nullable', [false]);
    else if (MODIFIERS.has(name))
      column.modified.set(name === 'default' || name === 'defaultsTo' ? 'defaultTo' : name, args);
    else if (name === 'index' || name === 'primary' || name === 'unique') {
      if (!column.type.includes('increments')) this.statements.push({ method: name, args: [column.args[0], ...args] });
    } else if (name === 'alter' && this.alter) {
      const [options] = args;
      const given = isObject(options) ? options : {};
      column.alter = { nullable: given['alterNullable'] !== false, type: given['alterType'] !== false };
      if (options instanceof Unknown) this.writer.exact = false;
    } else return undefined;
    return at;
  }

  private tableStep(name: string, args: readonly Value[]): At | undefined {
    if (COLUMN_TYPES.has(name)) {
      const column: Column = {
        type: (ALIASES[name] ?? name).toLowerCase(),
        args,
        modified: new Map(),
        alter: undefined,
      };
      this.columns.push(column);
      return { kind: 'column', column };
    }
    if (name === 'foreign') {
      const foreign: Foreign = { column: args[0], keyName: args[1] };
      this.statements.push({ method: 'foreign', args: [], foreign });
      return { kind: 'foreign', foreign };
    }
    if (name === 'timestamps') {
      const [first, second, third] = args;
      const [now, camel] = isObject(first) ? [first['defaultToNow'], first['useCamelCase']] : [second, third];
      if (now instanceof Unknown || camel instanceof Unknown) return undefined;
      for (const column of camel ? ['createdAt', 'updatedAt'] : ['created_at', 'updated_at']) {
        const modified = new Map<string, readonly Value[]>();
        if (now === true) modified.set('nullable', [false]).set('defaultTo', [new Raw('CURRENT_TIMESTAMP')]);
        this.columns.push({ type: 'timestamp', args: [column], modified, alter: undefined });
      }
      return { kind: 'table' };
    }
    if (name === 'comment') {
      [this.comment] = args;
      return { kind: 'table' };
    }
    if (name === 'inherits' && !this.alter) {
      [this.inherits] = args;
      return { kind: 'table' };
    }
    if (name === 'check') {
      if (this.alter) this.statements.push({ method: name, args });
      else this.checks.push(args);
      return { kind: 'table' };
    }
    if (TABLE_METHODS.has(name) || (this.alter && ALTER_METHODS.has(name))) {
      if (name === 'dropTimestamps') {
        const columns = args[0] === true ? ['createdAt', 'updatedAt'] : ['created_at', 'updated_at'];
        this.statements.push({ method: 'dropColumns', args: [columns] });
      } else this.statements.push({ method: name, args });
      return { kind: 'table' };
    }
    // of MySQL; ignored words, and words that only other servers know
    return undefined;
  }
}

/** `hasColumn(…)`, also kept in a constant, also with `!` in front. */
function asksForColumn(test: Node, scope: Scope): boolean {
  let node = unwrap(test);
  for (let depth = 0; depth < 10; depth++) {
    if (node.type === 'UnaryExpression' || node.type === 'AwaitExpression') node = unwrap(node['argument']);
    else if (node.type === 'LogicalExpression')
      return [node['left'], node['right']].every((each: Node) => asksForColumn(each, scope));
    else if (node.type === 'Identifier') {
      const constant = scope.constant(node);
      if (!constant) return false;
      node = unwrap(constant.node);
    } else break;
  }
  const { calls } = chainOf(node);
  return calls[calls.length - 1]?.name === 'hasColumn';
}

function mentions(node: Node, own: (node: Node) => boolean): boolean {
  let found = false;
  walkTree(node, (inner) => {
    found ||= own(inner);
    return !found;
  });
  return found;
}

/** Compiles what a callback recorded, in the order in which Knex does it. */
class TableSql {
  readonly out: string[] = [];
  private readonly front: string[] = [];
  private readonly later: string[] = [];
  private checks = 0;
  readonly w: Writer;
  readonly schema: Value;
  readonly table: Value;
  readonly recorded: Table;
  private readonly together: boolean;

  constructor(writer: Writer, schema: Value, table: Value, recorded: Table, together: boolean) {
    this.w = writer;
    this.schema = schema;
    this.table = table;
    this.recorded = recorded;
    this.together = together;
  }

  get name(): string {
    return qualified(this.w, this.schema, this.table);
  }

  create(ifNot: boolean, like?: Value): readonly string[] {
    const { recorded, w } = this;
    const columns = recorded.columns.map((column) => this.column(column));
    const head = `create table ${ifNot ? 'if not exists ' : ''}${this.name}`;
    const body =
      like === undefined
        ? ` (${columns.join(', ')}${this.primaryKey()}${this.tableChecks()})`
        : ` (like ${qualified(w, this.schema, like)} including all${columns.map((column) => `, ${column}`).join('')})`;
    const inherits = recorded.inherits === undefined ? '' : ` inherits (${w.wrap(recorded.inherits)})`;
    this.out.push(head + body + inherits);
    if (recorded.comment !== undefined) this.out.push(`comment on table ${this.name} is '${w.text(recorded.comment)}'`);
    this.out.push(...this.later);
    this.alterations(true);
    return [...this.front, ...this.out];
  }

  alter(): readonly string[] {
    const { recorded } = this;
    const added = recorded.columns.filter((column) => !column.alter).map((column) => this.column(column));
    const later = this.later.splice(0);
    const altered = recorded.columns.filter((column) => column.alter);
    for (const column of altered) {
      // its checks and comments come behind
      this.column(column);
    }
    if (added.length > 0)
      this.out.push(`alter table ${this.name} ${added.map((one) => `add column ${one}`).join(', ')}`);
    const changes = altered.flatMap((column) => this.columnChanges(column));
    for (const change of this.together && changes.length > 0 ? [changes.join(', ')] : changes)
      this.out.push(`alter table ${this.name} ${change}`);
    this.out.push(...later, ...this.later);
    this.alterations(false);
    if (recorded.comment !== undefined)
      this.out.push(`comment on table ${this.name} is '${this.w.text(recorded.comment)}'`);
    return [...this.front, ...this.out];
  }

  private columnName(column: Column): string {
    const [name] = column.args;
    return this.w.wrap(name === undefined || name === '' ? 'id' : name);
  }

  private type(column: Column, native = true): string {
    const { w } = this;
    const [, first, second] = column.args;
    const number = (value: Value, fallback: number): string => {
      if (value === undefined || value === null) return String(fallback);
      if (value instanceof Unknown) {
        w.exact = false;
        return String(fallback);
      }
      const parsed = isArray(value) || isObject(value) ? Number.NaN : Number.parseInt(w.text(value), 10);
      return String(Number.isNaN(parsed) ? fallback : parsed);
    };
    switch (column.type) {
      case 'varchar':
        return `varchar(${number(first, 255)})`;
      case 'decimal':
        return first === null ? 'decimal' : `decimal(${number(first, 8)}, ${number(second, 2)})`;
      case 'json':
        return first ? 'jsonb' : 'json';
      case 'jsonb':
        return 'jsonb';
      case 'increments':
      case 'bigincrements': {
        const wanted = isObject(first) ? first['primaryKey'] : true;
        if (first instanceof Unknown || wanted instanceof Unknown) w.exact = false;
        return `${column.type === 'increments' ? '' : 'big'}serial${wanted && !this.hasPrimary() ? ' primary key' : ''}`;
      }
      case 'uuid':
        if (first instanceof Unknown) w.exact = false;
        return `uuid${isObject(first) && first['primaryKey'] === true && !this.hasPrimary() ? ' primary key' : ''}`;
      case 'datetime':
      case 'timestamp': {
        const [tz, precision] = isObject(first) ? [first['useTz'], first['precision']] : [!first, second];
        if (first instanceof Unknown || precision instanceof Unknown) w.exact = false;
        const size = precision === undefined || precision === null ? '' : `(${w.text(precision)})`;
        return `${tz === false ? 'timestamp' : 'timestamptz'}${size}`;
      }
      case 'enu':
        return this.enumeration(column, native);
      case 'specifictype':
        return first instanceof Unknown ? w.wrap(first) : w.text(first);
      default: {
        const type = TYPES[column.type];
        if (type === undefined) throw new Opaque();
        return type;
      }
    }
  }

  private enumeration(column: Column, native: boolean): string {
    const { w } = this;
    const [name, allowed, given] = column.args;
    const options = isObject(given) ? given : {};
    if (given instanceof Unknown) w.exact = false;
    const values = (): string => {
      if (isArray(allowed)) return allowed.map((value) => w.text(value)).join("', '");
      w.exact = false;
      return allowed instanceof Unknown ? allowed.placeholder : '';
    };
    if (!options['useNative']) return `text check (${w.wrap(name)} in ('${values()}'))`;
    const schema = options['schemaName'] ?? this.schema;
    const type = `${schema === undefined ? '' : `"${w.text(schema)}".`}"${w.text(options['enumName'])}"`;
    if (!options['existingType'] && native) this.front.unshift(`create type ${type} as enum ('${values()}')`);
    return type;
  }

  private hasPrimary(): boolean {
    return this.recorded.statements.some((statement) => statement.method === 'primary');
  }

  private defaultValue(column: Column, value: Value): string {
    const { w } = this;
    if (value === undefined) return 'default ';
    if (value === null) return 'default null';
    if (value instanceof Raw) return `default ${value.sql}`;
    if (value instanceof Unknown) return `default ${w.literal(value)}`;
    if (column.type === 'bool') return `default '${value && value !== 'false' ? 1 : 0}'`;
    if ((column.type === 'json' || column.type === 'jsonb') && typeof value === 'object') {
      if (hasUnknown(value)) w.exact = false;
      return `default '${JSON.stringify(plain(value))}'`;
    }
    if (isArray(value))
      return `default ${quote(value.map((one) => (one === null || one === undefined ? '' : w.text(one))).join())}`;
    if (isObject(value)) throw new Opaque();
    return `default ${quote(String(value))}`;
  }

  private column(column: Column): string {
    const { w } = this;
    const name = this.columnName(column);
    const parts = [name, this.type(column)];
    const increments = column.type.includes('increments');
    const modified = (modifier: string): readonly Value[] | undefined => column.modified.get(modifier);
    if (!increments) {
      const nullable = modified('nullable');
      if (nullable) parts.push(nullable[0] === false ? 'not null' : 'null');
      const value = modified('defaultTo');
      if (value) parts.push(this.defaultValue(column, value[0]));
    }
    const comment = modified('comment');
    if (comment) {
      const text = comment[0] ? `'${w.text(comment[0]).replace(/(?<!')'(?!')/g, "''")}'` : 'NULL';
      this.later.push(`comment on column ${this.name}.${name} is ${text}`);
    }
    if (!increments) parts.push(...this.columnChecks(column, name));
    return parts.join(' ');
  }

  private columnChecks(column: Column, name: string): string[] {
    const { w } = this;
    const out: string[] = [];
    let count = 0;
    const add = (predicate: string, constraint: Value): void => {
      if (column.alter) {
        count += 1;
        const own =
          constraint === undefined ? `${w.text(this.table)}_${w.text(column.args[0])}_${count}` : w.text(constraint);
        this.later.push(`alter table ${this.name} add constraint ${own} check(${predicate})`);
      } else out.push(`${constraint === undefined ? '' : `constraint ${w.text(constraint)} `}check (${predicate})`);
    };
    for (const modifier of [
      'checkPositive',
      'checkNegative',
      'checkIn',
      'checkNotIn',
      'checkBetween',
      'checkLength',
      'checkRegex',
    ]) {
      const args = column.modified.get(modifier);
      if (!args) continue;
      const [first, second, third] = args;
      if (modifier === 'checkPositive') add(`${name} > 0`, first);
      else if (modifier === 'checkNegative') add(`${name} < 0`, first);
      else if (modifier === 'checkRegex') add(`${name} ~ ${w.literal(first)}`, second);
      else if (modifier === 'checkLength') add(`length(${name}) ${w.text(first)} ${w.text(second)}`, third);
      else {
        const values = this.w.list(first);
        if (modifier === 'checkBetween') {
          const intervals = values.length === 2 && !isArray(values[0]) && !isArray(values[1]) ? [values] : values;
          const checks = intervals.map((interval) => {
            const [low, high] = w.list(interval);
            return `${name} between ${w.literal(low)} and ${w.literal(high)}`;
          });
          add(checks.join(' or '), second);
        } else {
          const not = modifier === 'checkNotIn' ? 'not ' : '';
          add(`${name} ${not}in (${values.map((value) => w.literal(value)).join(',')})`, second);
        }
      }
    }
    if (column.modified.has('check')) throw new Opaque();
    return out;
  }

  /** What `.alter()` does to a column, one after the other. */
  private columnChanges(column: Column): string[] {
    const name = this.columnName(column);
    const type = this.type(column, false);
    const out = [`alter column ${name} drop default`];
    const notNull = column.modified.get('nullable')?.[0] === false;
    // together with what follows, it would only be undone
    if (column.alter?.nullable && !(this.together && notNull)) out.push(`alter column ${name} drop not null`);
    if (column.alter?.type)
      out.push(`alter column ${name} type ${type} using (${name}${column.type === 'enu' ? '::text::' : '::'}${type})`);
    const value = column.modified.get('defaultTo');
    if (value) out.push(`alter column ${name} set ${this.defaultValue(column, value[0])}`);
    if (column.alter?.nullable && notNull) out.push(`alter column ${name} set not null`);
    return out;
  }

  private primaryKey(): string {
    const primary = this.recorded.statements.find((statement) => statement.method === 'primary');
    if (!primary || primary.args.length === 0) return '';
    const [columns, given] = primary.args;
    const [name, deferrable] = this.named(given, 'constraintName');
    return `, constraint ${name ?? this.w.wrap(`${this.w.text(this.table)}_pkey`)} primary key (${this.w.columnize(columns)})${deferrable}`;
  }

  /** A name, given alone or in options, and what stands there for `deferrable`. */
  private named(given: Value, key: string): [string | undefined, string] {
    const name = isObject(given) ? given[key] : given;
    const deferrable =
      isObject(given) && given['deferrable'] ? ` deferrable initially ${this.w.text(given['deferrable'])}` : '';
    return [name === undefined || name === null || name === '' ? undefined : this.w.wrap(name), deferrable];
  }

  private tableChecks(): string {
    const { w } = this;
    return this.recorded.checks
      .map(([predicate, bindings, name]) => {
        const text = predicate instanceof Raw ? predicate.sql : w.bind(w.text(predicate), bindings);
        if (text === undefined) w.exact = false;
        const checked = text === undefined || predicate instanceof Unknown ? 'true' : text;
        return `, ${name === undefined ? '' : `constraint ${w.text(name)} `}check (${checked})`;
      })
      .join('');
  }

  private alterations(creating: boolean): void {
    for (const statement of this.recorded.statements) this.alteration(statement, creating);
  }

  private alteration({ method, args, foreign }: Statement, creating: boolean): void {
    const { w } = this;
    const table = `alter table ${this.name}`;
    const [first, second, third] = args;
    const nameOf = (type: string, given: Value): string =>
      given === undefined || given === null || given === '' ? w.indexName(type, this.table, first) : w.wrap(given);
    switch (method) {
      case 'foreign':
        if (foreign) this.foreign(foreign);
        return;
      case 'primary': {
        if (creating) return;
        const [name, deferrable] = this.named(second, 'constraintName');
        const constraint = name ?? w.wrap(`${w.text(this.table)}_pkey`);
        this.out.push(`${table} add constraint ${constraint} primary key (${w.columnize(first)})${deferrable}`);
        return;
      }
      case 'unique':
        return this.unique(args);
      case 'index': {
        const options = isObject(third) ? third : {};
        const kind = typeof third === 'string' ? third : options['storageEngineIndexType'];
        const unique = typeof options['indexType'] === 'string' && options['indexType'].toLowerCase() === 'unique';
        if (third instanceof Unknown) w.exact = false;
        const where = this.predicate(options['predicate']);
        const using = kind ? ` using ${w.text(kind)}` : '';
        this.out.push(
          `create${unique ? ' unique' : ''} index ${nameOf('index', second)} on ${this.name}${using} (${w.columnize(first)})${where}`,
        );
        return;
      }
      case 'dropPrimary':
      case 'dropPrimaryIfExists': {
        const name = first === undefined ? w.wrap(`${w.text(this.table)}_pkey`) : w.wrap(first);
        this.out.push(`${table} drop constraint ${method === 'dropPrimary' ? '' : 'if exists '}${name}`);
        return;
      }
      case 'dropIndex':
        this.out.push(
          `drop index ${this.schema === undefined ? '' : `${w.wrap(this.schema)}.`}${nameOf('index', second)}`,
        );
        return;
      case 'dropUnique':
      case 'dropUniqueIfExists':
      case 'dropForeign':
      case 'dropForeignIfExists': {
        const type = method.startsWith('dropUnique') ? 'unique' : 'foreign';
        const exists = method.endsWith('IfExists') ? 'if exists ' : '';
        this.out.push(`${table} drop constraint ${exists}${nameOf(type, second)}`);
        return;
      }
      case 'renameColumn':
        this.out.push(`${table} rename ${w.wrap(first)} to ${w.wrap(second)}`);
        return;
      case 'setNullable':
      case 'dropNullable':
        this.out.push(`${table} alter column ${w.wrap(first)} ${method === 'setNullable' ? 'drop' : 'set'} not null`);
        return;
      case 'dropColumn':
      case 'dropColumns': {
        const columns = isArray(first) ? first : args;
        this.out.push(`${table} ${columns.map((column) => `drop column ${w.wrap(column)}`).join(', ')}`);
        return;
      }
      case 'dropChecks': {
        // Knex reads the first argument only
        const names = w.list(first);
        this.out.push(`${table} ${names.map((name) => `drop constraint ${w.text(name)}`).join(', ')}`);
        return;
      }
      case 'check': {
        this.checks += 1;
        const name = third === undefined ? `${this.name}_${this.checks}` : w.text(third);
        this.out.push(`${table} add constraint ${name} check(${w.text(first)})`);
        return;
      }
      default:
        throw new Opaque();
    }
  }

  private predicate(value: Value): string {
    if (value === undefined || value === null) return '';
    if (value instanceof Raw) return ` ${value.sql}`;
    this.w.exact = false;
    return ' where true';
  }

  private unique(args: readonly Value[]): void {
    const { w } = this;
    const [columns, given] = args;
    const options = isObject(given) ? given : {};
    const [name, deferrable] = this.named(given, 'indexName');
    const index = name ?? w.indexName('unique', this.table, columns);
    const constraint = options['useConstraint'] ?? (Boolean(options['deferrable']) || !options['predicate']);
    if (constraint) {
      this.out.push(`alter table ${this.name} add constraint ${index} unique (${w.columnize(columns)})${deferrable}`);
      return;
    }
    this.out.push(
      `create unique index ${index} on ${this.name} (${w.columnize(columns)})${this.predicate(options['predicate'])}`,
    );
  }

  private foreign(foreign: Foreign): void {
    const { w } = this;
    if (!foreign.inTable || !foreign.references) return;
    const name = foreign.keyName ? w.wrap(foreign.keyName) : w.indexName('foreign', this.table, foreign.column);
    const action = (word: string, value: Value): string => (value ? ` on ${word} ${w.text(value)}` : '');
    this.out.push(
      `alter table ${this.name} add constraint ${name} foreign key (${w.columnize(foreign.column)}) references ` +
        `${w.wrap(foreign.inTable)} (${w.columnize(foreign.references)})` +
        action('update', foreign.onUpdate) +
        action('delete', foreign.onDelete) +
        (foreign.deferrable ? ` deferrable initially ${w.text(foreign.deferrable).toLowerCase()} ` : ''),
    );
  }
}

function qualified(w: Writer, schema: Value, table: Value): string {
  if (schema === undefined || schema === null || schema === '') return w.wrap(table);
  return `${w.wrap(schema)}.${w.wrap(table)}`;
}

/**
 * What one call of `knex.schema` (behind `withSchema(schema)`, where there is one) sends; undefined where that is not known.
 * @param together nothing can come between the changes that `.alter()` makes to a column: they are one statement then
 */
export function translateSchemaCall(call: Call, schema: Value, env: Env, together = false): Translation | undefined {
  const w = new Writer(env);
  try {
    const statements = schemaCall(call, schema, w, together);
    return statements && { statements, exact: w.exact };
  } catch (error) {
    if (error instanceof Opaque) return undefined;
    throw error;
  }
}

function callbackOf(node: Node | undefined, env: Env): Node | undefined {
  const given = node && unwrap(node);
  if (given?.type === 'Identifier') {
    return env.scope.functionOf(given);
  }
  return isFunction(given) ? given : undefined;
}

function schemaCall(call: Call, schema: Value, w: Writer, together: boolean): readonly string[] | undefined {
  const { name, args } = call;
  const first = w.value(args[0]);
  const flag = (index: number): boolean => {
    const value = w.value(args[index]);
    if (value instanceof Unknown) w.exact = false;
    return value !== undefined && value !== null && value !== false && !(value instanceof Unknown);
  };
  const table = (alter: boolean, at: number): TableSql => {
    const recorded = new Table(w, alter);
    const fn = callbackOf(args[at], w.env);
    if (fn) recorded.read(fn, w.env.bound ?? new Map());
    else if (args[at]) w.exact = false;
    return new TableSql(w, schema, first, recorded, together);
  };
  const own = (): string => qualified(w, schema, first);
  switch (name) {
    case 'createTable':
      return table(false, 1).create(false);
    case 'createTableIfNotExists':
      return table(false, 1).create(true);
    case 'createTableLike':
      return table(false, 2).create(false, w.value(args[1]));
    case 'alterTable':
    case 'table': {
      const fn = callbackOf(args[1], w.env);
      // what is done to the table is not known
      if (!fn) return undefined;
      const altered = table(true, 1);
      return w.open ? undefined : altered.alter();
    }
    case 'renameTable':
      return [`alter table ${own()} rename to ${w.wrap(w.value(args[1]))}`];
    case 'dropTable':
      return [`drop table ${own()}`];
    case 'dropTableIfExists':
      return [`drop table if exists ${own()}`];
    case 'createView':
    case 'createViewOrReplace':
    case 'createMaterializedView':
      return [view(call, own(), w)];
    case 'refreshMaterializedView':
      return [`refresh materialized view${flag(1) ? ' concurrently' : ''} ${w.wrap(first)}`];
    case 'dropView':
      return [`drop view ${own()}`];
    case 'dropViewIfExists':
      return [`drop view if exists ${own()}`];
    case 'dropMaterializedView':
      return [`drop materialized view ${own()}`];
    case 'dropMaterializedViewIfExists':
      return [`drop materialized view if exists ${own()}`];
    case 'renameView':
      return [`alter view ${w.wrap(first)} rename to ${w.wrap(w.value(args[1]))}`];
    case 'createSchema':
      return [`create schema ${w.wrap(first)}`];
    case 'createSchemaIfNotExists':
      return [`create schema if not exists ${w.wrap(first)}`];
    case 'dropSchema':
      return [`drop schema ${w.wrap(first)}${flag(1) ? ' cascade' : ''}`];
    case 'dropSchemaIfExists':
      return [`drop schema if exists ${w.wrap(first)}${flag(1) ? ' cascade' : ''}`];
    case 'createExtension':
      return [`create extension ${w.wrap(first)}`];
    case 'createExtensionIfNotExists':
      return [`create extension if not exists ${w.wrap(first)}`];
    case 'dropExtension':
      return [`drop extension ${w.wrap(first)}`];
    case 'dropExtensionIfExists':
      return [`drop extension if exists ${w.wrap(first)}`];
    case 'hasTable':
    case 'hasColumn':
      return [];
    default:
      return undefined;
  }
}

function view(call: Call, name: string, w: Writer): string {
  const fn = callbackOf(call.args[1], w.env);
  if (!fn) throw new Opaque();
  const parameter = firstParameter(fn);
  let columns = '';
  let query: string | undefined;
  let option = '';
  for (const statement of bodyOf(fn)) {
    const node = statement.type === 'ExpressionStatement' ? (statement['expression'] as Node) : statement;
    const chain = chainOf(node);
    const own =
      chain.base.type === 'ThisExpression' || (chain.base.type === 'Identifier' && chain.base['name'] === parameter);
    const [only] = chain.calls;
    if (!own || !only || chain.calls.length > 1) throw new Opaque();
    if (only.name === 'columns') columns = ` (${w.columnize(w.value(only.args[0]))})`;
    else if (only.name === 'as' && only.args[0]) {
      const value = w.value(only.args[0]);
      query = value instanceof Raw ? value.sql : selectOrUnknown(only.args[0], w);
    } else if (only.name === 'checkOption') option = ' with check option';
    else if (only.name === 'localCheckOption') option = ' with local check option';
    else if (only.name === 'cascadedCheckOption') option = ' with cascaded check option';
    else throw new Opaque();
  }
  if (query === undefined) throw new Opaque();
  const kind =
    call.name === 'createMaterializedView'
      ? 'materialized view'
      : call.name === 'createView'
        ? 'view'
        : 'or replace view';
  return `create ${kind} ${name}${columns} as ${query}${option}`;
}

/** What decides which rows: the calls of a query that stand for its WHERE. */
function where(calls: readonly Call[], w: Writer): { text: string; rest: readonly Call[] } {
  const parts: { or: boolean; text: string }[] = [];
  const rest: Call[] = [];
  for (const call of calls) {
    const match = /^(and|or)?(?:w|W)here(Not)?(In|NotIn|Null|NotNull|Raw)?$/.exec(call.name);
    if (!match) {
      rest.push(call);
      continue;
    }
    const or = match[1] === 'or';
    const negated = match[2] === 'Not';
    const kind = match[3] ?? (negated && call.name.endsWith('NotNull') ? 'NotNull' : undefined);
    const args = call.args.map((arg) => (isFunction(unwrap(arg)) ? undefined : w.value(arg)));
    if (call.args.some((arg) => isFunction(unwrap(arg)))) throw new Opaque();
    const texts = condition(kind, negated, args, w);
    if (or && isObject(args[0])) parts.push({ or, text: `(${texts.join(' and ')})` });
    else for (const text of texts) parts.push({ or, text });
  }
  const text = parts.map(({ or, text }, index) => (index === 0 ? text : ` ${or ? 'or' : 'and'} ${text}`)).join('');
  return { text: text === '' ? '' : ` where ${text}`, rest };
}

const OPERATORS = new Set([
  '=',
  '<',
  '>',
  '<=',
  '>=',
  '<>',
  '!=',
  'like',
  'not like',
  'ilike',
  'not ilike',
  '~',
  '~*',
  '!~',
  '!~*',
]);

function condition(kind: string | undefined, negated: boolean, args: readonly Value[], w: Writer): string[] {
  const [first, second, third] = args;
  const not = negated ? 'not ' : '';
  if (kind === 'Raw') {
    const text = first instanceof Raw ? first.sql : typeof first === 'string' ? w.bind(first, second) : undefined;
    if (text === undefined || negated) throw new Opaque();
    return [text];
  }
  if (kind === 'Null') return [`${w.wrap(first)} is ${negated ? 'not ' : ''}null`];
  if (kind === 'NotNull') return [`${w.wrap(first)} is not null`];
  if (kind === 'In' || kind === 'NotIn') {
    if (!isArray(second)) throw new Opaque();
    const wanted = (kind === 'In') === !negated;
    if (second.length === 0) return [wanted ? '1 = 0' : '1 = 1'];
    return [`${w.wrap(first)} ${wanted ? '' : 'not '}in (${second.map((value) => w.literal(value)).join(', ')})`];
  }
  const equal = (column: Value, value: Value): string => {
    if (value === null) return `${w.wrap(column)} is ${negated ? 'not ' : ''}null`;
    return `${not}${w.wrap(column)} = ${w.literal(value)}`;
  };
  if (first instanceof Raw) return args.length === 1 ? [`${not}${first.sql}`] : [];
  if (isObject(first) && args.length === 1) return Object.entries(first).map(([column, value]) => equal(column, value));
  if (args.length === 2) return [equal(first, second)];
  if (args.length === 3 && typeof second === 'string') {
    const operator = second.toLowerCase();
    if (operator === 'in' && isArray(third)) return condition('In', negated, [first, third], w);
    if (operator === 'is' && third === null) return [`${w.wrap(first)} is ${negated ? 'not ' : ''}null`];
    if (!OPERATORS.has(operator) || third === null) throw new Opaque();
    return [`${not}${w.wrap(first)} ${operator} ${w.literal(third)}`];
  }
  throw new Opaque();
}

interface Query {
  readonly table: Value;
  readonly schema: Value;
  readonly calls: readonly Call[];
}

/** `knex('t')…`, `knex.from('t')…`, `knex.insert(…).into('t')`, with `withSchema`, `transacting` and the like taken out. */
function queryOf(node: Node, w: Writer): Query | undefined {
  const chain = chainOf(node);
  let table: Value | undefined;
  let found = false;
  let schema: Value;
  const root = chain.base;
  const calls: Call[] = [];
  if (root.type === 'CallExpression') {
    const callee = unwrap(root['callee'] as Node);
    const args = root['arguments'] as readonly Node[];
    if (callee.type !== 'Identifier' || args.length !== 1) return undefined;
    table = w.value(args[0]);
    found = true;
  } else if (root.type !== 'Identifier') return undefined;
  for (const call of chain.calls) {
    if (['from', 'table', 'into'].includes(call.name) && call.args.length === 1) {
      table = w.value(call.args[0]);
      found = true;
    } else if (call.name === 'withSchema') schema = w.value(call.args[0]);
    else if (
      !['transacting', 'queryBuilder', 'queryContext', 'timeout', 'returning', 'then', 'catch'].includes(call.name)
    )
      calls.push(call);
    else if (call.name === 'then' || call.name === 'catch') return undefined;
  }
  return found ? { table, schema, calls } : undefined;
}

/** A query that is not understood still is a query. */
function selectOrUnknown(node: Node, w: Writer): string {
  try {
    const query = select(node, w);
    if (query !== undefined) return query;
  } catch (error) {
    if (!(error instanceof Opaque)) throw error;
  }
  w.exact = false;
  return 'select * from "‹query›"';
}

function select(node: Node, w: Writer): string | undefined {
  const query = queryOf(node, w);
  if (!query) return undefined;
  const { text, rest } = where(query.calls, w);
  const columns: string[] = [];
  for (const call of rest) {
    if (call.name !== 'select' && call.name !== 'column' && call.name !== 'columns') return undefined;
    for (const arg of call.args) columns.push(w.columnize(w.value(arg)));
  }
  return `select ${columns.join(', ') || '*'} from ${qualified(w, query.schema, query.table)}${text}`;
}

/** What a query (`knex('t').insert(…)`, `.update(…)`, `.del()`) sends; undefined where that is not known; nothing where it only reads. */
export function translateQuery(node: Node, env: Env): Translation | undefined {
  const w = new Writer(env);
  try {
    const query = queryOf(node, w);
    if (!query) return undefined;
    const statements = queryStatements(query, w);
    return statements && { statements, exact: w.exact };
  } catch (error) {
    if (error instanceof Opaque) return undefined;
    throw error;
  }
}

function queryStatements(query: Query, w: Writer): readonly string[] | undefined {
  const table = qualified(w, query.schema, query.table);
  const writing = query.calls.find((call) =>
    ['insert', 'update', 'del', 'delete', 'truncate', 'increment', 'decrement', 'upsert', 'batchInsert'].includes(
      call.name,
    ),
  );
  // a query without a call that writes only reads; what `modify` calls may write
  if (!writing) return query.calls.some((call) => call.name === 'modify') ? undefined : [];
  const others = query.calls.filter((call) => call !== writing);
  switch (writing.name) {
    case 'insert':
      return [insert(table, writing, others, w)];
    case 'del':
    case 'delete': {
      const { text, rest } = where(others, w);
      return rest.length > 0 ? undefined : [`delete from ${table}${text}`];
    }
    case 'truncate':
      return [`truncate ${table} restart identity`];
    case 'update': {
      const { text, rest } = where(others, w);
      if (rest.length > 0) return undefined;
      return [`update ${table} set ${assignments(writing, w)}${text}`];
    }
    default:
      return undefined;
  }
}

function assignments(call: Call, w: Writer): string {
  const first = w.value(call.args[0]);
  const entries: [string, Value][] = isObject(first)
    ? Object.entries(first)
    : typeof first === 'string' && call.args[1]
      ? [[first, w.value(call.args[1])]]
      : [];
  const known = entries.filter(([, value]) => value !== undefined);
  // what is computed from what is there would be computed from its own result on a second run
  if (known.length === 0 || known.some(([, value]) => hasUnknown(value))) throw new Opaque();
  return known.map(([column, value]) => `${w.wrap(column)} = ${w.literal(value)}`).join(', ');
}

function insert(table: string, call: Call, others: readonly Call[], w: Writer): string {
  const data = w.value(call.args[0]);
  const rows = isArray(data) ? data : [data];
  if (rows.length === 0 || !rows.every(isObject)) throw new Opaque();
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row as object)))].sort();
  if (columns.length === 0) throw new Opaque();
  const values = rows.map((row) => {
    const fields = row;
    return `(${columns.map((column) => (fields[column] === undefined ? 'DEFAULT' : w.literal(fields[column]))).join(', ')})`;
  });
  let conflict = '';
  let merge: Call | undefined;
  for (const other of others) {
    if (other.name === 'onConflict') {
      const target = w.value(other.args[0]);
      if (target instanceof Raw) conflict = ` on conflict ${target.sql}`;
      else conflict = target === undefined ? ' on conflict' : ` on conflict (${w.columnize(target)})`;
    } else if (other.name === 'ignore') conflict += ' do nothing';
    else if (other.name === 'merge') merge = other;
    else throw new Opaque();
  }
  if (merge) {
    const given = merge.args.length > 0 ? w.value(merge.args[0]) : columns;
    const text = isArray(given)
      ? given.map((column) => `${w.wrap(column)} = excluded.${w.wrap(column)}`).join(', ')
      : assignments(merge, w);
    conflict += ` do update set ${text}`;
  }
  return `insert into ${table} (${columns.map((column) => w.wrap(column)).join(', ')}) values ${values.join(', ')}${conflict}`;
}

/** The text of `raw(sql, bindings)` with its bindings in their place; undefined where they are not known. */
export function translateRaw(call: Call, env: Env): Translation | undefined {
  const w = new Writer(env);
  const sql = w.value(call.args[0]);
  if (typeof sql !== 'string') return undefined;
  try {
    const text = w.bind(sql, w.value(call.args[1]));
    return text === undefined ? undefined : { statements: [text], exact: w.exact };
  } catch (error) {
    if (error instanceof Opaque) return undefined;
    throw error;
  }
}
