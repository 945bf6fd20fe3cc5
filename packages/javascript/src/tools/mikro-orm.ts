/**
 * MikroORM: classes that extend `Migration`, with `this.addSql(…)` and `this.execute(…)`. Measured with 6.6.16.
 *
 * What `addSql` is given is sent when `up` has ended, behind everything that `execute` has sent: a test around it would be asked too
 * early, and SQL carries its guard itself.
 */
import { propertyName, unwrap, type Node } from '../ast.ts';
import { Roles } from '../roles.ts';
import type { Scope } from '../scope.ts';
import { sqlOf, SqlText } from '../sql-text.ts';
import type { JsTool, ReadCall, Step } from '../tool.ts';
import { methodsNamed, type Up } from '../up.ts';
import type { CallSite } from '../walk.ts';
import { translateQuery } from './knex-sql.ts';

/** The package itself, and those that hand it on (`@medusajs/framework/mikro-orm/migrations`). */
const MODULE = /(?:^|\/)mikro-orm\/migrations$|^@mikro-orm\//;

const isMigration = (owner: Node): boolean => {
  const base: Node | null | undefined = owner['superClass'];
  if (!base) return false;
  const of = unwrap(base);
  const name: string | undefined = of.type === 'MemberExpression' ? propertyName(of) : of['name'];
  return name !== undefined && /Migration$/.test(name);
};

const member = (role: string, property: string): string | undefined =>
  role === 'this' ? { driver: 'driver', ctx: 'driver', em: 'driver', config: undefined }[property] : undefined;

/** What gives the means to write around the migration. */
const MEANS = /^(?:getKnex|getEntityManager|getDriver|getConnection|fork|getRepository|createQueryBuilder|qb)$/;
const READS = /^(?:find|count|get|has|is[A-Z]|raw$|ref$|reset$|setTransactionContext$|then$|catch$)/;

export const mikroOrm: JsTool = {
  name: 'mikro-orm',
  recognises: (scope) => [...scope.modules].some((name) => MODULE.test(name)) && migrationsOf(scope).length > 0,
  ups: migrationsOf,
  roles: (up, scope) => new Roles(scope, new Map(), member, up.owner).within(up.node, []),
  read(site): ReadCall | undefined {
    const { node, roles } = site;
    if (node.type !== 'CallExpression') return undefined;
    const callee = unwrap(node['callee']);
    if (callee.type !== 'MemberExpression') return given(site);
    const method = propertyName(callee);
    const on = unwrap(callee['object']);
    const what = roles.scope.source.slice(...callee.range);
    if (on.type === 'ThisExpression') {
      if (method === 'addSql' || method === 'execute') return sql(site, method, what);
      return method !== undefined && (MEANS.test(method) || READS.test(method)) ? { steps: [] } : given(site);
    }
    if (!comesFromMeans(on, roles.scope, 0) && roles.of(on) !== 'driver') return given(site);
    if (method !== undefined && (MEANS.test(method) || READS.test(method))) return { steps: [] };
    // a query that only reads
    if (translateQuery(node, { scope: roles.scope })?.statements.length === 0) return { steps: [] };
    return opaque(site, what, 'what is written through entities and query builders is put together when it runs');
  },
  transactions(_scope, up) {
    if (isOutside(up))
      return {
        scope: 'statement',
        concurrently: 'yes',
        note: '`isTransactional()` is false: MikroORM commits every statement on its own (with `allOrNothing: false`).',
      };
    return {
      scope: 'all-pending',
      concurrently: 'no',
      note: 'MikroORM runs all pending migrations in one transaction unless allOrNothing is false.',
    };
  },
  // with values, `?` is the place of one
  escape: (text, { bindings }) => (bindings ? text.replaceAll('?', '\\?') : text),
};

function migrationsOf(scope: Scope): readonly Up[] {
  return methodsNamed(scope, 'up', isMigration);
}

/** `isTransactional() { return false; }` */
function isOutside(up: Up): boolean {
  const method = ((up.owner?.['body']['body'] ?? []) as readonly Node[]).find(
    (each) => propertyName(each) === 'isTransactional',
  );
  const body: Node | undefined = method?.['value']?.body;
  if (body?.type !== 'BlockStatement') return body?.['value'] === false;
  return (body['body'] as readonly Node[]).some(
    (each) => each.type === 'ReturnStatement' && each['argument']?.value === false,
  );
}

/** `this.getEntityManager().…`, or a constant that was set to it. */
function comesFromMeans(expression: Node, scope: Scope, depth: number): boolean {
  const node = unwrap(expression);
  if (depth > 30) return false;
  switch (node.type) {
    case 'AwaitExpression':
      return comesFromMeans(node['argument'], scope, depth + 1);
    case 'CallExpression': {
      const callee = unwrap(node['callee']);
      if (callee.type !== 'MemberExpression') return comesFromMeans(callee, scope, depth + 1);
      const name = propertyName(callee) ?? '';
      if (unwrap(callee['object']).type === 'ThisExpression') return MEANS.test(name);
      // what is found is data
      return !/^(?:find|count|execute)/.test(name) && comesFromMeans(callee['object'], scope, depth + 1);
    }
    case 'MemberExpression':
      return unwrap(node['object']).type === 'ThisExpression'
        ? /^(?:driver|ctx|em)$/.test(propertyName(node) ?? '')
        : comesFromMeans(node['object'], scope, depth + 1);
    case 'Identifier': {
      const constant = scope.constant(node);
      return constant !== undefined && comesFromMeans(constant.node, scope, depth + 1);
    }
  }
  return false;
}

const opaque = (site: CallSite, what: string, why: string): ReadCall => ({
  steps: [{ kind: 'opaque', site, node: site.node, what, parts: [], why }],
});

function sql(site: CallSite, method: string, what: string): ReadCall {
  const { node, roles } = site;
  const [literal, values] = node['arguments'] as readonly Node[];
  const queued = method === 'addSql' ? { queued: true } : {};
  if (!literal) return opaque(site, what, 'its SQL is not written here');
  const text = sqlOf(literal, roles.scope);
  if (text) {
    const bindings = values !== undefined;
    const read = bindings ? bound(text) : text;
    // addSql takes no values: what stands there is ignored
    const step: Step = {
      kind: 'sql',
      site,
      node,
      what,
      parts: [{ sql: read, exact: true }],
      literal,
      bindings,
      ...queued,
    };
    return { steps: [step] };
  }
  const query = comesFromMeans(literal, roles.scope, 0) && translateQuery(unwrap(literal), { scope: roles.scope });
  if (!query) return opaque(site, what, 'its SQL is put together when it runs');
  const parts = query.statements.map((each) => ({
    sql: SqlText.translated(each, literal.range),
    exact: query.exact,
  }));
  return { steps: parts.length === 0 ? [] : [{ kind: 'builder', site, node, what, parts, literal, ...queued }] };
}

/** The text with a mark for each value that comes in when it runs. */
function bound(text: SqlText): SqlText {
  let count = 0;
  return text.replace(
    [...text.text.matchAll(/\\?\?\??/g)].map(({ index, 0: match }) => {
      const range = { start: index, end: index + match.length };
      if (match.startsWith('\\')) return { ...range, text: match.slice(1), kind: 'escape' as const };
      count += 1;
      const mark = match === '??' ? `_idem_expr_${900_000 + count}_` : `$${count}`;
      return { ...range, text: mark, kind: 'expression' as const };
    }),
  );
}

/** The migration, or its entity manager, is given to code that stands elsewhere. */
function given(site: CallSite): ReadCall | undefined {
  const { node, roles } = site;
  const callee = unwrap(node['callee']);
  if (callee.type === 'Super' || (callee.type === 'MemberExpression' && unwrap(callee['object']).type === 'Super'))
    return opaque(site, roles.scope.source.slice(...callee.range), 'it stands in another file');
  if (callee.type === 'Identifier' && roles.scope.functionOf(callee)) return undefined;
  const handed = (node['arguments'] as readonly Node[]).some((each) => {
    const value = unwrap(each);
    return value.type === 'ThisExpression' || comesFromMeans(value, roles.scope, 0);
  });
  return handed ? opaque(site, roles.scope.source.slice(...callee.range), 'it stands in another file') : undefined;
}
