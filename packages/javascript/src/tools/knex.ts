/**
 * Knex (also as used by Objection): `exports.up = (knex) => …` with `knex.schema`, `knex.raw` and queries. Measured with 3.3.0.
 *
 * Knex runs all pending migrations in one transaction; `exports.config = { transaction: false }` takes a file out of it.
 */
import type { Transactions } from '@idempotify/core';
import { dotted, isFunction, propertyName, propertyOf, unwrap, walkTree, type Node } from '../ast.ts';
import { bodyOf, chainOf, type Call } from '../calls.ts';
import { Roles } from '../roles.ts';
import type { Scope } from '../scope.ts';
import { sqlOf, SqlText } from '../sql-text.ts';
import { evaluate, Unknown, type Value } from '../static.ts';
import type { JsTool, ReadCall, Step, StepNote } from '../tool.ts';
import { exportedFunction, exportedValue, type Up } from '../up.ts';
import type { CallSite, Condition } from '../walk.ts';
import { isSchemaMethod, translateQuery, translateRaw, translateSchemaCall, type Translation } from './knex-sql.ts';
import { doneElsewhere } from './passed-on.ts';

const member = (role: string, property: string): string | undefined => {
  if (role === 'knex' && property === 'schema') return 'schema';
  return role === 'knex' && property === 'client' ? 'client' : undefined;
};

/** Modules of tools whose `db.schema` looks alike. */
const OTHERS = ['kysely', 'typeorm', 'sequelize', 'node-pg-migrate'];

function usesKnex(up: Up): boolean {
  const [parameter] = up.node['params'] as readonly Node[];
  const name = parameter?.type === 'Identifier' ? parameter['name'] : undefined;
  if (name === undefined) return false;
  let found = false;
  walkTree(up.node, (node) => {
    if (node.type === 'CallExpression') {
      const { base, calls } = chainOf(node);
      const path = dotted(base);
      const [first] = calls;
      if (first && path && path[0] === name) {
        found ||= path.length === 2 && path[1] === 'schema' && isKnexSchema(calls);
        found ||= path.length === 1 && (first.name === 'raw' || first.name === 'transaction') && first.args.length > 0;
      }
      found ||= base.type === 'CallExpression' && base['callee']['name'] === name;
    }
    return !found;
  });
  return found;
}

/** A chain that Kysely would end with `.execute()`, and in which Knex takes a function. */
const isKnexSchema = (calls: readonly Call[]): boolean =>
  calls.some(({ name }) => isSchemaMethod(name)) && !calls.some(({ name }) => name === 'execute');

export const knex: JsTool = {
  name: 'knex',
  recognises(scope) {
    if (OTHERS.some((name) => scope.modules.has(name))) return false;
    const up = exportedFunction(scope, 'up');
    return up !== undefined && (scope.modules.has('knex') || usesKnex(up));
  },
  ups(scope) {
    const up = exportedFunction(scope, 'up');
    return up ? [up] : [];
  },
  types: { Knex: 'knex', Transaction: 'knex' },
  roles: (up, scope) => new Roles(scope, new Map(), member).within(up.node, [], ['knex']),
  read(site) {
    return site.node.type === 'CallExpression' ? new Reading(site).read() : undefined;
  },
  transactions,
  escape: (sql) => sql.replaceAll('?', '\\?'),
};

/** Whether a file is taken out of Knex's transaction. */
export function knexTransaction(scope: Scope): boolean {
  const config = exportedValue(scope, 'config');
  return propertyOf(config, 'transaction')?.['value'] !== false;
}

function transactions(scope: Scope): Transactions {
  if (!knexTransaction(scope))
    return {
      scope: 'statement',
      concurrently: 'yes',
      note: '`config = { transaction: false }`: Knex commits every statement on its own.',
    };
  return {
    scope: 'all-pending',
    concurrently: 'no',
    note: 'Knex runs all pending migrations in one transaction; `exports.config = { transaction: false }` takes a file out of it.',
  };
}

/** One call, or one chain of calls, and what it sends. */
class Reading {
  readonly site: CallSite;
  readonly scope: Scope;
  readonly roles: Roles;

  constructor(site: CallSite) {
    this.site = site;
    this.roles = site.roles;
    this.scope = site.roles.scope;
  }

  read(): ReadCall | undefined {
    const { node } = this.site;
    const chain = chainOf(node);
    const { base, calls } = chain;
    const last = calls[calls.length - 1];
    if (last && (last.name === 'then' || last.name === 'catch' || last.name === 'finally')) return this.promise(last);
    const root = this.schemaOf(base);
    if (root) return this.schema(root.schema, calls);
    const role = this.roles.of(base);
    if (role === 'knex') {
      const [first] = calls;
      if (!first) return undefined;
      if (first.name === 'raw') return this.raw(first, `${this.text(base)}.raw`);
      if (first.name === 'transaction') {
        const callback = first.args.map(unwrap).find((arg) => isFunction(arg));
        if (!callback) return this.opaque('what is done in its transaction stands elsewhere');
        return { steps: [], inline: [{ callback, roles: this.roles.within(callback, [], ['knex']) }] };
      }
      return this.query(`${this.text(base)}.${first.name}`);
    }
    if (base.type === 'CallExpression') {
      const callee = unwrap(base['callee']);
      if (this.roles.of(callee) === 'knex') return this.query(`${this.text(callee)}(…)`);
    }
    const elsewhere = doneElsewhere(base, calls, this.roles, ['knex', 'schema']);
    return elsewhere === undefined ? undefined : this.opaque(elsewhere);
  }

  private text(node: Node): string {
    return this.scope.source.slice(...node.range);
  }

  private opaque(why: string, what?: string): ReadCall {
    const { node } = this.site;
    return {
      steps: [{ kind: 'opaque', site: this.site, node, what: what ?? this.text(node['callee']), parts: [], why }],
    };
  }

  /** `knex.schema`, also with `.withSchema(…)`, also kept in a constant. */
  private schemaOf(base: Node, depth = 0): { readonly schema: Value } | undefined {
    if (this.roles.of(base) === 'schema') return { schema: undefined };
    if (base.type !== 'Identifier' || depth > 5) return undefined;
    const constant = this.scope.constant(base);
    if (!constant) return undefined;
    const { base: inner, calls } = chainOf(unwrap(constant.node));
    const root = calls.every(({ name }) => name === 'withSchema') ? this.schemaOf(inner, depth + 1) : undefined;
    const [schema] = calls;
    return root && schema ? { schema: this.value(schema.args[0]) } : root;
  }

  private value(node: Node | undefined): Value {
    return node ? evaluate(node, { scope: this.scope }) : undefined;
  }

  /** `….then(() => …)`: what is called on comes first, then what the functions do. */
  private promise(call: Call): ReadCall {
    const callee = unwrap(call.node['callee']);
    const inline = call.args
      .map(unwrap)
      .filter(isFunction)
      .map((callback) => ({ callback: callback, roles: this.roles.within(callback, []) }));
    return { steps: [], chained: callee['object'], inline };
  }

  private schema(given: Value, calls: readonly Call[]): ReadCall | undefined {
    // wherever it stands in the chain, it is about all of it
    const within = calls.findLast(({ name }) => name === 'withSchema');
    const schema = within ? this.value(within.args[0]) : given;
    const steps: Step[] = [];
    for (const call of calls) {
      if (call.name === 'withSchema') continue;
      if (!isSchemaMethod(call.name)) {
        // `.toString()`, `.toSQL()`: nothing is sent; anything else is not known
        if (call.name === 'toString' || call.name === 'toSQL' || call.name === 'toQuery') return { steps: [] };
        if (call.name === 'queryContext' || call.name === 'timeout' || call.name === 'debug') continue;
        return this.opaque('Knex has no such method by itself', `schema.${call.name}`);
      }
      if (call.name === 'hasTable' || call.name === 'hasColumn') continue;
      if (call.name === 'raw') {
        for (const step of this.raw(call, 'schema.raw').steps) steps.push({ ...step, node: this.linkOf(call, calls) });
      } else {
        const step = this.schemaStep(call, schema, calls);
        // all that it does stands behind a test of the author's
        if (step.kind === 'opaque' || step.parts.length > 0) steps.push(step);
      }
    }
    return { steps };
  }

  /** The node of one call of a chain: for all but the first, what stands behind the earlier ones. */
  private linkOf(call: Call, calls: readonly Call[]): Node {
    return call === calls[0] ? call.node : { ...call.node, range: [call.at, call.range[1]] };
  }

  private schemaStep(call: Call, schema: Value, calls: readonly Call[]): Step {
    const { site } = this;
    const node = this.linkOf(call, calls);
    const what = `schema.${call.name}`;
    const translation = translateSchemaCall(call, schema, { scope: this.scope }, knexTransaction(this.scope));
    if (!translation)
      return { kind: 'opaque', site, node, what, parts: [], why: 'some of its arguments are known only when it runs' };
    const notes = notesOf(call, translation);
    return {
      kind: 'builder',
      site,
      node,
      what,
      parts: partsOf(translation, node),
      guarded: this.isGuarded(call, schema, translation),
      ...(notes.length > 0 ? { notes } : {}),
    };
  }

  private raw(call: Call, what: string): ReadCall {
    const { site } = this;
    const { node } = call;
    const [literal, values] = call.args;
    const sql = literal && sqlOf(literal, this.scope);
    if (!literal || !sql) {
      const found = values ? undefined : translateRaw(call, { scope: this.scope });
      if (!found)
        return { steps: [{ kind: 'opaque', site, node, what, parts: [], why: 'its SQL is not written here' }] };
      return { steps: [{ kind: 'builder', site, node, what, parts: partsOf(found, node) }] };
    }
    if (values) {
      const found = translateRaw(call, { scope: this.scope });
      // all values are known: then it is as good as written down
      if (found?.exact) return { steps: [{ kind: 'builder', site, node, what, parts: partsOf(found, node) }] };
      return {
        steps: [
          {
            kind: 'sql',
            site,
            node,
            what,
            parts: [{ sql: bound(sql, this.value(values)), exact: false }],
            literal,
            bindings: true,
          },
        ],
      };
    }
    const marks = [...sql.text.matchAll(/(\\*)\?/g)];
    const unescaped = marks.some(([, slashes = '']) => slashes.length % 2 === 0);
    const notes: readonly StepNote[] = unescaped
      ? [
          {
            rule: 'wrong-binding',
            message: 'Knex takes `?` for a place where a value comes, also in a string and as an operator of jsonb.',
            help: 'Write `\\\\?`.',
            at: literal,
          },
        ]
      : [];
    const plain = sql.replace(
      marks.flatMap(({ index, 0: whole, 1: slashes = '' }) =>
        slashes.length % 2 === 1
          ? [{ start: index + whole.length - 2, end: index + whole.length, text: '?', kind: 'escape' as const }]
          : [],
      ),
    );
    return {
      steps: [
        {
          kind: 'sql',
          site,
          node,
          what,
          parts: [{ sql: plain, exact: true }],
          literal,
          ...(notes.length > 0 ? { notes } : {}),
        },
      ],
    };
  }

  private query(what: string): ReadCall {
    const { site } = this;
    const { node } = site;
    const found = translateQuery(node, { scope: this.scope });
    if (!found) return this.opaque('what it sends is known only when it runs', what);
    if (found.statements.length === 0) return { steps: [] };
    return { steps: [{ kind: 'builder', site, node, what, parts: partsOf(found, node) }] };
  }

  /** Whether the author's own test in front of a call makes a second run harmless. */
  private isGuarded(call: Call, schema: Value, translation: Translation): boolean {
    // several statements that may be interrupted in between are not kept by one test
    if (translation.statements.length > 1 && !knexTransaction(this.scope)) return false;
    return this.site.conditions.some((condition) => this.guards(condition, call, schema));
  }

  private guards(condition: Condition, call: Call, schema: Value): boolean {
    let { holds } = condition;
    let test = unwrap(condition.test);
    for (;;) {
      if (test.type === 'UnaryExpression' && test['operator'] === '!') {
        holds = !holds;
        test = unwrap(test['argument']);
      } else if (test.type === 'AwaitExpression') test = unwrap(test['argument']);
      else if (test.type === 'Identifier') {
        const constant = this.scope.constant(test)?.node ?? this.awaitedBy(test['name']);
        if (!constant) return false;
        test = unwrap(constant);
      } else if (
        test.type === 'LogicalExpression' &&
        (test['operator'] === '&&') === holds &&
        test['operator'] !== '??'
      ) {
        // both hold, or neither does
        return [test['left'], test['right']].some((each: Node) => this.guards({ test: each, holds }, call, schema));
      } else break;
    }
    const { base, calls } = chainOf(test);
    const asked = calls[calls.length - 1];
    const root = this.schemaOf(base);
    if (!asked || !root) return false;
    const within = calls.find(({ name }) => name === 'withSchema');
    const own = tableNamed(schema, this.value(call.args[0]));
    const other = tableNamed(within ? this.value(within.args[0]) : root.schema, this.value(asked.args[0]));
    if (!sameValue(own.schema, other.schema) || !sameValue(own.table, other.table)) return false;
    if (asked.name === 'hasTable')
      return holds
        ? call.name === 'dropTable' || call.name === 'renameTable'
        : /^create(?:Table(?:IfNotExists|Like)?|View)$/.test(call.name);
    if (asked.name !== 'hasColumn' || !/^(?:alterTable|table)$/.test(call.name)) return false;
    const column = this.value(asked.args[1]);
    const changes = columnChanges(call, this.scope);
    if (!changes || changes.length === 0) return false;
    // one test for several columns of one call: they come and go together in its transaction
    return changes.some((change) => change.adds !== holds && sameValue(change.column, column));
  }

  /** `knex.schema.hasTable('a').then((exists) => …)`: what `exists` is the answer of. */
  private awaitedBy(name: string): Node | undefined {
    const callback = this.site.within;
    const [parameter] = callback['params'] as readonly Node[];
    if (parameter?.type !== 'Identifier' || parameter['name'] !== name) return undefined;
    let found: Node | undefined;
    walkTree(this.scope.program, (node) => {
      if (node.type === 'CallExpression' && unwrap(node['arguments'][0] ?? node) === callback) {
        const callee = unwrap(node['callee']);
        if (callee.type === 'MemberExpression' && propertyName(callee) === 'then') found = callee['object'];
      }
      return found === undefined;
    });
    return found;
  }
}

/** `schema.table` is two names. */
function tableNamed(schema: Value, table: Value): { readonly schema: Value; readonly table: Value } {
  const [first, second, ...more] = typeof table === 'string' ? table.split('.') : [];
  return schema === undefined && second !== undefined && more.length === 0
    ? { schema: first, table: second }
    : { schema, table };
}

const sameValue = (a: Value, b: Value): boolean => {
  if (a instanceof Unknown && b instanceof Unknown) return a.source === b.source;
  return (typeof a === 'string' || a === undefined) && a === b;
};

export interface ColumnChange {
  readonly column: Value;
  /** The expression that names it; undefined where Knex has a name of its own for it. */
  readonly node: Node | undefined;
  /** false: it is dropped, or gets another name */
  readonly adds: boolean;
  /** `named`: the new name of a renamed one */
  readonly how: 'added' | 'dropped' | 'renamed' | 'named';
}

/** Columns that a call of alterTable adds or takes away, as far as they are written down; undefined where it is not written at all. */
export function columnChanges(call: Call, scope: Scope): ColumnChange[] | undefined {
  const given = call.args[1] && unwrap(call.args[1]);
  const fn = given?.type === 'Identifier' ? scope.functionOf(given) : given;
  if (!fn || !isFunction(fn)) return undefined;
  const parameter = (fn.params[0]?.type === 'Identifier' ? fn.params[0]['name'] : undefined) as string | undefined;
  const changes: ColumnChange[] = [];
  const value = (node: Node | undefined): Value => (node ? evaluate(node, { scope }) : undefined);
  for (const statement of bodyOf(fn)) {
    let node: Node = statement;
    if (node.type === 'ExpressionStatement') node = node['expression'];
    else if (node.type === 'ReturnStatement' && node['argument']) node = node['argument'];
    if (unwrap(node).type !== 'CallExpression') continue;
    const { base, calls } = chainOf(node);
    const own = base.type === 'ThisExpression' || (base.type === 'Identifier' && base['name'] === parameter);
    const [first] = calls;
    if (!own || !first) continue;
    const add = (column: Node | undefined, how: ColumnChange['how']): void => {
      if (column) changes.push({ column: value(column), node: column, adds: how === 'added' || how === 'named', how });
    };
    for (const each of calls) {
      if (each.name === 'dropColumn' || each.name === 'dropColumns') {
        const [one] = each.args;
        const list = one && unwrap(one);
        for (const column of list?.type === 'ArrayExpression' ? (list['elements'] as readonly Node[]) : each.args)
          add(column, 'dropped');
      } else if (each.name === 'renameColumn') {
        add(each.args[0], 'renamed');
        add(each.args[1], 'named');
      }
    }
    if (first.name === 'timestamps' || first.name === 'dropTimestamps') {
      const adds = first.name === 'timestamps';
      changes.push({ column: 'created_at', node: undefined, adds, how: adds ? 'added' : 'dropped' });
    } else if (isColumn(first) && !calls.some(({ name }) => name === 'alter')) add(first.args[0], 'added');
  }
  return changes;
}

const NOT_COLUMNS =
  /^(?:index|primary|unique|foreign|check|comment|inherits|renameColumn|set.*|drop.*|engine|charset|collate|queryContext)$/;

const isColumn = ({ name, args }: Call): boolean => !NOT_COLUMNS.test(name) && args.length > 0;

const partsOf = ({ statements, exact }: Translation, { range }: Node): Step['parts'] =>
  statements.map((sql) => ({ sql: SqlText.translated(sql, range), exact }));

function notesOf(call: Call, { statements }: Translation): StepNote[] {
  if (call.name !== 'createTableIfNotExists') return [];
  const behind = statements.filter((sql) => !/^create (?:table|type)\b/.test(sql)).length;
  return [
    {
      rule: 'partial-guard',
      message:
        behind > 0
          ? 'createTableIfNotExists guards the CREATE TABLE only: the indexes and keys that Knex sends behind it fail on a second run.'
          : 'createTableIfNotExists is deprecated: Knex warns about it, and what it sends behind the CREATE TABLE is not guarded.',
      help: 'Write `if (!(await knex.schema.hasTable(name)))` around createTable.',
    },
  ];
}

/** The text with a mark for each value that comes in when it runs. */
function bound(sql: SqlText, values: Value): SqlText {
  const named = typeof values === 'object' && values !== null && !Array.isArray(values) && !(values instanceof Unknown);
  const pattern = named ? /\\?:(?:\w+):(?!:)|\\?(?<!:):\w+/g : /\\?\?\??/g;
  let count = 0;
  return sql.replace(
    [...sql.text.matchAll(pattern)].map(({ index, 0: match }) => {
      const range = { start: index, end: index + match.length };
      if (match.startsWith('\\')) return { ...range, text: match.slice(1), kind: 'escape' as const };
      count += 1;
      const isName = named ? match.endsWith(':') : match === '??';
      return {
        ...range,
        text: isName ? `_idempotify_expression_${count}_` : `$${count}`,
        kind: 'expression' as const,
      };
    }),
  );
}
