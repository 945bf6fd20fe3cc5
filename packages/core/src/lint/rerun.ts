/** What a second run of each statement would do wrong: the question of the linter to the guards. */
import { secondRuns, type SecondRun } from '../guards/again.ts';
import type { Form, Plan, PlannedStatement } from '../guards/plan.ts';
import { entangled } from '../guards/mentions.ts';
import { quickSecondRuns } from '../guards/quick.ts';
import { readEffect } from '../guards/registry.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Statement } from '../parse/index.ts';
import { planWithHistory, rewriteStatements, type RewrittenStatement } from '../rewrite/statements.ts';
import type { Tool } from '../tools/types.ts';
import { disabledReruns } from './directives.ts';
import type { RerunVerdict } from './types.ts';

export interface RerunInput {
  readonly path: string;
  readonly text: string;
  readonly tool: Tool;
  readonly pgVersion: number;
  /** Of the file, broken ones included. */
  readonly statements: readonly Statement[];
  readonly history: () => Catalog | undefined;
  /** The functions that earlier migrations have made. */
  readonly functions: () => Catalog | undefined;
  /** Why the author wants a statement left alone; by default what the comments of the text say. */
  readonly disabled?: ((statement: Statement) => string | undefined) | undefined;
}

/** Verdicts by the index of the statement; the harmless ones have none. */
export function rerunVerdicts(input: RerunInput): ReadonlyMap<number, RerunVerdict> {
  const { statements, text, pgVersion, path, tool } = input;
  const second = quickSecondRuns(statements, text, pgVersion) ?? involvedSecondRuns(input);
  let plan: Plan | undefined;
  const planned = (index: number): Form => {
    plan ??= planOf(input);
    return (plan.statements[index] as PlannedStatement).form;
  };
  let rewritten: readonly RewrittenStatement[] | undefined;
  const out = new Map<number, RerunVerdict>();
  second.forEach((harm, index) => {
    if (!harm) return;
    out.set(index, {
      why: harm.why,
      fails: harm.fails,
      ...(harm.within === undefined ? {} : { within: harm.within }),
      get refusal() {
        const form = planned(index);
        return form.type === 'refuse' ? { why: form.why, advice: form.advice } : undefined;
      },
      edits() {
        if (/^(?:refuse|disabled)$/.test(planned(index).type) || plan?.untouched) return undefined;
        rewritten ??= rewriteStatements(plan as Plan, { path, text, tool, guard: 'shape' }).statements;
        return rewritten[index]?.edits;
      },
    });
  });
  return out;
}

/** The guards around statements: what the author wants left alone has none, and none that relies on it. */
function planOf({ statements, text, pgVersion, history, disabled }: RerunInput): Plan {
  return planWithHistory(statements, text, {
    guard: 'shape',
    pgVersion,
    history,
    disabled: disabled ?? disabledByComments(text, statements),
  });
}

function disabledByComments(
  text: string,
  statements: readonly Statement[],
): (statement: Statement) => string | undefined {
  const disabled = disabledReruns(text, statements);
  return (statement) => disabled.file ?? disabled.statements.get(statement);
}

/** Of a file whose steps meet each other. */
function involvedSecondRuns({
  statements,
  text,
  pgVersion,
  functions,
}: RerunInput): readonly (SecondRun | undefined)[] {
  const effects = statements.map((statement) =>
    statement.tag === '' ? undefined : readEffect(statement, text, pgVersion),
  );
  const related = (): ReadonlySet<number> => entangled(statements, text);
  const second = secondRuns(effects, undefined, related);
  // what a function does may stand in an earlier migration
  const asks = statements.some(({ tag }, index) => CALLS.has(tag) && second[index]);
  const before = asks ? functions() : undefined;
  return before ? secondRuns(effects, before, related) : second;
}

const CALLS: ReadonlySet<string> = new Set(['SelectStmt', 'CallStmt']);
