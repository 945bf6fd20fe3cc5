/** What a second run of each statement would do wrong: the question of the linter to the guards. */
import { secondRuns, type SecondRun } from '../guards/again.ts';
import type { Form, Plan, PlannedStatement } from '../guards/plan.ts';
import { entangled } from '../guards/mentions.ts';
import { quickSecondRuns } from '../guards/quick.ts';
import { readEffect } from '../guards/registry.ts';
import { objectName, rangeVar, type Node } from '../model/ast.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Statement } from '../parse/index.ts';
import { planWithHistory, rewriteStatements, type RewrittenStatement } from '../rewrite/statements.ts';
import type { Tool } from '../tools/types.ts';
import type { RerunVerdict } from './types.ts';

export interface RerunInput {
  readonly path: string;
  readonly text: string;
  readonly tool: Tool;
  readonly pgVersion: number;
  /** Of the file, broken ones included. */
  readonly statements: readonly Statement[];
  readonly history: () => Catalog | undefined;
}

/** The relation that a statement makes, changes or fills; of a DROP, those that it names. */
function targets({ tag, node }: Statement): readonly Node[] {
  switch (tag) {
    case 'CreateTableAsStmt':
      return [{ RangeVar: node.into?.rel }];
    case 'SelectStmt':
      return [{ RangeVar: node.intoClause?.rel }];
    case 'DropStmt':
      return node.objects ?? [];
    case 'TruncateStmt':
      return node.relations ?? [];
    case 'CreateSeqStmt':
      return [{ RangeVar: node.sequence }];
    case 'ViewStmt':
      return [{ RangeVar: node.view }];
    default:
      return [{ RangeVar: node.relation }];
  }
}

/**
 * Statements about nothing but what is temporary: it is gone when the file is run again, which is in another session, and is made again
 * by then.
 */
function temporaryOnes(statements: readonly Statement[]): ReadonlySet<Statement> {
  const names = new Set<string>();
  const out = new Set<Statement>();
  for (const statement of statements) {
    if (statement.tag === '') continue;
    const relations = targets(statement);
    const made = relations[0]?.RangeVar?.relpersistence === 't' && MAKES.has(statement.tag);
    if (made) names.add(rangeVar(relations[0].RangeVar).name);
    if (made) out.add(statement);
    else if (
      names.size > 0 &&
      relations.length > 0 &&
      relations.every((relation) => {
        const { schema, name } = relation.RangeVar ? rangeVar(relation.RangeVar) : objectName(relation);
        return (schema === undefined || schema === 'pg_temp') && names.has(name);
      })
    )
      out.add(statement);
  }
  return out;
}

const MAKES: ReadonlySet<string> = new Set([
  'CreateStmt',
  'CreateTableAsStmt',
  'SelectStmt',
  'CreateSeqStmt',
  'ViewStmt',
]);

/** Verdicts by the index of the statement; the harmless ones have none. */
export function rerunVerdicts(input: RerunInput): ReadonlyMap<number, RerunVerdict> {
  const { statements, text, pgVersion, history, path, tool } = input;
  const second = quickSecondRuns(statements, text, pgVersion) ?? involvedSecondRuns(input);
  let plan: Plan | undefined;
  const planned = (index: number): Form => {
    plan ??= planWithHistory(statements, text, { guard: 'shape', pgVersion, history });
    return (plan.statements[index] as PlannedStatement).form;
  };
  let rewritten: readonly RewrittenStatement[] | undefined;
  const temporary = temporaryOnes(statements);
  const out = new Map<number, RerunVerdict>();
  second.forEach((harm, index) => {
    const statement = statements[index] as Statement;
    if (!harm || temporary.has(statement)) return;
    out.set(index, {
      why: harm.why,
      fails: harm.fails,
      ...(harm.within === undefined ? {} : { within: harm.within }),
      get refusal() {
        const form = planned(index);
        return form.type === 'refuse' ? { why: form.why, advice: form.advice } : undefined;
      },
      edits() {
        if (planned(index).type === 'refuse' || plan?.untouched) return undefined;
        rewritten ??= rewriteStatements(plan as Plan, { path, text, tool, guard: 'shape' }).statements;
        return rewritten[index]?.edits;
      },
    });
  });
  return out;
}

/** Of a file whose steps meet each other. */
function involvedSecondRuns({ statements, text, pgVersion, history }: RerunInput): readonly (SecondRun | undefined)[] {
  const effects = statements.map((statement) =>
    statement.tag === '' ? undefined : readEffect(statement, text, pgVersion),
  );
  const related = (): ReadonlySet<number> => entangled(statements, text);
  const second = secondRuns(effects, undefined, related);
  // what a function does may stand in an earlier migration
  const asks = statements.some(({ tag }, index) => CALLS.has(tag) && second[index]);
  const before = asks ? history() : undefined;
  return before ? secondRuns(effects, before, related) : second;
}

const CALLS: ReadonlySet<string> = new Set(['SelectStmt', 'CallStmt']);
