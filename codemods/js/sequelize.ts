/**
 * Sequelize: `describeTable` and `tableExists` in an `if` around a call, Sequelize's own options, else the SQL of the call with a guard,
 * by `sequelize.query`. The transaction of a call is handed on to what is asked for it.
 */
import type { Edit, RewrittenStatement } from '@idempotify/core';
import {
  ObjectValue,
  propertyName,
  sequelize,
  SEQUELIZE_OPTIONS,
  unwrap,
  valueOf,
  type Node,
  type Step,
} from '@idempotify/javascript';
import { handedOn, setOption } from './call-options.ts';
import { sequenceAt, writeSequence, type Sequence, type Unit } from './sequence.ts';
import { transformOf } from './transform.ts';
import { refused, type GuardContext, type Guarded, type Guards, type StepSql } from './types.ts';

type Form =
  /** A test in front of the call. */
  | { readonly kind: 'if'; readonly test: string; readonly message: string }
  | {
      readonly kind: 'edits';
      readonly edits: readonly Edit[];
      readonly outcome: 'native' | 'guarded';
      readonly message: string;
    }
  | { readonly kind: 'refused'; readonly why: string; readonly advice: string };

export const guards: Guards = {
  tool: sequelize,
  guard(step, context): Guarded {
    const form = formOf(step, context, context);
    if (form.kind !== 'if') return form;
    const sequence = sequenceOf(step, context);
    if (sequence.kind === 'none') {
      const sql = asSql(step, context, context);
      if (sql.kind === 'edits') return sql;
      return refused(
        `a test would have to stand in front of it, and ${sequence.why}`,
        'write it as a statement of its own: `await …;`',
      );
    }
    return {
      kind: 'edits',
      edits: inPlace(step, form.test, sequence, context),
      outcome: 'guarded',
      message: form.message,
    };
  },
};

export default transformOf(guards);

const sequenceOf = (step: Step, { migration }: GuardContext): ReturnType<typeof sequenceAt> =>
  sequenceAt(step.site.node, migration.scope.program, () => undefined);

/** The edits around a call: its own `if`, or all of the expression that it is one of several calls in. */
function inPlace(step: Step, test: string, sequence: Sequence, context: GuardContext): Edit[] {
  const { migration, write } = context;
  if (sequence.plain) return write.wrapIf(sequence.outer, test);
  const tests = new Map<Unit, string>();
  const replaced = new Set<Unit>();
  let first: Step | undefined;
  for (const each of migration.steps) {
    const unit = sequence.units.find(({ range }) => range[0] === each.node.range[0] && range[1] === each.node.range[1]);
    if (!unit) continue;
    const form = each !== step && context.needsGuard(each) ? formOf(each, context.about(each), context) : undefined;
    if (form?.kind === 'edits' && form.edits.some(({ start, end }) => start === unit.range[0] && end === unit.range[1]))
      replaced.add(unit);
    const own = each === step ? test : form?.kind === 'if' ? form.test : undefined;
    if (own === undefined) continue;
    first ??= each;
    tests.set(unit, own);
  }
  // the first of them writes what stands between all of them
  if (first !== step) return [];
  const comments = migration.scope.program.comments ?? [];
  return writeSequence(sequence, tests, write, comments, write.firstIn(sequence.fn), replaced);
}

/** Its guard asks for what the statement itself does, and for nothing that other statements leave. */
const asksForItself = ({ outcome }: RewrittenStatement): boolean =>
  outcome === 'native' || outcome === 'guarded' || outcome === 'rerunnable';

function formOf(step: Step, about: StepSql, context: GuardContext): Form {
  const short = about.short();
  const bad = short.statements.find(({ outcome }) => outcome === 'refused' || outcome === 'broken');
  if (bad) return refusal(bad.message, bad.advice ?? 'put a test in front of it');
  const call = step.site.node;
  const method = propertyName(unwrap(call['callee'])) ?? '';
  const needed = short.statements.filter(({ edits }) => edits.length > 0);
  if (needed.every(asksForItself)) {
    const test = testFor(method, call, needed, context);
    if (test) return test;
    const own = ownOption(method, call, needed, context);
    if (own) return own;
  }
  return asSql(step, about, context);
}

/** A test in front of the call, for what Sequelize can be asked. */
function testFor(
  method: string,
  call: Node,
  needed: readonly RewrittenStatement[],
  context: GuardContext,
): Form | undefined {
  const [table, column] = call['arguments'] as readonly Node[];
  if (!table || needed.length !== 1 || needed[0]?.asksForAnother) return undefined;
  const { write } = context;
  const object = write.text(unwrap(call['callee'])['object'] as Node);
  const options = handedOn(optionsOf(method, call), 'transaction', write);
  const asked = `${write.text(table)}${options === '' ? '' : `, ${options}`}`;
  const [statement] = needed;
  if (/^(?:add|remove|rename)Column$/.test(method) && column && asksForColumn(statement) && isWhole(column, context)) {
    const described = `(await ${object}.describeTable(${asked}))${access(column, context)}`;
    if (method === 'addColumn')
      return { kind: 'if', test: `!${described}`, message: 'it runs where the column is not there yet' };
    const message =
      method === 'removeColumn'
        ? 'it runs where the column is still there'
        : 'it runs where the column still has its old name';
    return { kind: 'if', test: described, message };
  }
  if (method === 'renameTable' && isInPublic(table, context) && asksForTable(statement))
    return {
      kind: 'if',
      test: `await ${object}.tableExists(${asked})`,
      message: 'it runs where the table still has its old name',
    };
  return undefined;
}

const guardOf = (statement: RewrittenStatement | undefined): string =>
  statement?.edits.map(({ text }) => text).join('') ?? '';

/** Whether its guard asks for a column's name, and for nothing else: what Sequelize can be asked. */
const asksForColumn = (statement: RewrittenStatement | undefined): boolean =>
  /^\s*IF (?:NOT )?EXISTS\s*$/.test(guardOf(statement)) ||
  /\bIF (?:NOT )?EXISTS \(SELECT FROM pg_attribute WHERE attrelid = to_regclass\('[^']*'\) AND attname = '[^']*' AND NOT attisdropped\) THEN/.test(
    guardOf(statement),
  );

/** Whether its guard asks for a name, and not for a table of that name: `tableExists` takes views for tables. */
const asksForTable = (statement: RewrittenStatement | undefined): boolean =>
  /\bIF to_regclass\('[^']*'\) IS NOT NULL THEN/.test(guardOf(statement));

/** PostgreSQL cuts names off, and `describeTable` tells what is left of them. */
function isWhole(column: Node, { migration }: GuardContext): boolean {
  const name = migration.scope.value(column);
  return typeof name !== 'string' || Buffer.byteLength(name) <= 63;
}

/** `.email`, `['e-mail']`, `[column]` */
function access(column: Node, { write, migration }: GuardContext): string {
  const name = migration.scope.value(column);
  if (typeof name !== 'string' || unwrap(column).type !== 'Literal') return `[${write.text(column)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${write.string(name)}]`;
}

/** `tableExists` looks into `public` where no schema is given, and knows no other way to say where. */
function isInPublic(table: Node, { migration }: GuardContext): boolean {
  const value = valueOf(table, migration.scope);
  return !(value instanceof ObjectValue) || !value.open;
}

function optionsOf(method: string, call: Node): Node | undefined {
  const args = call['arguments'] as readonly Node[];
  // addIndex(table, options)
  if (method === 'addIndex' && args[1] && unwrap(args[1]).type === 'ObjectExpression') return args[1];
  const position = SEQUELIZE_OPTIONS[method];
  return position === undefined ? undefined : args[position];
}

function ownOption(
  method: string,
  call: Node,
  needed: readonly RewrittenStatement[],
  { write }: GuardContext,
): Form | undefined {
  const says = (clause: RegExp): boolean =>
    needed.length > 0 &&
    needed.every(({ outcome, edits }) => outcome === 'native' && edits.every(({ text }) => clause.test(text.trim())));
  if (method === 'bulkInsert' && says(/^ON CONFLICT(?: \([^)]*\))? DO NOTHING$/)) {
    const edits = setOption(call, 2, 'ignoreDuplicates', 'true', write);
    if (edits)
      return {
        kind: 'edits',
        edits,
        outcome: 'native',
        message: '`ignoreDuplicates`: rows that are there already are skipped',
      };
  }
  if (method === 'createFunction' && says(/^OR REPLACE$/)) {
    const edits = setOption(call, 6, 'force', 'true', write);
    if (edits) return { kind: 'edits', edits, outcome: 'native', message: '`force`: CREATE OR REPLACE FUNCTION' };
  }
  return undefined;
}

/** The call as SQL, with the guards of the SQL rewriter. */
function asSql(step: Step, about: StepSql, context: GuardContext): Form {
  const { write } = context;
  const { statements, sql } = about.short();
  const call = step.site.node;
  const method = propertyName(unwrap(call['callee'])) ?? '';
  const options = handedOn(optionsOf(method, call), 'transaction', write);
  const object = write.text(unwrap(call['callee'])['object'] as Node);
  const query = (text: string): string =>
    `${object}.sequelize.query(${write.sql(text, call.range[0])}${options === '' ? '' : `, ${options}`})`;
  if (sql === undefined)
    return refusal(
      'Sequelize can not be asked whether it has been done, and its SQL depends on what is only known when it runs',
      'put a test in front of it that asks the catalogs',
    );
  // the types of a table that is created with several of them
  if (method === 'createTable') return typesFirst(step, statements, query, context);
  if (write.hasComments(call.range))
    return refusal(
      'it can only be written as SQL, and the comments in it would be lost',
      'put its comments in front of it',
    );
  const cleanup = statements.map(cleanupOf).find((text) => text !== undefined);
  if (cleanup === undefined)
    return {
      kind: 'edits',
      edits: [{ start: call.range[0], end: call.range[1], text: query(sql.replace(/;$/, '')) }],
      outcome: 'guarded',
      message: 'Sequelize has no guard for it: it is sent as SQL with a guard',
    };
  const { statement } = step.site;
  if (statement?.type !== 'ExpressionStatement' || !step.site.awaited)
    return refusal(
      'something has to be done in front of it: an INVALID leftover of a failed build has to be dropped',
      'write it as a statement of its own: `await …;`',
    );
  // one text would be one transaction, which CONCURRENTLY does not take
  const rest = sql
    .slice(sql.indexOf(cleanup) + cleanup.length)
    .trim()
    .replace(/;$/, '');
  const before = `await ${query(cleanup)}${write.semicolon}${write.newline}${write.indentAt(statement.range[0])}`;
  return {
    kind: 'edits',
    edits: [
      { start: statement.range[0], end: statement.range[0], text: before },
      { start: call.range[0], end: call.range[1], text: query(rest) },
    ],
    outcome: 'native',
    message: 'IF NOT EXISTS, and an INVALID leftover of a failed build is dropped first',
  };
}

/** What drops the INVALID leftover of a failed CREATE INDEX CONCURRENTLY. */
function cleanupOf({ outcome, edits }: RewrittenStatement): string | undefined {
  const block = edits.find(({ start, end, text }) => start === end && /^DO\b/.test(text.trimStart()));
  return outcome === 'native' ? block?.text.trim() : undefined;
}

/**
 * Sequelize creates the enum types of a table one by one, and none of them where the first one is there: interrupted behind the first, a
 * second run lacks the others. So those are created in front of it.
 */
function typesFirst(
  step: Step,
  statements: readonly RewrittenStatement[],
  query: (sql: string) => string,
  { write }: GuardContext,
): Form {
  const { statement, awaited } = step.site;
  const types = step.parts.slice(1, -1).map(({ sql }) => sql.text.replace(/;\s*$/, ''));
  if (types.length === 0 || statements.some(({ asksForAnother }) => asksForAnother))
    return refusal(
      'what it makes is changed by a later step, and Sequelize can not be asked for more than the name',
      'put the later step into a migration of its own',
    );
  if (statement?.type !== 'ExpressionStatement' || !awaited)
    return refusal(
      'its enum types have to be created in front of it: Sequelize creates none of them where the first one is there',
      'write it as a statement of its own: `await …;`',
    );
  const text = types
    .map(
      (type) =>
        `await ${query(`DO $$ BEGIN\n  ${type};\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND $$`)}${write.semicolon}`,
    )
    .join(`${write.newline}${write.indentAt(statement.range[0])}`);
  return {
    kind: 'edits',
    edits: [
      {
        start: statement.range[0],
        end: statement.range[0],
        text: `${text}${write.newline}${write.indentAt(statement.range[0])}`,
      },
    ],
    outcome: 'guarded',
    message: 'its enum types are created first: Sequelize creates none of them where the first one is there',
  };
}

const refusal = (why: string, advice: string): Form => ({ kind: 'refused', why, advice });
