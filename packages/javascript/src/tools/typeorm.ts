/** TypeORM: classes with `up(queryRunner: QueryRunner)`. Measured with 1.1.1; its API is that of 0.3 with more `ifExists`. */
import { parseSql } from '@idempotify/core';
import { isFunction, propertyName, propertyOf, unwrap, walkTree, type Node } from '../ast.ts';
import { Roles } from '../roles.ts';
import { sqlOf, SqlText } from '../sql-text.ts';
import type { JsTool, ReadCall, Step, StepNote } from '../tool.ts';
import { methodsNamed } from '../up.ts';
import type { Scope } from '../scope.ts';
import { Options, resolved, optionsOf } from '../options.ts';
import type { CallSite, Condition } from '../walk.ts';
import { typeormNames, typeormSql } from './typeorm-sql.ts';

/** `implements MigrationInterface`, also under a namespace. */
const isMigration = (owner: Node): boolean =>
  ((owner['implements'] ?? []) as readonly Node[]).some((each) => {
    const expression: Node = each['expression'];
    return (expression['name'] ?? expression['property']?.name) === 'MigrationInterface';
  });

const member = (role: string, property: string): string | undefined => {
  if (role === 'queryRunner')
    return { manager: 'manager', connection: 'connection', dataSource: 'connection' }[property];
  if (role === 'connection' && property === 'manager') return 'manager';
  return undefined;
};

const NOTHING: ReadCall = { steps: [] };

/** Methods that change nothing: of the query runner, of managers, repositories and query builders. */
const READS =
  /^(?:find|count|sum$|average$|minimum$|maximum$|exist|get|has|is[A-Z]|load|preload$|create$|merge$|connect$|release$|startTransaction$|commitTransaction$|rollbackTransaction$|enableSqlMemory$|disableSqlMemory$|clearSqlMemory$|escape|parse|then$|catch$|printSql$|log$)/;
/** What gives rows or entities: what is done with those is nobody's business here. */
const DATA =
  /^(?:query$|find|count|exist|get(?:Many|One|Raw|Count|Exists|Entities|Id)|save$|remove$|preload$|create$|execute$|stream)/;
const BUILDS = /^(?:create|drop|add|rename|change|update|clear)[A-Z]/;

/** The role of what a chain of calls begins with: `queryRunner.manager.createQueryBuilder().insert()` is the manager's. */
function roleOf(expression: Node, roles: Roles, depth = 0): string | undefined {
  const node = unwrap(expression);
  if (depth > 30) return undefined;
  const own = roles.of(node);
  if (own !== undefined) return own;
  switch (node.type) {
    case 'AwaitExpression':
      return roleOf(node['argument'], roles, depth + 1);
    case 'CallExpression': {
      const callee = unwrap(node['callee']);
      if (callee.type !== 'MemberExpression' || DATA.test(propertyName(callee) ?? '')) return undefined;
      const role = roleOf(callee['object'], roles, depth + 1);
      return role === 'this' || role === 'queryRunner' ? undefined : role;
    }
    case 'MemberExpression': {
      const role = roleOf(node['object'], roles, depth + 1);
      return role === 'this' || role === 'queryRunner' ? undefined : role;
    }
    case 'Identifier': {
      const constant = roles.scope.constant(node);
      return constant ? roleOf(constant.node, roles, depth + 1) : undefined;
    }
  }
  return undefined;
}

const opaque = (site: CallSite, what: string, why: string): ReadCall => ({
  steps: [{ kind: 'opaque', site, node: site.node, what, parts: [], why }],
});

function query(site: CallSite, what: string): ReadCall {
  const { node, roles } = site;
  const [literal, values] = node['arguments'] as readonly Node[];
  const sql = literal && sqlOf(literal, roles.scope);
  if (!literal || !sql) return opaque(site, what, 'its SQL is not written here');
  // what is written down for TypeORM itself: the row has no key, and is still one of a kind; taken away it is only once
  if (METADATA_GONE.test(sql.text)) return NOTHING;
  if (values !== undefined && METADATA_ROW.test(sql.text))
    return { steps: [{ kind: 'builder', site, node, what, parts: [], literal, bindings: true }] };
  return {
    steps: [{ kind: 'sql', site, node, what, parts: [{ sql, exact: true }], literal, bindings: values !== undefined }],
  };
}

/** queryRunner.sql`…`, which sends what is put in apart from the SQL. */
function tagged(site: CallSite): ReadCall | undefined {
  const { node, roles } = site;
  const tag = unwrap(node['tag']);
  if (tag.type !== 'MemberExpression' || propertyName(tag) !== 'sql') return undefined;
  const role = roleOf(tag['object'], roles);
  if (role === undefined || role === 'this') return undefined;
  const literal: Node = node['quasi'];
  const sql = sqlOf(literal, roles.scope);
  const what = roles.scope.source.slice(...tag.range);
  if (!sql) return opaque(site, what, 'its SQL is not written here');
  const bindings = (literal['expressions'] as readonly Node[]).length > 0;
  return { steps: [{ kind: 'sql', site, node, what, parts: [{ sql, exact: true }], literal, bindings }] };
}

/** A row of the table in which TypeORM keeps the texts of views and generated columns, as `migration:generate` writes it. */
export const METADATA_ROW =
  /^\s*INSERT INTO ((?:"[^"]+"\.)?"typeorm_metadata")\s*\(([^()]*)\)\s*VALUES\s*\(([^()]*)\)\s*;?\s*$/i;

const METADATA_GONE = /^\s*DELETE FROM (?:"[^"]+"\.)?"typeorm_metadata"\s+WHERE\b[^;]*;?\s*$/i;

function builder(site: CallSite, method: string, what: string): ReadCall {
  const { node, roles } = site;
  if (!BUILDS.test(method))
    return READS.test(method) || method === 'query'
      ? NOTHING
      : opaque(site, what, 'it is no method that is known here');
  const args = node['arguments'] as readonly Node[];
  if (args.some(({ type }) => type === 'SpreadElement'))
    return opaque(site, what, 'its arguments are only known when it runs');
  if (/^changeColumns?$/.test(method))
    return withNotes(
      opaque(
        site,
        what,
        'it compares the column with what is there, and when type or length differ, drops it with all its data and adds it anew',
      ),
      [
        {
          rule: 'silent-change',
          message: `${method} drops the column and adds it anew when its type or length differ: its data is lost.`,
          help: 'Write what changes as SQL: ALTER TABLE … ALTER COLUMN … TYPE …, SET NOT NULL, SET DEFAULT.',
        },
      ],
    );
  const values = args.map((each) => optionsOf(each, roles.scope));
  const sent = typeormSql(method, values);
  if (!sent) return opaque(site, what, 'what it sends depends on what is there');
  if (sent.sql.some((sql) => parseSql(`${sql};`).problems.length > 0))
    return opaque(site, what, 'its options do not make SQL that PostgreSQL reads');
  const parts = sent.sql.map((sql) => ({ sql: SqlText.translated(sql, node.range), exact: sent.exact }));
  const step: Step = { kind: 'builder', site, node, what, parts };
  const guarded = isGuarded(site, method, args);
  return withNotes({ steps: [guarded ? { ...step, guarded } : step] }, notesOf(method, args, parts.length, roles));
}

function withNotes({ steps }: ReadCall, notes: readonly StepNote[]): ReadCall {
  return notes.length === 0 ? { steps } : { steps: steps.map((step) => ({ ...step, notes })) };
}

function notesOf(method: string, args: readonly Node[], parts: number, { scope }: Roles): StepNote[] {
  const [, guard] = args;
  if (method !== 'createTable' || parts < 2 || !guard || scope.value(guard) !== true) return [];
  return [
    {
      rule: 'partial-guard',
      message: 'When the table is there, createTable(…, true) makes none of its indices and comments either.',
      help: 'Make them with calls of their own, or be sure that the table has them.',
      at: guard,
    },
  ];
}

/** What a test comes down to, behind `!`, `await`, comparisons with true and false, and names. */
function asked(test: Node, scope: Scope, given: boolean): { readonly node: Node; readonly holds: boolean } {
  let node = unwrap(test);
  let holds = given;
  for (let depth = 0; depth < 20; depth++) {
    if (node.type === 'UnaryExpression' && node['operator'] === '!') {
      holds = !holds;
      node = unwrap(node['argument']);
    } else if (node.type === 'AwaitExpression') node = unwrap(node['argument']);
    else if (node.type === 'Identifier') {
      const constant = scope.constant(node);
      if (!constant) break;
      node = unwrap(constant.node);
    } else if (node.type === 'BinaryExpression' && /^[!=]==?$/.test(node['operator'])) {
      const value = scope.value(node['right']);
      if (typeof value !== 'boolean') break;
      if (value !== String(node['operator']).startsWith('=')) holds = !holds;
      node = unwrap(node['left']);
    } else break;
  }
  return { node, holds };
}

/** The call that an expression is the result of, and what is asked of the result: `(await q.getTable('a'))?.indices.some(…)`. */
function path(expression: Node, scope: Scope): { readonly call: Node; readonly behind: readonly Node[] } | undefined {
  const behind: Node[] = [];
  let node = asked(expression, scope, true).node;
  for (let depth = 0; depth < 20; depth++) {
    if (node.type === 'MemberExpression') {
      behind.unshift(node);
      node = asked(node['object'], scope, true).node;
    } else if (node.type === 'CallExpression') {
      const callee = unwrap(node['callee']);
      const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
      if (method === undefined) return undefined;
      if (!/^(?:some|find|findColumnByName)$/.test(method)) return { call: node, behind };
      behind.unshift(node);
      node = asked(callee['object'], scope, true).node;
    } else return undefined;
  }
  return undefined;
}

/** The question that a condition asks of this column, index or constraint of a table, by its name. */
const LISTS: Readonly<Record<string, RegExp>> = {
  indices: /^(?:create|drop)Ind(?:ex|ices)$/,
  foreignKeys: /^(?:create|drop)ForeignKeys?$/,
  uniques: /^(?:create|drop)UniqueConstraints?$/,
  checks: /^(?:create|drop)CheckConstraints?$/,
  exclusions: /^(?:create|drop)ExclusionConstraints?$/,
  primaryColumns: /^createPrimaryKey$/,
};

/** Whether the author asks, in front of the call, for what it makes or takes away. */
function isGuarded({ conditions, roles }: CallSite, method: string, args: readonly Node[]): boolean {
  const { scope } = roles;
  const text = (node: Node): string => scope.source.slice(...node.range);
  const nameOf = (node: Node): string | undefined => {
    const value = optionsOf(node, scope);
    const name = value instanceof Options ? value.get('name') : value;
    return typeof name === 'string' ? name : undefined;
  };
  /** `new TableColumn({ name })` by its name, where that is an expression. */
  const named = (node: Node): Node => {
    const value = optionsOf(node, scope);
    return (value instanceof Options && propertyOf(value.node, 'name')) || unwrap(node);
  };
  const same = (a: Node | undefined, b: Node | undefined): boolean => {
    if (!a || !b) return false;
    const [x, y] = [nameOf(a), nameOf(b)];
    return x !== undefined && y !== undefined ? x === y : text(named(a)) === text(named(b));
  };
  const [table, given] = args;
  const list = given && resolved(given, scope);
  /** What the call is about; of several any one, as they come and go together. */
  const things: readonly Node[] =
    list?.type === 'ArrayExpression'
      ? (list['elements'] as readonly (Node | null)[]).filter((each) => each !== null)
      : given
        ? [given]
        : [];
  const drops = /^(?:drop|rename)/.test(method);
  return conditions.flatMap(factors).some(({ test, holds }) => {
    const [thing] = things;
    const inner = thing && unwrap(thing);
    // `if (foreignKey) await queryRunner.dropForeignKey(table, foreignKey)`
    if (holds && drops && inner?.type === 'Identifier' && text(unwrap(test)) === inner['name']) return true;
    const question = asked(test, scope, holds);
    const found = path(question.node, scope);
    if (!found) return false;
    // our own question, which asks whether there is something to do
    const sql = question.holds ? sqlOf(found.call['arguments'][0] ?? found.call, scope)?.text : undefined;
    if (sql !== undefined && OWN_QUESTION.test(sql)) return true;
    if (question.holds !== drops) return false;
    const callee = unwrap(found.call['callee']);
    const [of, what] = found.call['arguments'] as readonly Node[];
    switch (propertyName(callee) ?? '') {
      case 'hasTable':
        return /^(?:create|drop|rename)Table$|^(?:create|drop)View$/.test(method) && same(of, table);
      case 'hasColumn':
        return (
          /^(?:add|drop|rename)Columns?$/.test(method) && same(of, table) && things.some((each) => same(what, each))
        );
      case 'hasSchema':
        return /Schema$/.test(method) && same(of, table);
      case 'getTable': {
        const last = found.behind[found.behind.length - 1];
        if (!last) return /^(?:create|drop|rename)Table$/.test(method) && same(of, table);
        const names = found.behind.map((each) => (each.type === 'MemberExpression' ? (propertyName(each) ?? '') : ''));
        if (names.includes('primaryColumns')) return method === 'createPrimaryKey' && same(of, table);
        if (!same(of, table)) return false;
        const lookup = found.behind.find((each) => each.type === 'CallExpression');
        if (!lookup) return false;
        const lookedFor = propertyName(unwrap(lookup['callee']));
        const [argument] = lookup['arguments'] as readonly Node[];
        if (lookedFor === 'findColumnByName')
          return /^(?:add|drop|rename)Columns?$/.test(method) && things.some((each) => same(argument, each));
        const kind = names.find((name) => Object.hasOwn(LISTS, name));
        if (kind === undefined || !LISTS[kind]!.test(method) || !argument) return false;
        return things.some((each) => namesIt(argument, each, method, table));
      }
      default:
        return false;
    }
  });

  /** `(index) => index.name === 'a'` */
  function namesIt(callback: Node, thing: Node, method: string, table: Node | undefined): boolean {
    const fn = unwrap(callback);
    const body = isFunction(fn) ? unwrap(fn['body']) : undefined;
    if (body?.type !== 'BinaryExpression' || !/^===?$/.test(body['operator'])) return false;
    const generated = typeormNames(method, [optionsOf(table, scope), optionsOf(thing, scope)]);
    const wanted = nameOf(thing) ?? generated;
    return [body['left'], body['right']].some((side: Node) => {
      const value = scope.value(side);
      return value === undefined ? text(unwrap(side)) === text(unwrap(thing)) : value === wanted;
    });
  }
}

/** `a && b` as two tests. */
function factors(condition: Condition): Condition[] {
  const test = unwrap(condition.test);
  if (!condition.holds || test.type !== 'LogicalExpression' || test['operator'] !== '&&') return [condition];
  return [test['left'], test['right']].flatMap((each: Node) => factors({ test: each, holds: true }));
}

/** How a guard asks PostgreSQL whether there is something to do. */
const OWN_QUESTION = /^SELECT WHERE /;

/** Whether the query runner, or what it gives, is among these. */
function givesAway(args: readonly Node[], roles: Roles): boolean {
  let found = false;
  for (const each of args)
    walkTree(each, (inner) => {
      if (isFunction(inner)) return false;
      if (inner.type === 'Identifier' || inner.type === 'MemberExpression') {
        const role = roles.of(inner);
        if (role !== undefined && role !== 'this') found = true;
      }
      // `console.log(queryRunner.isTransactionActive)` gives nothing away
      return inner.type !== 'MemberExpression' && inner.type !== 'CallExpression';
    });
  return found;
}

/** `new Seeder(queryRunner).run()`: what is called on was given it. */
function carries(expression: Node, roles: Roles, depth = 0): boolean {
  const node = unwrap(expression);
  if (depth > 30) return false;
  if (node.type === 'NewExpression') return givesAway(node['arguments'], roles);
  if (node.type === 'MemberExpression') return carries(node['object'], roles, depth + 1);
  if (node.type !== 'Identifier') return false;
  const constant = roles.scope.constant(node);
  return constant !== undefined && carries(constant.node, roles, depth + 1);
}

/** The query runner is given to code that stands elsewhere. */
function handedOn(site: CallSite): ReadCall | undefined {
  const { node, roles } = site;
  const callee = unwrap(node['callee']);
  const known =
    callee.type === 'Identifier'
      ? roles.scope.functionOf(callee)
      : callee.type === 'MemberExpression' && unwrap(callee['object']).type === 'ThisExpression'
        ? roles.method(propertyName(callee) ?? '')
        : undefined;
  if (known || isFunction(callee)) return undefined;
  // `if (!(await hasColumn(queryRunner, 'a', 'b')))`: a question, by its name and because there is an answer
  const name = callee.type === 'Identifier' ? callee['name'] : propertyName(callee);
  if (
    !site.statement &&
    typeof name === 'string' &&
    /^(?:has|is|does|get|find|column|table|index)(?=[A-Z]|$)/.test(name)
  )
    return NOTHING;
  if (!givesAway(node['arguments'], roles) && !carries(callee, roles)) return undefined;
  return opaque(site, roles.scope.source.slice(...callee.range), 'it stands in another file');
}

export const typeorm: JsTool = {
  name: 'typeorm',
  recognises: (scope) =>
    scope.modules.has('typeorm') || methodsNamed(scope, 'up', (owner) => isMigration(owner)).length > 0,
  // JavaScript has no `implements`: there, any class with up and down that takes a query runner
  ups: (scope) => methodsNamed(scope, 'up', () => true),
  types: { QueryRunner: 'queryRunner', EntityManager: 'manager', DataSource: 'connection' },
  roles: (up, scope) => new Roles(scope, new Map(), member, up.owner).within(up.node, [], ['queryRunner']),
  read(site): ReadCall | undefined {
    const { node } = site;
    if (node.type === 'TaggedTemplateExpression') return tagged(site);
    if (node.type !== 'CallExpression') return undefined;
    const callee = unwrap(node['callee']);
    const on = callee.type === 'MemberExpression' ? unwrap(callee['object']) : undefined;
    const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
    const role = on && roleOf(on, site.roles);
    if (!on || role === undefined || role === 'this') return handedOn(site);
    const what = `${site.roles.scope.source.slice(...on.range)}.${method ?? '…'}`;
    if (method === undefined) return opaque(site, what, 'the name of the method is only known when it runs');
    // `queryRunner.manager.getRepository(User).query(…)` too
    if (method === 'query') return query(site, what);
    if (role === 'queryRunner' && site.roles.of(on) === 'queryRunner') return builder(site, method, what);
    if (method === 'transaction') {
      const callback = (node['arguments'] as readonly Node[]).map(unwrap).find((each) => isFunction(each));
      if (callback) return { steps: [], inline: [{ callback, roles: site.roles.within(callback, [], ['manager']) }] };
    }
    return READS.test(method)
      ? NOTHING
      : opaque(site, what, 'what is written through entities and query builders is put together when it runs');
  },
  transactions(_scope, up) {
    const field = (up.owner?.['body']['body'] as readonly Node[] | undefined)?.find(
      (each) => each.type === 'PropertyDefinition' && propertyName(each) === 'transaction',
    );
    const value: Node | undefined = field?.['value'] ?? undefined;
    // `false as const`
    if (value && unwrap(value)['value'] === false)
      return {
        scope: 'statement',
        concurrently: 'yes',
        note: '`transaction = false`: TypeORM commits every statement on its own.',
      };
    return {
      scope: 'all-pending',
      concurrently: 'no',
      note: 'TypeORM runs all pending migrations in one transaction unless --transaction says otherwise.',
    };
  },
};
