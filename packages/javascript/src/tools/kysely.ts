/**
 * Kysely: `export async function up(db)` with `db.schema`, sql`…` and queries, each sent by its `.execute()`. Measured with 0.29.9.
 *
 * Its migrator runs all pending migrations in one transaction; `--no-transaction` of kysely-ctl or `disableTransactions` turns that off
 * for all of them.
 */
import { isFunction, propertyName, unwrap, type Node } from '../ast.ts';
import { chainOf, type Call } from '../calls.ts';
import { Roles } from '../roles.ts';
import type { Scope } from '../scope.ts';
import { literalText, sqlOf, SqlText } from '../sql-text.ts';
import { evaluate, Raw, type Value } from '../static.ts';
import type { JsTool, ReadCall, Step } from '../tool.ts';
import { exportedFunction } from '../up.ts';
import type { CallSite } from '../walk.ts';
import {
  translateKyselyQuery,
  translateKyselySchema,
  translateKyselyTemplate,
  type KyselyTranslation,
} from './kysely-sql.ts';
import { doneElsewhere } from './passed-on.ts';

const member = (role: string, property: string): string | undefined =>
  role === 'db' && property === 'schema' ? 'schema' : undefined;

const SENDS = /^execute(?:TakeFirst(?:OrThrow)?)?$/;

export const kysely: JsTool = {
  name: 'kysely',
  recognises: (scope) => scope.modules.has('kysely') && exportedFunction(scope, 'up') !== undefined,
  ups(scope) {
    const up = exportedFunction(scope, 'up');
    return up ? [up] : [];
  },
  types: { Kysely: 'db', Transaction: 'db' },
  roles: (up, scope) => new Roles(scope, new Map(), member).within(up.node, [], ['db']),
  read(site) {
    return site.node.type === 'CallExpression' ? new Reading(site).read() : undefined;
  },
  transactions: () => ({
    scope: 'all-pending',
    concurrently: 'no',
    note: 'Kysely runs all pending migrations in one transaction unless its migrator is told `disableTransactions`.',
  }),
};

/** What the tag of SQL templates is called in a file. */
export function kyselyTag(scope: Scope): string {
  for (const statement of scope.program.body) {
    if (statement.type === 'ImportDeclaration' && statement['source']['value'] === 'kysely') {
      for (const specifier of statement['specifiers'] as readonly Node[])
        if (specifier['imported']?.['name'] === 'sql') return specifier['local']['name'] as string;
    }
  }
  for (const declarator of scope.destructured) {
    const init = unwrap(declarator['init']);
    if (init.type !== 'CallExpression' || init['arguments'][0]?.['value'] !== 'kysely') continue;
    for (const property of declarator['id']['properties'] as readonly Node[])
      if (property.type === 'Property' && propertyName(property) === 'sql') return property['value']['name'] as string;
  }
  return 'sql';
}

interface Root {
  readonly role: 'db' | 'schema';
  readonly schema: Value;
  /** Calls that were made before, and kept in a constant. */
  readonly calls: readonly Call[];
}

class Reading {
  readonly site: CallSite;
  readonly scope: Scope;
  readonly roles: Roles;
  readonly tag: string;

  constructor(site: CallSite) {
    this.site = site;
    this.roles = site.roles;
    this.scope = site.roles.scope;
    this.tag = kyselyTag(this.scope);
  }

  read(): ReadCall | undefined {
    const { node } = this.site;
    const { base, calls } = chainOf(node);
    const last = calls[calls.length - 1];
    if (last && (last.name === 'then' || last.name === 'catch' || last.name === 'finally')) return this.promise(last);
    const sent = last && SENDS.test(last.name);
    if (sent && base.type === 'TaggedTemplateExpression' && calls.length === 1) return this.template(base);
    if (sent && calls.length === 2 && base.type === 'Identifier' && base['name'] === this.tag)
      return this.sqlCall(calls[0]);
    const root = this.rootOf(base);
    if (!root) {
      if (sent) return this.opaque('what is executed stands elsewhere');
      const elsewhere = doneElsewhere(base, calls, this.roles, ['db', 'schema']);
      return elsewhere === undefined ? undefined : this.opaque(elsewhere);
    }
    const all = [...root.calls, ...calls];
    const within = all.filter(({ name }) => name === 'withSchema').at(-1);
    const schema = within ? this.value(within.args[0]) : root.schema;
    const [first] = all;
    if (first?.name === 'transaction' || first?.name === 'connection' || first?.name === 'startTransaction')
      return this.transaction(all);
    if (last?.name === 'executeQuery') return this.compiled(last);
    const rest = all.filter(({ name }) => name !== 'withSchema' && !SENDS.test(name));
    // nothing is sent yet
    if (!sent) return root.role === 'db' && rest.length === 0 ? undefined : { steps: [] };
    const [start] = rest;
    if (!start) return undefined;
    if (root.role === 'schema') {
      const found = translateKyselySchema(rest, schema, { scope: this.scope }, this.tag);
      return this.builder(`schema.${start.name}`, found);
    }
    if (start.name === 'selectFrom' || start.name === 'selectNoFrom') return { steps: [] };
    return this.builder(start.name, translateKyselyQuery(rest, schema, { scope: this.scope }, this.tag));
  }

  private text(node: Node): string {
    return this.scope.source.slice(...node.range);
  }

  private value(node: Node | undefined): Value {
    return node ? evaluate(node, { scope: this.scope }) : undefined;
  }

  private opaque(why: string, what?: string): ReadCall {
    const { node } = this.site;
    const name = what ?? this.text(node['callee']).replace(/\s+/g, ' ');
    const short = name.length > 40 ? `${name.slice(0, 39)}…` : name;
    return { steps: [{ kind: 'opaque', site: this.site, node, what: short, parts: [], why }] };
  }

  private builder(what: string, found: KyselyTranslation | undefined): ReadCall {
    const { site } = this;
    const { node } = site;
    if (!found) return this.opaque('the query is more than can be read off', what);
    const step: Step = {
      kind: 'builder',
      site,
      node,
      what,
      parts: [{ sql: SqlText.translated(found.sql, node.range), exact: found.exact }],
    };
    return { steps: [step] };
  }

  /** `db`, `db.schema`, also behind `withSchema`, also kept in a constant. */
  private rootOf(base: Node, depth = 0): Root | undefined {
    const role = this.roles.of(base);
    if (role === 'db' || role === 'schema') return { role, schema: undefined, calls: [] };
    if (depth > 5) return undefined;
    const node = unwrap(base);
    if (node.type === 'Identifier') {
      const constant = this.scope.constant(node);
      const value = constant && unwrap(constant.node);
      return value?.type === 'CallExpression' || value?.type === 'MemberExpression'
        ? this.rootOf(value, depth + 1)
        : undefined;
    }
    if (node.type === 'MemberExpression') {
      // db.withSchema('s').schema
      const inner = this.rootOf(node['object'], depth + 1);
      return inner?.role === 'db' && propertyName(node) === 'schema' ? { ...inner, role: 'schema' } : undefined;
    }
    if (node.type !== 'CallExpression') return undefined;
    const { base: inner, calls } = chainOf(node);
    const root = inner === node ? undefined : this.rootOf(inner, depth + 1);
    if (!root) return undefined;
    const schema = calls.filter(({ name }) => name === 'withSchema').at(-1);
    return {
      role: root.role,
      schema: schema ? this.value(schema.args[0]) : root.schema,
      calls: [...root.calls, ...calls.filter((call) => call.name !== 'withSchema')],
    };
  }

  private promise(call: Call): ReadCall {
    const callee = unwrap(call.node['callee']);
    const inline = call.args
      .map(unwrap)
      .filter(isFunction)
      .map((callback) => ({ callback: callback, roles: this.roles.within(callback, []) }));
    return { steps: [], chained: callee['object'], inline };
  }

  /** `db.transaction().execute(async (trx) => …)` */
  private transaction(calls: readonly Call[]): ReadCall | undefined {
    const run = calls.find(({ name }) => name === 'execute');
    if (!run)
      return calls.some(({ name }) => name === 'startTransaction')
        ? this.opaque('it begins a transaction by hand')
        : { steps: [] };
    const callback = run.args.map(unwrap).find((arg) => isFunction(arg));
    if (!callback) return this.opaque('what is done in its transaction stands elsewhere');
    return { steps: [], inline: [{ callback, roles: this.roles.within(callback, [], ['db']) }] };
  }

  /** sql`…`.execute(db) */
  private template(node: Node): ReadCall | undefined {
    const { site } = this;
    const tag = unwrap(node['tag']);
    if (tag.type !== 'Identifier' || tag['name'] !== this.tag) return undefined;
    const what = `${this.tag}\`…\``;
    const literal: Node = node['quasi'];
    const expressions = literal['expressions'] as readonly Node[];
    const base = { site, node: site.node, what } as const;
    if (expressions.length > 0) {
      const found = translateKyselyTemplate(node, { scope: this.scope }, this.tag);
      // all of it is known: then it is as good as written down
      if (found?.exact) return this.builder(what, found);
    }
    const filled = this.filled(literal);
    if (!filled)
      return { steps: [{ ...base, kind: 'opaque', parts: [], why: 'its SQL is put together when it runs' }] };
    return {
      steps: [
        {
          ...base,
          kind: 'sql',
          parts: [{ sql: filled.sql, exact: expressions.length === 0 }],
          literal,
          ...(filled.bindings ? { bindings: true } : {}),
        },
      ],
    };
  }

  /** The text of a template: what is SQL in it is put in, what is a value is sent apart. */
  private filled(literal: Node): { readonly sql: SqlText; readonly bindings: boolean } | undefined {
    const quasis = literal['quasis'] as readonly Node[];
    const expressions = literal['expressions'] as readonly Node[];
    let sql = SqlText.of('', []);
    let bindings = false;
    let count = 0;
    for (const [index, quasi] of quasis.entries()) {
      const text = literalText(quasi, this.scope.source);
      if (!text) return undefined;
      sql = sql.append(text);
      const inner = expressions[index];
      if (!inner) continue;
      const made = unwrap(inner);
      const known =
        made.type === 'TaggedTemplateExpression'
          ? translateKyselyTemplate(made, { scope: this.scope }, this.tag)
          : undefined;
      const isSql = made.type === 'TaggedTemplateExpression' || this.isSqlCall(made);
      count += 1;
      if (!isSql) bindings = true;
      const filling = known?.exact ? known.sql : isSql ? `_idempotify_expression_${count}_` : `$${count}`;
      const [start, end] = inner.range;
      sql = sql.append(
        SqlText.of(filling, [{ at: 0, length: filling.length, start, end, kind: 'expression', quote: undefined }]),
      );
    }
    return { sql, bindings };
  }

  private isSqlCall(node: Node): boolean {
    const { base, calls } = chainOf(node);
    return (
      base.type === 'Identifier' &&
      base['name'] === this.tag &&
      calls.length === 1 &&
      !/^(?:val|value)$/.test(calls[0]?.name ?? '')
    );
  }

  /** `sql.raw('…').execute(db)` */
  private sqlCall(call: Call | undefined): ReadCall | undefined {
    const { site } = this;
    if (!call) return undefined;
    const what = `${this.tag}.${call.name}`;
    const [literal] = call.args;
    const sql = literal && call.name === 'raw' ? sqlOf(literal, this.scope) : undefined;
    if (!literal || !sql) {
      const value = this.value(literal);
      if (value instanceof Raw) return undefined;
      return this.opaque('its SQL is not written here', what);
    }
    return { steps: [{ kind: 'sql', site, node: site.node, what, parts: [{ sql, exact: true }], literal }] };
  }

  /** `db.executeQuery(CompiledQuery.raw('…'))` */
  private compiled(call: Call): ReadCall {
    const { site } = this;
    const [given] = call.args;
    const { base, calls } = given ? chainOf(given) : { base: site.node, calls: [] };
    const [raw] = calls;
    const what = 'CompiledQuery.raw';
    const [literal, values] = raw?.args ?? [];
    const isRaw = calls.length === 1 && raw?.name === 'raw' && base['name'] === 'CompiledQuery';
    const sql = isRaw && literal ? sqlOf(literal, this.scope) : undefined;
    if (sql && literal)
      return {
        steps: [
          {
            kind: 'sql',
            site,
            node: site.node,
            what,
            parts: [{ sql, exact: true }],
            literal,
            ...(values ? { bindings: true } : {}),
          },
        ],
      };
    if (given && calls.length === 1 && raw?.name === 'compile' && base.type === 'TaggedTemplateExpression')
      return this.template(base) ?? this.opaque('its SQL is not written here');
    return this.opaque('its SQL is not written here');
  }
}
