/**
 * Knex: `hasTable` and `hasColumn` in an `if` around a call, Knex's own `…IfExists` and `…IfNotExists`, else the SQL of the call with its
 * guards in `raw`. What Knex sends for one call comes and goes as a whole, unless the file is taken out of the transaction.
 */
import type { Edit, RewrittenStatement } from '@idempotify/core';
import {
  chainOf,
  columnChanges,
  knex,
  knexTransaction,
  unwrap,
  walkTree,
  type Call,
  type ColumnChange,
  type Node,
  type Step,
} from '@idempotify/javascript';
import { sequenceAt, writeSequence, type Sequence, type Unit } from './sequence.ts';
import { transformOf } from './transform.ts';
import { refused, type GuardContext, type Guarded, type Guards, type StepSql } from './types.ts';

type Form =
  | { readonly kind: 'if'; readonly test: string; readonly message: string; readonly edits: readonly Edit[] }
  | { readonly kind: 'own'; readonly edits: readonly Edit[]; readonly message: string }
  | { readonly kind: 'refused'; readonly why: string; readonly advice: string };

/** Methods that do the same, and nothing where there is nothing to do. */
const OWN: Readonly<Record<string, string>> = {
  dropTable: 'dropTableIfExists',
  dropView: 'dropViewIfExists',
  dropMaterializedView: 'dropMaterializedViewIfExists',
  dropSchema: 'dropSchemaIfExists',
  dropExtension: 'dropExtensionIfExists',
  createSchema: 'createSchemaIfNotExists',
  createExtension: 'createExtensionIfNotExists',
};

/** IF NOT EXISTS or IF EXISTS says all of it: no other thing of that name comes and goes in the file. */
const isClause = (statement: RewrittenStatement | undefined): boolean =>
  statement?.outcome === 'native' || statement?.outcome === 'rerunnable';

/** Its guard asks for the old name. */
const asksForName = (statement: RewrittenStatement | undefined): boolean =>
  statement?.asksForAnother !== true && (statement?.outcome === 'native' || statement?.outcome === 'guarded');

export const guards: Guards = {
  tool: knex,
  guard(step, context): Guarded {
    const form = formOf(step, context, context);
    if (form.kind === 'refused') return form;
    if (form.kind === 'own') return { kind: 'edits', edits: form.edits, outcome: 'native', message: form.message };
    const sequence = sequenceOf(step, context);
    if (sequence.kind === 'none') {
      const sql = sqlForm(step, context, context);
      if (sql.kind === 'own') return { kind: 'edits', edits: sql.edits, outcome: 'guarded', message: sql.message };
      return refused(
        `a test would have to stand in front of it, and ${sequence.why}`,
        'write it as a statement of its own: `await …;`',
      );
    }
    return { kind: 'edits', edits: inPlace(step, form, sequence, context), outcome: 'guarded', message: form.message };
  },
};

export default transformOf(guards);

/** The edits around a call: its own `if`, or all of the expression that it is one of several calls in. */
function inPlace(step: Step, form: Form & { kind: 'if' }, sequence: Sequence, context: GuardContext): Edit[] {
  const { migration, write } = context;
  if (sequence.plain) return [...form.edits, ...write.wrapIf(sequence.outer, form.test)];
  const tests = new Map<Unit, string>();
  const settled = new Set<Unit>();
  let first: Step | undefined;
  for (const each of migration.steps) {
    const unit = sequence.units.find(({ range }) => range[1] === each.node.range[1]);
    if (!unit || !within(each.node, sequence.outer)) continue;
    const own =
      each === step ? form : context.needsGuard(each) ? formOf(each, context.about(each), context) : undefined;
    if (own?.kind === 'own' || each.kind === 'sql') settled.add(unit);
    if (own?.kind !== 'if') continue;
    first ??= each;
    tests.set(unit, own.test);
  }
  // the first of them writes what stands between all of them
  if (first !== step) return [...form.edits];
  const comments = migration.scope.program.comments ?? [];
  return [...form.edits, ...writeSequence(sequence, tests, write, comments, write.firstIn(sequence.fn), settled)];
}

const within = (inner: Node, outer: Node): boolean =>
  outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];

function sequenceOf(step: Step, { migration }: GuardContext): ReturnType<typeof sequenceAt> {
  const { source, program } = migration.scope;
  return sequenceAt(step.site.node, program, (expression) => {
    const { base, calls } = chainOf(expression);
    const links = calls.filter(({ name }) => name !== 'withSchema');
    if (!isSchema(base, step) || links.length === 0) return undefined;
    const schema = calls.findLast(({ name }) => name === 'withSchema');
    const prefix =
      oneLine(source.slice(...base.range)) +
      (schema ? `.withSchema(${source.slice(...argumentsOf(schema, source))})` : '');
    return links.map((call) => ({ prefix, range: [dotOf(call, source), call.range[1]] }));
  });
}

/** A chain on `knex.schema` is known by its methods: the roles of a callback are not known from outside. */
const isSchema = (base: Node, step: Step): boolean =>
  step.what.startsWith('schema.') &&
  (step.site.roles.of(base) === 'schema' || base['property']?.name === 'schema' || base.type === 'Identifier');

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, '');

const dotOf = ({ at }: Call, source: string): number => {
  const dot = source.lastIndexOf('.', at);
  return source[dot - 1] === '?' ? dot - 1 : dot;
};

/** Between the parentheses. */
function argumentsOf(call: Call, source: string): Node['range'] {
  return [source.indexOf('(', call.at + call.name.length) + 1, call.range[1] - 1];
}

function callOf(step: Step): Call | undefined {
  return chainOf(step.site.node).calls.find(({ range }) => range[1] === step.node.range[1]);
}

function formOf(step: Step, about: StepSql, context: GuardContext): Form {
  const call = callOf(step);
  if (!call || !step.what.startsWith('schema.')) return sqlForm(step, about, context);
  const { statements } = about;
  const short = about.short().statements;
  const atomic = statements.length === 1 || knexTransaction(context.migration.scope);
  const own = OWN[call.name];
  if (own !== undefined && isClause(short[0])) {
    return {
      kind: 'own',
      edits: [{ start: call.at, end: call.at + call.name.length, text: own }],
      message: `${own} does nothing where there is nothing to do`,
    };
  }
  if (/^createTable(?:IfNotExists|Like)?$/.test(call.name) && atomic) {
    const table = short.find(({ kind }) => kind === 'CREATE TABLE');
    const asked = isClause(table) ? tableTest(call, context) : undefined;
    if (asked !== undefined) {
      const rename = call.name === 'createTableIfNotExists';
      return {
        kind: 'if',
        test: `!(${asked})`,
        message: 'it runs where the table is not there yet',
        edits: rename ? [{ start: call.at, end: call.at + call.name.length, text: 'createTable' }] : [],
      };
    }
  }
  if (call.name === 'createView' && asksForName(short[0]) && isAlone(short[0], context)) {
    const asked = tableTest(call, context);
    if (asked !== undefined)
      return { kind: 'if', test: `!(${asked})`, message: 'it runs where the view is not there yet', edits: [] };
  }
  if (call.name === 'renameTable' && asksForName(statements[0])) {
    const asked = tableTest(call, context);
    if (asked !== undefined)
      return { kind: 'if', test: asked, message: 'it runs where the table still has its old name', edits: [] };
  }
  if (
    (call.name === 'alterTable' || call.name === 'table') &&
    atomic &&
    statements.every(({ outcome }) => outcome !== 'refused')
  ) {
    const test = columnTest(call, statements, short, context);
    if (test !== undefined)
      return { kind: 'if', test, message: 'it runs where its columns are not yet as it makes them', edits: [] };
  }
  return sqlForm(step, about, context);
}

/** Nothing else in the file is about it. */
const isAlone = (statement: RewrittenStatement | undefined, { migration, about }: GuardContext): boolean =>
  migration.steps.flatMap((step) => about(step).statements).filter(({ subject }) => subject === statement?.subject)
    .length === 1;

/** `await knex.schema.hasTable('users')` for the first argument of a call. */
function tableTest(call: Call, context: GuardContext): string | undefined {
  const asked = askedOf(call, context);
  return asked && `await ${asked.schema}.hasTable(${asked.table})`;
}

function columnTest(
  call: Call,
  statements: readonly RewrittenStatement[],
  short: readonly RewrittenStatement[],
  context: GuardContext,
): string | undefined {
  const { migration } = context;
  const changes = columnChanges(call, migration.scope) ?? [];
  const asked = askedOf(call, context);
  if (!asked) return undefined;
  const clause = (kind: string): boolean =>
    short.some((statement) => statement.kind.includes(kind) && statement.outcome === 'native');
  const may: Readonly<Record<ColumnChange['how'], boolean>> = {
    added: clause('ADD COLUMN'),
    dropped: clause('DROP COLUMN'),
    renamed: statements.some((statement) => statement.kind === 'RENAME COLUMN' && asksForName(statement)),
    named: false,
  };
  for (const adds of [true, false]) {
    for (const change of changes) {
      if (change.adds !== adds || !may[change.how]) continue;
      const column = nameText(change.column, change.node, call, context);
      if (column === undefined) continue;
      const test = `await ${asked.schema}.hasColumn(${asked.table}, ${column})`;
      return adds ? `!(${test})` : test;
    }
  }
  return undefined;
}

function nameText(
  value: unknown,
  node: Node | undefined,
  call: Call,
  { write, migration }: GuardContext,
): string | undefined {
  if (typeof value === 'string') return write.string(value);
  if (!node) return undefined;
  // it must mean the same in front of the call
  const { source } = migration.scope;
  const names: string[] = [];
  let plain = true;
  walkTree(node, (inner) => {
    if (inner.type === 'Identifier') names.push(inner['name']);
    if (!/^(?:Identifier|MemberExpression|Literal|TemplateLiteral|TemplateElement)$/.test(inner.type)) plain = false;
  });
  const text = source.slice(...call.range);
  const declared = names.some((name) =>
    new RegExp(
      `\\b(?:const|let|var)\\s+${escapeRegExp(name)}\\b|\\(\\s*${escapeRegExp(name)}\\s*[,)]|\\b${escapeRegExp(name)}\\s*=>`,
    ).test(text),
  );
  return plain && !declared ? source.slice(...node.range) : undefined;
}

const escapeRegExp = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** What to ask, and about which table: `knex.schema`, `'users'`. */
function askedOf(call: Call, context: GuardContext): { readonly schema: string; readonly table: string } | undefined {
  const { migration, write } = context;
  const { source } = migration.scope;
  const [given] = call.args;
  if (!given) return undefined;
  const { base, calls } = chainOf(call.node);
  const within = calls.findLast(({ name }) => name === 'withSchema');
  let schema = oneLine(source.slice(...base.range));
  if (within) schema += `.withSchema(${source.slice(...argumentsOf(within, source))})`;
  const name = migration.scope.value(given);
  const dot = typeof name === 'string' ? name.indexOf('.') : -1;
  if (typeof name === 'string' && dot >= 0) {
    // Knex asks for a table of that whole name
    if (within) return undefined;
    return {
      schema: `${schema}.withSchema(${write.string(name.slice(0, dot))})`,
      table: write.string(name.slice(dot + 1)),
    };
  }
  if (unwrap(given).type === 'ObjectExpression') return undefined;
  return { schema, table: source.slice(...given.range) };
}

/** The call as SQL, with the guards of the SQL rewriter. */
function sqlForm(step: Step, about: StepSql, context: GuardContext): Form {
  const { statements } = about;
  const { write } = context;
  const bad = statements.find(({ outcome }) => outcome === 'refused');
  if (bad) return refusal(bad.message, bad.advice ?? 'put a test in front of it');
  // in its short form, a view would be replaced by an older one
  const sql = step.what === 'schema.createView' ? about.sql : (about.short().sql ?? about.sql);
  if (sql === undefined)
    return refusal(
      'some of it is known only when it runs, and Knex has no test for what it does',
      'put a test in front of it, or write it as SQL with `knex.raw`',
    );
  const call = callOf(step);
  const inChain = call !== undefined && step.what.startsWith('schema.');
  const range: Node['range'] = inChain ? [call.at, call.range[1]] : step.node.range;
  const { statement } = step.site;
  const alone = statement && (!inChain || sequenceIsOne(step));
  const raw = inChain ? 'raw' : `${rootOf(step)}.raw`;
  return {
    kind: 'own',
    edits: [
      ...(alone ? write.commentsAhead(range, statement) : []),
      {
        start: range[0],
        end: range[1],
        text: `${raw}(${alone ? '' : commentsIn(range, context)}${sqlText(step, sql, context)})`,
      },
    ],
    message: 'Knex has no guard for it: it is sent as SQL with a guard',
  };
}

/** The comments of a call, each in a line of its own in front of its SQL. */
function commentsIn([start, end]: Node['range'], { migration, write }: GuardContext): string {
  const inside = (migration.scope.program.comments ?? []).filter(({ range }) => start <= range[0] && range[1] <= end);
  const between = write.newline + write.indentAt(start) + write.indent;
  return (
    inside.map(({ range }) => between + write.source.slice(...range)).join('') + (inside.length > 0 ? between : '')
  );
}

/** Whether a call is the only one of its chain. */
const sequenceIsOne = (step: Step): boolean =>
  chainOf(step.site.node).calls.filter(({ name }) => name !== 'withSchema').length === 1;

/** SQL without the semicolon that a single statement does not need. */
function sqlText(step: Step, sql: string, { write }: GuardContext): string {
  return write.sql((knex.escape?.(sql, step) ?? sql).replace(/(?<!\$);$/, ''), step.node.range[0]);
}

/** The name that stands for knex in a query. */
function rootOf(step: Step): string {
  const { base } = chainOf(step.site.node);
  const callee = base.type === 'CallExpression' ? unwrap(base['callee']) : base;
  const { source } = step.site.roles.scope;
  return source.slice(...callee.range);
}

const refusal = (why: string, advice: string): Form => ({ kind: 'refused', why, advice });
