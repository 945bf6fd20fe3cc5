/** Kysely: its own `.ifNotExists()` and `.ifExists()`, else the SQL of the call with its guards in sql`…`. */
import type { Edit } from '@idempotify/core';
import {
  chainOf,
  isFunction,
  kysely,
  kyselyTag,
  unwrap,
  walkTree,
  type Call,
  type Node,
  type Scope,
  type Step,
} from '@idempotify/javascript';
import { transformOf } from './transform.ts';
import { refused, type GuardContext, type Guarded, type Guards } from './types.ts';
import type { Writer } from './writer.ts';

export const guards: Guards = {
  tool: kysely,
  guard(step, context): Guarded {
    const { statements, migration } = context;
    const bad = statements.find(({ outcome }) => outcome === 'refused');
    if (bad) return refused(bad.message, bad.advice ?? 'put a test in front of it');
    const short = context.short();
    const [clause] = short.statements;
    // IF NOT EXISTS or IF EXISTS says all of it: no other thing of that name comes and goes in the file
    const own =
      short.statements.length === 1 && clause?.outcome === 'native' ? ownGuard(step, migration.scope) : undefined;
    if (own) {
      const names = [...new Set(own.map(({ text }) => /(?:ifNotExists|ifExists)/.exec(text)?.[0]))];
      return {
        kind: 'edits',
        edits: own,
        outcome: 'native',
        message: `${names.join(' and ')}: a second run changes nothing`,
      };
    }
    return asSql(step, context);
  },
};

export default transformOf(guards);

/** A builder that was begun elsewhere, and kept in a constant. */
function isKept(step: Step): boolean {
  const { calls } = chainOf(step.site.node);
  const start = calls.find(({ name }) => name !== 'withSchema');
  return step.what.startsWith('schema.') && step.what !== `schema.${start?.name}`;
}

/** Kysely's own words for it, where they say all of it. */
function ownGuard(step: Step, scope: Scope): Edit[] | undefined {
  if (!step.what.startsWith('schema.')) return undefined;
  const calls = chainOf(step.site.node).calls.filter(({ name }) => name !== 'withSchema');
  const [first] = calls;
  if (!first || isKept(step)) return undefined;
  const has = (name: string): boolean => calls.some((call) => call.name === name);
  const behind = (call: Call, text: string): Edit[] => [added(call, text, scope)];
  switch (first.name) {
    case 'createTable':
      // CREATE TABLE … AS writes rows, too
      return has('as') ? undefined : behind(first, '.ifNotExists()');
    case 'createIndex':
    case 'createSchema':
      return behind(first, '.ifNotExists()');
    case 'createView':
      // OR REPLACE would put an older definition in the place of a newer one
      return has('materialized') ? behind(first, '.ifNotExists()') : undefined;
    case 'dropTable':
    case 'dropIndex':
    case 'dropSchema':
    case 'dropType':
    case 'dropView':
      return behind(first, '.ifExists()');
    case 'alterType': {
      const add = calls[1];
      return add?.name === 'addValue' ? behind(add, '.ifNotExists()') : undefined;
    }
    case 'alterTable':
      return alterations(calls.slice(1, -1), scope);
    default:
      return undefined;
  }
}

/** One more call of a chain; in a line of its own where the next one is. */
function added(call: Call, text: string, scope: Scope): Edit {
  const at = call.range[1];
  const between = /^\s*[\r\n]\s*(?=\.)/.exec(scope.source.slice(at))?.[0] ?? '';
  return { start: at, end: at, text: between + text };
}

function alterations(calls: readonly Call[], scope: Scope): Edit[] | undefined {
  const [only] = calls;
  if (only?.name === 'dropConstraint') return [added(only, '.ifExists()', scope)];
  const edits: Edit[] = [];
  for (const call of calls) {
    const edit = call.name === 'addColumn' ? guardedColumn(call) : undefined;
    if (!edit) return undefined;
    edits.push(edit);
  }
  return edits.length > 0 ? edits : undefined;
}

/** `(col) => col.ifNotExists().notNull()` */
function guardedColumn(call: Call): Edit | undefined {
  const [, type, build] = call.args;
  if (!type) return undefined;
  if (!build) return { start: type.range[1], end: type.range[1], text: ', (col) => col.ifNotExists()' };
  const fn = unwrap(build);
  if (!isFunction(fn)) return undefined;
  const body: Node = fn['body'];
  const [statement, ...more] = body.type === 'BlockStatement' ? (body['body'] as readonly Node[]) : [body];
  const expression: Node | null | undefined = statement?.type === 'ReturnStatement' ? statement['argument'] : statement;
  if (!expression || more.length > 0) return undefined;
  const { base } = chainOf(expression);
  const parameter = fn.params[0];
  if (parameter?.type !== 'Identifier' || base.type !== 'Identifier' || base['name'] !== parameter['name'])
    return undefined;
  return { start: base.range[1], end: base.range[1], text: '.ifNotExists()' };
}

/** The call as SQL, with the guards of the SQL rewriter. */
function asSql(step: Step, context: GuardContext): Guarded {
  const { write, migration } = context;
  const isView = /^schema\.createView$/.test(step.what);
  // in its short form, a view would be replaced by an older one
  const sql = isView ? context.sql : (context.short().sql ?? context.sql);
  if (sql === undefined)
    return refused(
      'some of it is known only when it runs, and Kysely has no test for what it does',
      'put a test in front of it, or write it as SQL with sql`…`',
    );
  const { node } = step.site;
  const { statement } = step.site;
  if (write.hasComments(node.range) && !statement)
    return refused(
      'it can only be written as SQL, and the comments in it would be lost',
      'put its comments in front of it',
    );
  if (isKept(step))
    return refused(
      'it can only be written as SQL, and what it is made of stands elsewhere',
      'write it as one chain that ends with `.execute()`',
    );
  const target = databaseOf(step);
  if (target === undefined)
    return refused(
      'it can only be written as SQL, and it is not known on what to execute that',
      'write it as SQL with sql`…`',
    );
  const tag = kyselyTag(migration.scope);
  if (isDeclaredElsewhere(tag, migration.scope))
    return refused(`it can only be written as SQL, and \`${tag}\` is something else here`, 'import `sql` of Kysely');
  const text = `${tag}${template(step, sql, write)}.execute(${target})`;
  const edits: Edit[] = [
    ...(statement ? write.commentsAhead(node.range, statement) : []),
    { start: node.range[0], end: node.range[1], text },
  ];
  if (!isDeclared(tag, migration.scope) && write.firstIn(migration.scope.program))
    edits.push(importOf(tag, migration.scope, write));
  return {
    kind: 'edits',
    edits,
    outcome: 'guarded',
    message: 'Kysely has no guard for it: it is sent as SQL with a guard',
  };
}

/** SQL as a template; several lines stand one step further in than the call. */
function template(step: Step, sql: string, write: Writer): string {
  const text = sql.replace(/;$/, '');
  // line breaks of the author's may stand in strings
  if (!text.includes('\n') || step.parts.some((part) => part.sql.text.includes('\n'))) return write.template(text);
  const outer = write.indentAt(step.node.range[0]);
  const lines = text.split('\n').map((line) => `\n${outer}${write.indent}${line}`);
  return write.template(`${lines.join('')};\n${outer}`);
}

/** The name of the database that a chain begins with. */
function databaseOf(step: Step): string | undefined {
  const { roles } = step.site;
  const { base, calls } = chainOf(step.site.node);
  const last = calls[calls.length - 1];
  // sql`…`.execute(db)
  if (base.type === 'TaggedTemplateExpression') return last?.args[0] && roles.scope.source.slice(...last.args[0].range);
  let node: Node = base;
  for (let depth = 0; depth < 20; depth++) {
    node = unwrap(node);
    if (roles.of(node) === 'db') return roles.scope.source.slice(...node.range);
    if (node.type === 'MemberExpression') node = node['object'];
    else if (node.type === 'CallExpression') node = chainOf(node).base;
    else if (node.type === 'Identifier') {
      const constant = roles.scope.constant(node);
      if (!constant) return undefined;
      node = constant.node;
    } else return undefined;
  }
  return undefined;
}

const kyselyImports = (scope: Scope): readonly Node[] =>
  scope.program.body.filter((node) => node.type === 'ImportDeclaration' && node['source']['value'] === 'kysely');

function isDeclared(tag: string, scope: Scope): boolean {
  const imported = kyselyImports(scope).some((node) =>
    (node['specifiers'] as readonly Node[]).some((specifier) => specifier['local']['name'] === tag),
  );
  return (
    imported ||
    scope.destructured.some((declarator) =>
      (declarator['id']['properties'] as readonly Node[]).some((property) => property['value']?.['name'] === tag),
    )
  );
}

/** The name is taken by something that is not Kysely's. */
function isDeclaredElsewhere(tag: string, scope: Scope): boolean {
  let found = false;
  walkTree(scope.program, (node) => {
    if (node.type === 'ImportDeclaration') {
      if (node['source']['value'] !== 'kysely')
        found ||= (node['specifiers'] as readonly Node[]).some((specifier) => specifier['local']['name'] === tag);
      return false;
    }
    if (/^(?:VariableDeclarator|FunctionDeclaration|ClassDeclaration)$/.test(node.type))
      found ||= node['id']?.['name'] === tag;
    return !found;
  });
  return found;
}

/** Brings the name in: beside what is imported from Kysely already, or in a line of its own. */
function importOf(tag: string, scope: Scope, write: Writer): Edit {
  const imports = kyselyImports(scope);
  for (const node of imports) {
    const specifiers = node['specifiers'] as readonly Node[];
    const last = specifiers[specifiers.length - 1];
    if (node['importKind'] === 'type' || last?.type !== 'ImportSpecifier') continue;
    return { start: last.range[1], end: last.range[1], text: `, ${tag}` };
  }
  const { body } = scope.program;
  const isModule = body.some((node) => /^(?:Import|Export)/.test(node.type));
  const line = isModule
    ? `import { ${tag} } from ${write.string('kysely')}${write.semicolon}`
    : `const { ${tag} } = require(${write.string('kysely')})${write.semicolon}`;
  const behind = imports[imports.length - 1];
  if (behind) return { start: behind.range[1], end: behind.range[1], text: `${write.newline}${line}` };
  const [first] = body;
  const at = first?.range[0] ?? 0;
  return { start: at, end: at, text: `${line}${write.newline}${write.newline}` };
}
