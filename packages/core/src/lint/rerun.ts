/** What a second run of each statement would do wrong: the question of the linter to the guards. */
import { planWithHistory, rewriteStatements, type RewrittenStatement } from '../rewrite/statements.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Statement } from '../parse/index.ts';
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

/** Verdicts by the index of the statement; the harmless ones have none. */
export function rerunVerdicts(input: RerunInput): ReadonlyMap<number, RerunVerdict> {
  const { statements, text, pgVersion, history, path, tool } = input;
  const plan = planWithHistory(statements, text, { guard: 'shape', pgVersion, history });
  let rewritten: readonly RewrittenStatement[] | undefined;
  const out = new Map<number, RerunVerdict>();
  plan.statements.forEach(({ effect, form, harm }, index) => {
    if (!effect || harm === undefined || form.type === 'keep' || form.type === 'broken' || form.type === 'disabled')
      return;
    out.set(index, {
      effect,
      why: harm,
      outcome:
        form.type === 'refuse'
          ? 'refused'
          : form.type === 'native'
            ? 'native'
            : form.type === 'member'
              ? 'pattern'
              : 'guarded',
      ...(form.type === 'refuse' ? { refusal: { why: form.why, advice: form.advice } } : {}),
      edits() {
        if (plan.untouched || form.type === 'refuse') return undefined;
        rewritten ??= rewriteStatements(plan, { path, text, tool, guard: 'shape' }).statements;
        return rewritten[index]?.edits;
      },
    });
  });
  return out;
}
