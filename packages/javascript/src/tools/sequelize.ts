/** Sequelize: `module.exports = { up(queryInterface, Sequelize) { … } }`, also run by Umzug. Measured with 6.37.8. */
import { dotted, isFunction, propertyName, propertyOf, unwrap, walkTree, type Node } from '../ast.ts';
import { Roles } from '../roles.ts';
import type { Scope } from '../scope.ts';
import { sqlOf, SqlText } from '../sql-text.ts';
import type { JsTool, ReadCall, Step, StepNote } from '../tool.ts';
import { exportedFunction, type Up } from '../up.ts';
import { isUnknown, ObjectValue, Reference, valueOf, type Value } from '../value.ts';
import type { CallSite, Condition } from '../walk.ts';
import { passedOn } from './passed-on.ts';
import { isSequelizeCall, sequelizeSql } from './sequelize-sql.ts';

/** The part of `{ context: queryInterface }`, or of the parameter itself. */
function takesQueryInterface(parameter: Node | undefined): boolean {
  if (!parameter) return false;
  if (parameter.type === 'ObjectPattern') {
    const context = (parameter['properties'] as readonly Node[]).find(
      (property) => property.type === 'Property' && propertyName(property) === 'context',
    );
    return context !== undefined;
  }
  if (parameter.type !== 'Identifier') return false;
  const type: Node | undefined = parameter['typeAnnotation']?.typeAnnotation;
  return type?.['typeName']?.name === 'QueryInterface' || /^(?:queryInterface|_?qi)$/i.test(parameter['name']);
}

const MODULES = /^(?:sequelize|sequelize-typescript|sequelize-cli|@sequelize\/core|umzug)$/;

/** What is not a part of Sequelize's query interface leads back to it all the same, as people set Umzug's context. */
function member(role: string, property: string): string | undefined {
  if (role === 'queryInterface') {
    if (property === 'context' || property === 'queryInterface') return 'queryInterface';
    if (property === 'sequelize') return 'sequelize';
    return property === 'Sequelize' ? 'Sequelize' : undefined;
  }
  if (role === 'sequelize' && property === 'queryInterface') return 'queryInterface';
  return undefined;
}

/** Methods of models that change rows. */
const MODEL_WRITES =
  /^(?:create|bulkCreate|update|destroy|upsert|findOrCreate|save|increment|decrement|truncate|sync|bulkBuild)$/;

/** The role of an expression; `sequelize.getQueryInterface()` has one, too. */
function roleOf(expression: Node, roles: Roles): string | undefined {
  const known = roles.of(expression);
  if (known !== undefined) return known;
  const node = unwrap(expression);
  const constant = node.type === 'Identifier' ? roles.scope.constant(node) : undefined;
  if (constant && unwrap(constant.node).type === 'CallExpression') return roleOf(constant.node, roles);
  if (node.type !== 'CallExpression') return undefined;
  const callee = unwrap(node['callee']);
  if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'getQueryInterface') return undefined;
  return roles.of(callee['object']) === undefined ? undefined : 'queryInterface';
}

export const sequelize: JsTool = {
  name: 'sequelize',
  recognises(scope) {
    const up = exportedFunction(scope, 'up');
    if (!up) return false;
    const parameter: Node | undefined = up.node['params'][0];
    if (parameter?.type === 'Identifier' && takesQueryInterface(parameter)) return true;
    return [...scope.modules].some((module) => MODULES.test(module)) && parameter !== undefined;
  },
  ups: (scope) => [exportedFunction(scope, 'up') ?? []].flat(),
  types: { QueryInterface: 'queryInterface' },
  roles: (up, scope) =>
    new Roles(scope, new Map(), member, up.owner).within(up.node, [], ['queryInterface', 'Sequelize']),
  read(site): ReadCall | undefined {
    const { node, roles } = site;
    if (node.type !== 'CallExpression') return undefined;
    const { scope } = roles;
    const callee = unwrap(node['callee']);
    const object: Node | undefined = callee.type === 'MemberExpression' ? callee['object'] : undefined;
    const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
    if (!object || method === undefined) return passedOn(site, ['queryInterface', 'sequelize', 'transaction']);
    const role = roleOf(object, roles);
    const what = `${scope.source.slice(...object.range)}.${method}`;
    const args = node['arguments'] as readonly Node[];
    const sends =
      method === 'query' || method === 'transaction' || (role === 'queryInterface' && isSequelizeCall(method));
    if (role !== undefined && role !== 'transaction' && sends && isLeftAlone(site)) {
      const why = 'nothing waits for it, and other calls may come before it is done: put `await` in front of it';
      return { steps: [{ kind: 'opaque', site, node, what, parts: [], why }] };
    }
    if (method === 'query' && (role === 'sequelize' || role === 'queryInterface'))
      return { steps: [checked(queried(site, what, args))] };
    if (method === 'transaction' && (role === 'sequelize' || role === 'queryInterface')) {
      const callback = args.map((arg) => scope.resolve(arg)).find((arg) => isFunction(arg));
      if (!callback) return { steps: [] };
      return { steps: [], inline: [{ callback, roles: roles.within(callback, [], ['transaction']) }] };
    }
    if (role === 'sequelize' || role === 'transaction') return { steps: [] };
    if (role !== 'queryInterface') {
      if (writesRows(site, object, method))
        return {
          steps: [{ kind: 'opaque', site, node, what, parts: [], why: 'it is a model that says what is sent' }],
        };
      return passedOn(site, ['queryInterface', 'sequelize', 'transaction']);
    }
    if (!isSequelizeCall(method)) return undefined;
    return { steps: [built(site, method, what, args)].flat().map(checked) };
  },
  transactions(scope, up) {
    return inOneTransaction(scope, up)
      ? { scope: 'file', concurrently: 'no', note: 'all of it stands in one transaction.' }
      : {
          scope: 'statement',
          concurrently: 'yes',
          note: 'Sequelize uses no transaction of its own: every call is committed.',
        };
  },
};

/** A promise that is thrown away. */
const isLeftAlone = ({ statement, awaited }: CallSite): boolean =>
  statement?.type === 'ExpressionStatement' && !awaited;

/** `await User.update(…)`, `return user.save()`: whether a call is one of a model's. */
function writesRows({ awaited, statement }: CallSite, object: Node, method: string): boolean {
  if (!MODEL_WRITES.test(method)) return false;
  const path = dotted(object);
  if (path?.some((name) => name === 'models')) return true;
  const last = path?.[path.length - 1] ?? '';
  return /^[A-Z]/.test(last) ? !/^(?:Object|Promise|Array|Map|Set)$/.test(last) : awaited || statement !== undefined;
}

/** Whether the body is one call of `sequelize.transaction(…)` and nothing else. */
function inOneTransaction(scope: Scope, { node }: Up): boolean {
  let inner: Node = node['body'];
  if (inner.type === 'BlockStatement') {
    const statements = (inner['body'] as readonly Node[]).filter(({ type }) => type !== 'VariableDeclaration');
    const [only] = statements;
    if (statements.length !== 1 || !only) return false;
    if (only.type !== 'ExpressionStatement' && only.type !== 'ReturnStatement') return false;
    inner = only['expression'] ?? only['argument'] ?? only;
  }
  inner = unwrap(inner);
  if (inner.type === 'AwaitExpression') inner = unwrap(inner['argument']);
  if (inner.type !== 'CallExpression') return false;
  const callee = unwrap(inner['callee']);
  if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'transaction') return false;
  return (inner['arguments'] as readonly Node[]).some((argument) => isFunction(scope.resolve(argument)));
}

// ---- SQL

function queried(site: CallSite, what: string, [given, options]: readonly Node[]): Step {
  const { node, roles } = site;
  const { scope } = roles;
  const opaque = (why: string): Step => ({ kind: 'opaque', site, node, what, parts: [], why });
  // { query, values } is taken, too
  const literal = given && (propertyOf(scope.resolve(given), 'query') ?? given);
  const sql = literal && sqlOf(literal, scope);
  if (!literal || !sql) return opaque('its SQL is not written here');
  const values = options === undefined ? undefined : valueOf(options, scope);
  const has = (key: string): boolean => values instanceof ObjectValue && values.get(key) !== undefined;
  const apart = given !== literal;
  const filled = has('replacements') || apart ? replaced(sql, false) : has('bind') ? replaced(sql, true) : [];
  const step: Step = {
    kind: 'sql',
    site,
    node,
    what,
    literal,
    parts: [{ sql: filled.length > 0 ? sql.replace(filled) : sql, exact: true }],
    bindings: has('replacements') || has('bind') || apart,
  };
  return guardedBy(site, undefined) ? { ...step, guarded: true } : step;
}

interface Filled {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: 'expression';
}

/** What Sequelize puts values in for: `?` and `:name`, or `$name`. Not in strings, quoted names, comments and dollar quotes. */
function replaced(sql: SqlText, bind: boolean): Filled[] {
  const out: Filled[] = [];
  const pattern =
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([a-z_]\w*)?\$[\s\S]*?\$\1\$|(?<![\w:])(:[a-z_]\w*)(?=[),;\s\]:]|$)|(\?)(?![|&])|(?<!\w)(\$[a-z_]\w*)/gi;
  for (const match of sql.text.matchAll(pattern)) {
    const found = bind ? match[4] : (match[2] ?? match[3]);
    if (found === undefined) continue;
    // a list or one value: in both cases a value stands there
    const end = match.index + found.length;
    out.push({ start: match.index, end, text: `'0000idempotify${out.length + 1}'`, kind: 'expression' });
  }
  return out;
}

// ---- the query interface

function built(site: CallSite, method: string, what: string, args: readonly Node[]): Step | [] {
  const { node, roles } = site;
  const { scope } = roles;
  const values = args.map((arg) => valueOf(arg, scope));
  const spread = args.some(({ type }) => type === 'SpreadElement');
  const translation = spread ? undefined : sequelizeSql(method, values);
  if (!translation) {
    const why = 'a part of it that its SQL has to name is only known when it runs';
    return { kind: 'opaque', site, node, what, parts: [], why };
  }
  const { exact } = translation;
  if (translation.queries.length === 0) return [];
  const queries =
    method === 'createTable' && !isSentInTransaction(site, values[2])
      ? bareTypes(translation.queries, site)
      : method === 'changeColumn'
        ? translation.queries.map((sql) => withoutType(sql, site))
        : translation.queries;
  const notes = notesOn(method, values, node, site);
  return {
    kind: 'builder',
    site,
    node,
    what,
    parts: queries.map((sql) => ({ sql: SqlText.translated(sql, node.range), exact })),
    ...(guardedBy(site, { method, args }) && { guarded: true }),
    ...(notes.length > 0 && { notes }),
  };
}

/** What a call sends is one transaction with what stands around it. */
const isSentInTransaction = (site: CallSite, options: Value): boolean =>
  inTransaction(site) && options instanceof ObjectValue && (options.open || options.has('transaction'));

/**
 * Of several enum types, only the first one is created by a second run that has been interrupted between them: the others are not created
 * where the first one is there.
 */
function bareTypes(queries: readonly string[], { node, roles }: CallSite): string[] {
  const before = roles.scope.source.slice(0, node.range[0]);
  return queries.map((sql, index) => {
    const body = index > 0 ? /^DO 'BEGIN (CREATE TYPE (\S+) AS ENUM\(.*\);) EXCEPTION/s.exec(sql) : null;
    if (!body) return sql;
    // somebody has created it in front of it
    const type = body[2]!.split('.').pop()!.replaceAll('"', '');
    return before.includes(type) ? sql : body[1]!.replaceAll("''", "'");
  });
}

/** A type that the file has named before is there: then it is not created. */
function withoutType(sql: string, { node, roles }: CallSite): string {
  const type = /DO 'BEGIN CREATE TYPE \S*?"([^".]+)" AS ENUM/.exec(sql)?.[1];
  const named = type !== undefined && roles.scope.source.slice(0, node.range[0]).includes(type);
  return named ? sql.replace(/DO 'BEGIN CREATE TYPE (?:[^']|'')*';\n?/, '') : sql;
}

// ---- guards of the author's

interface Call {
  readonly method: string;
  readonly args: readonly Node[];
}

/**
 * Whether the author's own test keeps a call from running twice: it looks for the column, the table or something in the catalogs that
 * the call makes or takes away.
 */
function guardedBy(site: CallSite, call: Call | undefined): boolean {
  return site.conditions.some(({ test, holds }) => tells(unwrap(test), holds, site.roles, call));
}

/** @param holds the call runs when the test holds */
function tells(test: Node, holds: boolean, roles: Roles, call: Call | undefined): boolean {
  if (test.type === 'UnaryExpression' && test['operator'] === '!')
    return tells(unwrap(test['argument']), !holds, roles, call);
  if (test.type === 'LogicalExpression' && (test['operator'] === '&&') === holds)
    return [test['left'], test['right']].some((side: Node) => tells(unwrap(side), holds, roles, call));
  if (test.type === 'BinaryExpression') {
    const operator: string = test['operator'];
    const [left, right] = [unwrap(test['left']), unwrap(test['right'])];
    if (/^[!=]==?$/.test(operator)) {
      const nothing =
        (right.type === 'Identifier' && right['name'] === 'undefined') ||
        (right.type === 'Literal' && (right['value'] === null || right['value'] === false || right['value'] === 0));
      const something = right.type === 'Literal' && right['value'] === true;
      if (!nothing && !something) return false;
      return tells(left, (operator.startsWith('=') ? something : nothing) ? holds : !holds, roles, call);
    }
    if (operator === '>') return right.type === 'Literal' && right['value'] === 0 && tells(left, holds, roles, call);
    // 'email' in table
    if (operator === 'in') return columnOf(left, right, holds, roles, call);
    return false;
  }
  const value = resolved(test, roles.scope);
  if (value.type === 'MemberExpression') {
    const inner = resolved(value['object'], roles.scope);
    // the answer of a question to the catalogs
    if (asksCatalog(inner, roles)) return true;
    if (propertyName(value) === 'length') return tells(inner, holds, roles, call);
    const key: Node = value['property'];
    return columnOf(value['computed'] ? key : value, inner, holds, roles, call);
  }
  if (value.type !== 'CallExpression') return false;
  if (asksCatalog(value, roles)) return true;
  const callee = unwrap(value['callee']);
  if (callee.type !== 'MemberExpression') return false;
  const method = propertyName(callee);
  const [first] = value['arguments'] as readonly Node[];
  if (method === 'tableExists' && first && call && roleOf(callee['object'], roles) === 'queryInterface') {
    const makes = call.method === 'createTable';
    const known = /^(?:createTable|dropTable|renameTable)$/.test(call.method);
    return known && holds !== makes && same(call.args[0], first, roles.scope);
  }
  // (await queryInterface.showIndex('t')).some((index) => index.name === 'x'), showAllTables().includes('t')
  if (method === 'some' || method === 'find' || method === 'includes' || method === 'filter') {
    const list = resolved(callee['object'], roles.scope);
    const listed = list.type === 'CallExpression' ? unwrap(list['callee']) : undefined;
    if (listed?.type !== 'MemberExpression' || roleOf(listed['object'], roles) !== 'queryInterface') return false;
    const question = propertyName(listed) ?? '';
    const makes = call !== undefined && /^(?:add|create)/.test(call.method);
    const about: Record<string, RegExp> = {
      showIndex: /^(?:add|remove)Index$/,
      showConstraint: /^(?:add|remove)Constraint$/,
      showAllTables: /^(?:createTable|dropTable)$/,
      showAllSchemas: /^(?:create|drop)Schema$/,
    };
    return call !== undefined && (about[question]?.test(call.method) ?? false) && holds !== makes;
  }
  return false;
}

/**
 * Several calls behind one test that asks the database: interrupted between them, a second run takes the first one for all of them. Not
 * where a transaction keeps them together.
 */
function checked(step: Step): Step {
  const { site } = step;
  const { roles, within } = site;
  for (const condition of site.conditions) {
    if (!asksDatabase(condition.test, roles)) continue;
    const group = behind(condition, roles.scope.program);
    if (!group) continue;
    const sends = sendsIn(group, roles);
    if (sends.length < 2) continue;
    const inside = ({ range }: Node): boolean => within.range[0] <= range[0] && range[1] <= within.range[1];
    const together =
      (roles.namesOf('transaction').length > 0 && sends.every(inside)) ||
      sends.every((call) => /\btransaction\b/.test(roles.scope.source.slice(...call.range)));
    if (together) continue;
    return {
      ...step,
      unsafe: {
        why: 'one test stands in front of several calls: interrupted between them, a second run would leave out the rest',
        advice: 'give each call a test of its own, or put them into one transaction',
      },
    };
  }
  return step;
}

/** Whether a test depends on what is in the database. */
function asksDatabase(test: Node, roles: Roles): boolean {
  let found = false;
  walkTree(test, (node) => {
    if (found) return false;
    const of = node.type === 'Identifier' ? resolved(node, roles.scope) : node;
    if (of.type === 'CallExpression') {
      const callee = unwrap(of['callee']);
      if (callee.type === 'MemberExpression') {
        const role = roleOf(callee['object'], roles);
        found = role === 'queryInterface' || role === 'sequelize' || asksDatabase(callee['object'], roles);
      }
    }
    return !found;
  });
  return found;
}

/** What a test decides about: the branch of its `if`, or what stands behind an `if` that returns. */
function behind({ test, holds }: Condition, program: Node): Node['range'] | undefined {
  let range: Node['range'] | undefined;
  walkTree(program, (node) => {
    if (range || test.range[0] < node.range[0] || node.range[1] < test.range[1]) return false;
    if (node.type === 'BlockStatement' && !holds) {
      const at = (node['body'] as readonly Node[]).find((each) => each.type === 'IfStatement' && each['test'] === test);
      if (at && !at['alternate']) range = [at.range[1], node.range[1]];
    }
    if (node.type === 'IfStatement' && node['test'] === test) {
      const branch: Node | null = holds ? node['consequent'] : node['alternate'];
      if (branch) range = branch.range;
    }
    return undefined;
  });
  return range;
}

/** The calls in a range that change something. */
function sendsIn([start, end]: Node['range'], roles: Roles): Node[] {
  const calls: Node[] = [];
  walkTree(roles.scope.program, (node) => {
    if (node.range[1] <= start || end <= node.range[0]) return false;
    if (node.type !== 'CallExpression' || node.range[0] < start || end < node.range[1]) return undefined;
    const callee = unwrap(node['callee']);
    if (callee.type !== 'MemberExpression') return undefined;
    const method = propertyName(callee) ?? '';
    const role = roleOf(callee['object'], roles);
    const [first] = node['arguments'] as readonly Node[];
    const builds = role === 'queryInterface' && isSequelizeCall(method) && !READS.test(method);
    const sql = role !== undefined && method === 'query' && first ? sqlOf(first, roles.scope)?.text : undefined;
    const sends = role !== undefined && method === 'query' && !(sql !== undefined && /^\s*select\b/i.test(sql));
    if (builds || sends) calls.push(node);
    return undefined;
  });
  return calls;
}

const READS = /^(?:databaseVersion|describe|get|pgListEnums|quote|rawSelect|select|show|tableExists)/;

/** What an expression stands for, without `await`. */
function resolved(expression: Node, scope: Scope): Node {
  let node = unwrap(expression);
  for (let turn = 0; turn < 5; turn++) {
    if (node.type === 'AwaitExpression') node = unwrap(node['argument']);
    else if (node.type === 'Identifier') {
      const constant = scope.constant(node);
      if (!constant) return destructuredFrom(node, scope) ?? node;
      node = unwrap(constant.node);
    } else return node;
  }
  return node;
}

/** `const [rows] = await …`, `const [[{ done }]] = await …`: what is awaited. */
function destructuredFrom(name: Node, scope: Scope): Node | undefined {
  let found: Node | undefined;
  for (const declarator of scope.destructuredArrays) {
    const [start, end] = declarator['id'].range as Node['range'];
    const pattern = scope.source.slice(start, end);
    if (new RegExp(`\\b${String(name['name']).replace(/\$/g, '\\$')}\\b`).test(pattern)) found = declarator['init'];
  }
  if (!found) return undefined;
  const init = unwrap(found);
  return init.type === 'AwaitExpression' ? unwrap(init['argument']) : init;
}

/** `sequelize.query('SELECT … FROM pg_constraint …')` */
function asksCatalog(node: Node, roles: Roles): boolean {
  if (node.type !== 'CallExpression') return false;
  const callee = unwrap(node['callee']);
  if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'query') return false;
  if (roleOf(callee['object'], roles) === undefined) return false;
  const [literal] = node['arguments'] as readonly Node[];
  const sql = literal && sqlOf(literal, roles.scope)?.text;
  return sql !== undefined && /^\s*select\b/i.test(sql) && /\b(?:pg_\w+|information_schema|to_reg\w+)\b/i.test(sql);
}

/** Whether a test asks for a column of what `describeTable` found, and the call adds, drops or renames that column of that table. */
function columnOf(key: Node, table: Node, holds: boolean, roles: Roles, call: Call | undefined): boolean {
  if (!call || !/^(?:add|remove|rename)Column$/.test(call.method)) return false;
  const described = resolved(table, roles.scope);
  const callee = described.type === 'CallExpression' ? unwrap(described['callee']) : undefined;
  if (callee?.type !== 'MemberExpression' || propertyName(callee) !== 'describeTable') return false;
  if (roleOf(callee['object'], roles) !== 'queryInterface') return false;
  const [first] = described['arguments'] as readonly Node[];
  const { scope } = roles;
  if (!first || !same(call.args[0], first, scope)) return false;
  const isKey = (argument: Node | undefined): boolean => {
    if (!argument) return false;
    const column = valueOf(argument, scope);
    if (key.type === 'MemberExpression') return typeof column === 'string' && propertyName(key) === column;
    return same(argument, key, scope);
  };
  if (call.method === 'addColumn') return !holds && isKey(call.args[1]);
  if (call.method === 'removeColumn') return holds && isKey(call.args[1]);
  return holds ? isKey(call.args[1]) : isKey(call.args[2]);
}

/** Whether two expressions are the same: the same value, or written in the same way. */
function same(a: Node | undefined, b: Node, scope: Scope): boolean {
  if (!a) return false;
  const [one, other] = [valueOf(a, scope), valueOf(b, scope)];
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  if (one instanceof ObjectValue && other instanceof ObjectValue && !one.open && !other.open)
    return ['tableName', 'schema'].every((key) => one.get(key) === other.get(key));
  return scope.source.slice(...a.range) === scope.source.slice(...b.range);
}

// ---- notes

/** What looks like a guard and is none, and what is done in silence. */
function notesOn(method: string, args: readonly Value[], node: Node, site: CallSite): StepNote[] {
  const notes: StepNote[] = [];
  const nodes = node['arguments'] as readonly Node[];
  const add = (rule: StepNote['rule'], at: number, message: string, help: string): void => {
    notes.push({ rule, message, help, ...(nodes[at] && { at: nodes[at] }) });
  };
  const has = (at: number, key: string): boolean => {
    const options = args[at];
    return options instanceof ObjectValue && options.has(key) && options.get(key) !== false;
  };
  const describe = 'test for it: `if (!(await queryInterface.describeTable(table))[column])`';
  for (const [pattern, position, option, help] of [
    [/^addColumn$/, 3, 'ifNotExists', describe],
    [/^removeColumn$/, 2, 'ifExists', describe],
    [/^addIndex$/, 2, 'ifNotExists', 'send SQL: CREATE INDEX IF NOT EXISTS'],
    [/^addConstraint$/, 1, 'ifNotExists', 'test for the constraint first'],
    [/^removeConstraint$/, 2, 'ifExists', 'send SQL: ALTER TABLE … DROP CONSTRAINT IF EXISTS'],
  ] as const)
    if (pattern.test(method) && has(position, option))
      add(
        'ignored-guard',
        position,
        `${method} has no option \`${option}\`: Sequelize ignores it, and a second run fails`,
        help,
      );
  if (method === 'removeIndex' && args[0] instanceof ObjectValue && Array.isArray(args[1]))
    add(
      'silent-change',
      0,
      'with a table in a schema and columns instead of a name, Sequelize looks for an index called "[object _object]_…" and drops nothing',
      "give the index's name",
    );
  if (method === 'changeColumn') {
    const attribute = args[2];
    const type = attribute instanceof ObjectValue ? attribute.get('type') : attribute;
    if (type instanceof Reference && type.links.some(({ name }) => name === 'ENUM'))
      add(
        'silent-change',
        2,
        'where the enum type of this column exists, its values stay as they are: Sequelize leaves out the CREATE TYPE, and says nothing',
        'add values with SQL: ALTER TYPE … ADD VALUE IF NOT EXISTS …',
      );
    for (const [key, what] of [
      ['unique', 'a unique constraint'],
      ['references', 'a foreign key'],
    ] as const)
      if (attribute instanceof ObjectValue && attribute.get(key) !== undefined && attribute.get(key) !== false)
        add(
          'silent-change',
          2,
          `each run adds ${what} of another name: nothing tells it that there is one`,
          'use addConstraint with a name',
        );
  }
  if (method === 'createTable' && enumsOf(args[1]) > 1)
    add(
      'partial-guard',
      1,
      'interrupted after the first of its enum types, a second run does not create the others, and fails',
      'create the types first, or run it in a transaction',
    );
  const options = args[OPTIONS[method] ?? -1];
  if (
    inTransaction(site) &&
    !isUnknown(options) &&
    !(options instanceof ObjectValue && (options.open || options.has('transaction')))
  )
    add(
      'partial-guard',
      0,
      'it stands in a transaction, and is sent outside of it: the option `transaction` is missing',
      'add `{ transaction }` to its options (not needed where the project calls `Sequelize.useCLS`)',
    );
  return notes;
}

/** Where a method takes its options. */
export const OPTIONS: Readonly<Record<string, number>> = {
  addColumn: 3,
  addConstraint: 1,
  addIndex: 2,
  bulkDelete: 2,
  bulkInsert: 2,
  bulkUpdate: 3,
  changeColumn: 3,
  createFunction: 6,
  createSchema: 1,
  createTable: 2,
  createTrigger: 7,
  dropEnum: 1,
  dropFunction: 2,
  dropSchema: 1,
  dropTable: 1,
  dropTrigger: 2,
  removeColumn: 2,
  removeConstraint: 2,
  removeIndex: 2,
  renameColumn: 3,
  renameFunction: 3,
  renameTable: 2,
  renameTrigger: 3,
};

/** Whether a call stands in the callback of `sequelize.transaction(…)` that takes the transaction. */
const inTransaction = ({ roles }: CallSite): boolean => roles.namesOf('transaction').length > 0;

/** How many columns of a table have enum types of their own. */
function enumsOf(attributes: Value): number {
  if (!(attributes instanceof ObjectValue)) return 0;
  return attributes.entries.filter(([, attribute]) => {
    const type = attribute instanceof ObjectValue ? attribute.get('type') : attribute;
    return type instanceof Reference && type.links.some(({ name }) => name === 'ENUM');
  }).length;
}
