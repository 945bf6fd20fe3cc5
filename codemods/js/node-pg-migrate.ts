/**
 * node-pg-migrate: its own options where they make the whole of a call rerunnable, else the SQL of the call with a guard, by `pgm.sql`. No
 * test can stand in front of a call: what `pgm` is told is only collected, and sent when `up` is done.
 */
import type { Edit, RewrittenStatement } from '@idempotify/core';
import { isInferred, nodePgMigrate, propertyName, unwrap, type Node, type Step } from '@idempotify/javascript';
import { setOption } from './call-options.ts';
import { transformOf } from './transform.ts';
import { refused, type GuardContext, type Guarded, type Guards } from './types.ts';

interface Option {
  readonly position: number;
  readonly name: 'ifNotExists' | 'ifExists' | 'replace';
}

const OPTIONS: readonly (readonly [RegExp, number, Option['name']])[] = [
  [/^(?:createTable|addColumns?|createIndex|addIndex|addTypeValue)$/, 2, 'ifNotExists'],
  [/^(?:createExtension|addExtension|createSchema|createSequence|createMaterializedView)$/, 1, 'ifNotExists'],
  [/^drop(?:Extension|Table|Type|Schema|Domain|Sequence|View|MaterializedView|Role|Operator)$/, 1, 'ifExists'],
  [/^drop(?:Columns?|Constraint|Index|Function|Trigger|Policy|Cast|OperatorClass|OperatorFamily)$/, 2, 'ifExists'],
  [/^createView$/, 1, 'replace'],
  [/^createFunction$/, 2, 'replace'],
];

const CLAUSE: Readonly<Record<Option['name'], string>> = {
  ifNotExists: 'IF NOT EXISTS',
  ifExists: 'IF EXISTS',
  replace: 'OR REPLACE',
};

/** Calls that node-pg-migrate can turn round, where the migration has no `down`. */
const REVERSIBLE = /^(?:add|create|rename|grant)(?!TypeValue$|TypeAttribute$)/;

export const guards: Guards = {
  tool: nodePgMigrate,
  guard(step, context): Guarded {
    const { statements, sql } = context.short();
    const bad = statements.find(({ outcome }) => outcome === 'refused' || outcome === 'broken');
    if (bad) return refused(bad.message, bad.advice ?? 'write it with `pgm.sql`, with a guard of its own');
    const call = step.site.node;
    const method = propertyName(unwrap(call['callee'])) ?? '';
    const found = OPTIONS.find(([pattern]) => pattern.test(method));
    const option: Option | undefined = found && { position: found[1], name: found[2] };
    const needed = statements.filter(({ edits }) => edits.length > 0);
    if (option && needed.every((statement) => isClause(statement, CLAUSE[option.name]))) {
      const edits = setOption(call, option.position, option.name, 'true', context.write);
      if (edits)
        return {
          kind: 'edits',
          edits,
          outcome: 'native',
          message: `\`${option.name}\`: nothing is done where it has been done`,
        };
    }
    const leftover = needed.map(cleanupOf).find((text) => text !== undefined);
    if (option && leftover !== undefined) return afterCleanup(step, leftover, option, context);
    return asSql(step, sql, method, context);
  },
};

export default transformOf(guards);

/** Whether all that a statement needs is that clause of PostgreSQL's. */
const isClause = ({ outcome, edits }: RewrittenStatement, clause: string): boolean =>
  outcome === 'native' && edits.every(({ text }) => text.trim().toUpperCase() === clause);

/** What drops the INVALID leftover of a failed CREATE INDEX CONCURRENTLY. */
function cleanupOf({ outcome, edits }: RewrittenStatement): string | undefined {
  const block = edits.find(({ start, end, text }) => start === end && /^DO\b/.test(text.trimStart()));
  return outcome === 'native' ? block?.text.trim() : undefined;
}

/** It can't be one step with what it cleans up for: the two would be in one transaction. */
function afterCleanup(step: Step, cleanup: string, option: Option, context: GuardContext): Guarded {
  const { write } = context;
  const { statement, node } = step.site;
  if (!statement || statement.type !== 'ExpressionStatement')
    return refused(
      'something has to be done in front of it: an INVALID leftover of a failed build has to be dropped',
      'write the call as a statement of its own',
    );
  const before = `${pgmOf(node, context)}.sql(${write.sql(cleanup, statement.range[0])})${write.semicolon}${write.newline}${write.indentAt(statement.range[0])}`;
  const edits: Edit[] = [{ start: statement.range[0], end: statement.range[0], text: before }];
  const own = setOption(node, option.position, option.name, 'true', write);
  if (!own) return refused('its options are not written here', `set \`${option.name}: true\` in them`);
  return {
    kind: 'edits',
    edits: [...edits, ...own],
    outcome: 'native',
    message: `\`${option.name}\`, and an INVALID leftover of a failed build is dropped first`,
  };
}

function asSql(step: Step, sql: string | undefined, method: string, context: GuardContext): Guarded {
  const { write, migration } = context;
  const { node } = step.site;
  if (sql === undefined)
    return refused(
      'node-pg-migrate has no option for it, and its SQL depends on what is only known when it runs',
      'write it with `pgm.sql`, with a guard of its own',
    );
  if (REVERSIBLE.test(method) && isInferred(migration.scope))
    return refused(
      'node-pg-migrate has no option for it, and written with `pgm.sql` it could not be turned round: the migration has no `down`',
      'export a `down` (`false` where there is no way back)',
    );
  if (write.hasComments(node.range))
    return refused(
      'node-pg-migrate has no option for it; written with `pgm.sql`, the comments in it would be lost',
      'put its comments in front of it',
    );
  return {
    kind: 'edits',
    edits: [
      {
        start: node.range[0],
        end: node.range[1],
        text: `${pgmOf(node, context)}.sql(${write.sql(sql, node.range[0])})`,
      },
    ],
    outcome: 'guarded',
    message: 'node-pg-migrate has no option for it: it is sent as SQL with a guard',
  };
}

/** The name of the migration builder. */
const pgmOf = (call: Node, { write }: GuardContext): string => write.text(unwrap(call['callee'])['object'] as Node);
