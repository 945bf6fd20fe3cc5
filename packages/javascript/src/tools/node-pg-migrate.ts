/** node-pg-migrate: `export const up = (pgm) => { … }`. Measured with 9.0.0. */
import { quoteLiteral } from '@idempotify/core';
import { dotted, propertyName, unwrap, walkTree, type Node } from '../ast.ts';
import { Roles } from '../roles.ts';
import type { Scope } from '../scope.ts';
import { sqlOf, SqlText } from '../sql-text.ts';
import type { JsTool, ReadCall, Step, StepNote } from '../tool.ts';
import { exportedFunction, exportedValue } from '../up.ts';
import { ObjectValue, valueOf, type Value } from '../value.ts';
import type { CallSite } from '../walk.ts';
import { passedOn } from './passed-on.ts';
import { nodePgMigrateSql } from './node-pg-migrate-sql.ts';

/** Collected, and sent when `up` is done. */
const BUILDS = /^(?:add|alter|create|drop|grant|refresh|removeFrom|rename|revoke|setTypeAttribute$|sql$)/;

/** Whether an argument of `up` is the migration builder: by its name, or by its type. */
function isBuilder(parameter: Node | undefined): boolean {
  if (parameter?.type !== 'Identifier') return false;
  const type: Node | undefined = parameter['typeAnnotation']?.typeAnnotation;
  const named: unknown = type?.['typeName']?.name ?? type?.['typeName']?.right?.name;
  return named === 'MigrationBuilder' || /^pgm$|^migrationBuilder$/.test(parameter['name']);
}

export const nodePgMigrate: JsTool = {
  name: 'node-pg-migrate',
  collects: true,
  recognises(scope) {
    const up = exportedFunction(scope, 'up');
    return up !== undefined && (scope.modules.has('node-pg-migrate') || isBuilder(up.node['params'][0]));
  },
  ups: (scope) => [exportedFunction(scope, 'up') ?? []].flat(),
  types: { MigrationBuilder: 'pgm' },
  roles: (up, scope) =>
    new Roles(scope, new Map(), (role, property) => (role === 'pgm' && property === 'db' ? 'db' : undefined)).within(
      up.node,
      [],
      ['pgm'],
    ),
  read(site): ReadCall | undefined {
    const { node, roles } = site;
    if (node.type !== 'CallExpression') return undefined;
    const { scope } = roles;
    const callee = unwrap(node['callee']);
    const object: Node | undefined = callee.type === 'MemberExpression' ? callee['object'] : undefined;
    const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
    const role = object && roles.of(object);
    if (!object || method === undefined || role === undefined) return passedOn(site, ['pgm', 'db']);
    const what = `${scope.source.slice(...object.range)}.${method}`;
    const args = node['arguments'] as readonly Node[];
    if (role === 'db') return method === 'query' ? queried(site, what, args) : { steps: [] };
    if (role !== 'pgm' || !BUILDS.test(method)) return { steps: [] };
    if (method === 'sql') return { steps: [sqlStep(site, what, args)] };
    const values = args.map((arg) => valueOf(arg, scope));
    const spread = args.some(({ type }) => type === 'SpreadElement');
    const shorthands = exportedValue(scope, 'shorthands');
    const translation = spread ? undefined : nodePgMigrateSql(method, values, shorthands && valueOf(shorthands, scope));
    if (!translation) {
      const why = 'a part of it that its SQL has to name is only known when it runs';
      return { steps: [{ kind: 'opaque', site, node, what, parts: [], why }] };
    }
    const { queries, exact } = translation;
    const notes = notesOn(method, values, node);
    return {
      steps: [
        {
          kind: 'builder',
          site,
          node,
          what,
          parts: queries.map((sql) => ({ sql: SqlText.translated(tidied(sql), node.range), exact })),
          ...(notes.length > 0 && { notes }),
        },
      ],
    };
  },
  transactions(_scope, up) {
    let none = false;
    const [parameter] = up.node['params'] as readonly Node[];
    const builder = parameter?.type === 'Identifier' ? (parameter['name'] as string) : undefined;
    walkTree(up.node, (node) => {
      if (node.type === 'CallExpression' && dotted(node['callee'])?.join('.') === `${builder}.noTransaction`)
        none = true;
    });
    return none
      ? {
          scope: 'statement',
          concurrently: 'yes',
          note: '`pgm.noTransaction()`: node-pg-migrate commits every step on its own.',
        }
      : {
          scope: 'all-pending',
          concurrently: 'no',
          note: 'node-pg-migrate runs all pending migrations in one transaction unless --no-single-transaction is given.',
        };
  },
};

/**
 * In one line, and with strings as people write them, where that means the same: it may be shown to people. Not where a comment needs its
 * line.
 */
function tidied(sql: string): string {
  const pieces = /('(?:[^']|'')*'|"(?:[^"]|"")*")|\$(\w*)\$([\s\S]*?)\$\2\$|--|\/\*|\s*\n\s*/g;
  let comment = false;
  const out = sql.replace(pieces, (all: string, quoted?: string, tag?: string, inner?: string) => {
    if (quoted !== undefined) return quoted;
    if (tag !== undefined && inner !== undefined)
      return /^pg[a-z]$/.test(tag) && !/[\\\n]/.test(inner) ? quoteLiteral(inner) : all;
    if (all === '--' || all === '/*') comment = true;
    return comment ? all : ' ';
  });
  return comment ? sql : out;
}

/** `pgm.sql(text, args)`: `{name}` is replaced, where arguments are given. */
function sqlStep(site: CallSite, what: string, [literal, given]: readonly Node[]): Step {
  const { node } = site;
  const { scope } = site.roles;
  const sql = literal && sqlOf(literal, scope);
  if (!literal || !sql) return { kind: 'opaque', site, node, what, parts: [], why: 'its SQL is not written here' };
  const step: Step = { kind: 'sql', site, node, what, literal, parts: [{ sql, exact: true }] };
  if (!given) return step;
  const args = valueOf(given, scope);
  if (!(args instanceof ObjectValue) || args.open)
    return { kind: 'opaque', site, node, what, parts: [], why: 'what it puts into its SQL is not written here' };
  const filled: { start: number; end: number; text: string; kind: 'expression' }[] = [];
  for (const [key] of args.entries) {
    if (typeof key !== 'string') continue;
    const put = nodePgMigrateSql('sql', [`{${key}}`, args]);
    for (let at = sql.text.indexOf(`{${key}}`); at >= 0; at = sql.text.indexOf(`{${key}}`, at + 1)) {
      const text = put?.queries[0]?.slice(0, -1) ?? '1';
      filled.push({ start: at, end: at + key.length + 2, text, kind: 'expression' });
    }
  }
  filled.sort((a, b) => a.start - b.start);
  return { ...step, parts: [{ sql: sql.replace(filled), exact: true }], bindings: false };
}

/** `pgm.db.query`: it is sent at once, in front of everything that `pgm` collects. */
function queried(site: CallSite, what: string, [literal, values]: readonly Node[]): ReadCall {
  const { node, roles, within } = site;
  const sql = literal && sqlOf(literal, roles.scope);
  if (!literal || !sql)
    return { steps: [{ kind: 'opaque', site, node, what, parts: [], why: 'its SQL is not written here' }] };
  let collected = false;
  walkTree(within, (inner) => {
    if (inner.type !== 'CallExpression' || inner.range[0] >= node.range[0]) return;
    const callee = unwrap(inner['callee']);
    if (callee.type === 'MemberExpression' && roles.of(callee['object']) === 'pgm')
      collected ||= BUILDS.test(propertyName(callee) ?? '');
  });
  const reads = /^\s*select\b/i.test(sql.text);
  if (collected && !reads) {
    const why = 'it is sent before the calls of pgm that stand in front of it, which are only collected';
    return { steps: [{ kind: 'opaque', site, node, what, parts: [], why }] };
  }
  return {
    steps: [{ kind: 'sql', site, node, what, literal, parts: [{ sql, exact: true }], bindings: values !== undefined }],
  };
}

/** What looks like a guard, and is none. */
function notesOn(method: string, args: readonly Value[], node: Node): StepNote[] {
  const option = (position: number, name: string): boolean => {
    const options = args[position];
    return options instanceof ObjectValue && options.get(name) === true;
  };
  const at = (position: number): Node | undefined => (node['arguments'] as readonly Node[])[position];
  const note = (position: number, message: string, help: string): StepNote[] => [
    { rule: 'ignored-guard', message, help, ...(at(position) && { at: at(position)! }) },
  ];
  if (method === 'createTrigger' && option(2, 'replace'))
    return note(
      2,
      '`replace` is for the function only: the trigger itself is created without OR REPLACE, and a second run fails',
      'drop the trigger first with `pgm.dropTrigger(…, { ifExists: true })`, or write it with `pgm.sql`',
    );
  if (method === 'dropTypeAttribute' && option(2, 'ifExists'))
    return note(
      2,
      '`ifExists` makes SQL that PostgreSQL does not take: node-pg-migrate writes IF EXISTS behind the name',
      'write it with `pgm.sql`: ALTER TYPE … DROP ATTRIBUTE IF EXISTS …',
    );
  for (const [pattern, position, name] of IGNORED)
    if (pattern.test(method) && option(position, name))
      return note(
        position,
        `${method} has no option \`${name}\`: node-pg-migrate ignores it`,
        'write it with `pgm.sql`',
      );
  return [];
}

/** Options that other calls have, where people expect them. */
const IGNORED: readonly (readonly [RegExp, number, string])[] = [
  [/^(?:createType|addType|createDomain|createRole)$/, 2, 'ifNotExists'],
  [/^createRole$/, 1, 'ifNotExists'],
  [/^(?:addConstraint|createConstraint|createPolicy|createCast)$/, 2, 'ifNotExists'],
  [/^(?:addConstraint|createConstraint)$/, 3, 'ifNotExists'],
  [/^createView$/, 1, 'ifNotExists'],
  [/^createMaterializedView$/, 1, 'replace'],
  [/^(?:renameTable|renameType|renameView|renameSequence|renameIndex)$/, 2, 'ifExists'],
  [/^(?:renameColumn|renameConstraint)$/, 3, 'ifExists'],
  [/^alterColumn$/, 3, 'ifExists'],
];

/** Whether the migration backwards is made of `up` by node-pg-migrate: then every call has to be one that it can turn round. */
export const isInferred = (scope: Scope): boolean => exportedValue(scope, 'down') === undefined;
