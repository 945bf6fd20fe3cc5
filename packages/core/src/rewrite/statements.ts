/** What the plan of a file means for its text: the edits of every statement, and a sentence for people about each. */
import { planFile, type Plan, type PlannedStatement, type PlanOptions } from '../guards/plan.ts';
import type { Statement } from '../parse/index.ts';
import { quoteLiteral } from '../quote.ts';
import type { Edit } from '../text/edits.ts';
import { lineIndex } from '../text/lines.ts';
import type { Tool } from '../tools/types.ts';
import { emitGroup, emitGuard, emitInvalidCleanup } from './emit.ts';

export type Outcome = 'rerunnable' | 'native' | 'guarded' | 'pattern' | 'refused' | 'disabled' | 'broken';

export interface StatementResult {
  /** 1-based, of the statement in the input; the column counts UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** 'CREATE TABLE', 'ALTER TABLE ADD COLUMN', … */
  readonly kind: string;
  /** 'table "User"'. */
  readonly subject: string;
  readonly outcome: Outcome;
  /** One sentence for a person: what was done, or why it was refused. */
  readonly message: string;
  /** Refused: what the author can do. */
  readonly advice?: string;
}

export interface RewrittenStatement extends StatementResult {
  /** To the file's text; they don't overlap those of other statements. What one guard around several statements replaces stands at the first of them. */
  readonly edits: readonly Edit[];
  /** Its guard asks for something else than what the statement itself makes or takes away: no other test may stand for it. */
  readonly asksForAnother?: boolean;
}

export interface RewriteContext {
  readonly path: string;
  readonly text: string;
  readonly tool: Tool;
  readonly guard: 'shape' | 'name';
}

/**
 * The plan of a file, with what earlier migrations left only where the file alone leaves something open.
 *
 * @param options.history is asked at most once
 */
export function planWithHistory(statements: readonly Statement[], text: string, options: PlanOptions): Plan {
  const plan = planFile(statements, text, { ...options, history: () => undefined });
  const refuses = (one: Plan): boolean => one.statements.some((planned) => planned.form.type === 'refuse');
  if (!plan.open && !refuses(plan)) return plan;
  const before = options.history();
  const informed = before && planFile(statements, text, { ...options, history: () => before });
  // a plan that needs to know nothing is as good where what is known is more than the model can follow
  return informed && (refuses(plan) || !refuses(informed)) ? informed : plan;
}

/**
 * The statements of a planned file as they are to be written.
 *
 * @returns one result for each statement, and whether a DO block is among what is written
 */
export function rewriteStatements(
  plan: Plan,
  { path, text, tool, guard }: RewriteContext,
): { readonly statements: readonly RewrittenStatement[]; readonly hasDo: boolean } {
  const lines = lineIndex(text);
  const newline = /\r\n/.test(text) ? '\r\n' : '\n';
  const transactions = tool.transactions(text, path);
  let edits: Edit[] = [];
  let hasDo = false;
  let asksForAnother = false;
  const addBlock = (at: { start: number; end: number }, blockText: string, behind = ''): void => {
    hasDo = true;
    const wrapping = tool.wrapDo?.(text, at, blockText);
    const styled = newline === '\n' ? blockText : blockText.replace(/\r?\n/g, newline);
    edits.push({
      start: at.start,
      end: at.end,
      text: `${wrapping?.before ?? ''}${styled}${wrapping?.after ?? ''}${behind}`,
    });
  };
  /** What drops an INVALID leftover in front of CREATE INDEX CONCURRENTLY, where another statement may stand there. */
  function cleanupFor(planned: PlannedStatement): string | undefined {
    const { effect, statement } = planned;
    const index = effect?.concurrent ? effect.creates?.(planned.after, planned.run)[0] : undefined;
    // where nothing but such statements may stand in a file, a DO block would break it
    const alone =
      transactions.concurrently !== 'yes' && plan.statements.every((other) => other.effect?.noDo !== undefined);
    if (!index || alone) return undefined;
    const previous = plan.statements[statement.index - 1]?.statement;
    // it is there already
    if (
      previous &&
      text
        .slice(previous.range.start, previous.range.end)
        .includes(`relname = ${quoteLiteral(index.name)} AND NOT indisvalid`)
    )
      return undefined;
    return emitInvalidCleanup(planned, index, guard === 'shape');
  }
  /** Puts it there; false when there is none. */
  function addCleanup(planned: PlannedStatement): boolean {
    const cleanup = cleanupFor(planned);
    if (cleanup === undefined) return false;
    const { start } = planned.statement.range;
    addBlock({ start, end: start }, cleanup, newline + (tool.separate?.(text, start) ?? ''));
    return true;
  }
  const rewrite = (planned: PlannedStatement): StatementResult => {
    const { statement, effect, form } = planned;
    const at = lines.at(statement.range.start);
    const base = { ...at, kind: effect?.kind ?? '', subject: effect?.subject ?? '' };
    switch (form.type) {
      case 'broken':
        return { ...base, outcome: 'broken', message: statement.problem?.message ?? 'it does not parse' };
      case 'disabled':
        return { ...base, outcome: 'disabled', message: `left alone: ${form.reason}` };
      case 'refuse':
        return { ...base, outcome: 'refused', message: form.why, advice: form.advice };
      case 'keep': {
        // IF NOT EXISTS of the author's own passes over an INVALID leftover
        if (!plan.untouched && addCleanup(planned)) {
          return {
            ...base,
            outcome: 'native',
            message: 'an INVALID leftover of a failed build is dropped first, which IF NOT EXISTS alone passes over',
          };
        }
        return { ...base, outcome: 'rerunnable', message: form.note ?? 'a second run changes nothing' };
      }
      case 'native': {
        if (plan.untouched) return { ...base, outcome: 'rerunnable', message: UNTOUCHED };
        edits.push(...form.edits);
        if (effect?.concurrent) {
          const cleaned = addCleanup(planned);
          return {
            ...base,
            outcome: 'native',
            message: cleaned
              ? 'IF NOT EXISTS, and an INVALID leftover of a failed build is dropped first'
              : 'IF NOT EXISTS; an INVALID leftover of a failed build has to be dropped by hand, because nothing else may stand in this file',
          };
        }
        return {
          ...base,
          outcome: 'native',
          message: form.keyed
            ? `rows that are there already are skipped (${form.edits.some((edit) => edit.text.includes('ON CONFLICT')) ? 'ON CONFLICT DO NOTHING' : 'left out by the query'})`
            : `PostgreSQL's own clause (${form.edits
                .map((edit) => edit.text.trim())
                .filter((word, index, words) => words.indexOf(word) === index)
                .join(', ')})`,
        };
      }
      case 'member':
        return plan.untouched
          ? { ...base, outcome: 'rerunnable', message: UNTOUCHED }
          : { ...base, outcome: 'pattern', message: GROUP };
      case 'guard': {
        if (plan.untouched) return { ...base, outcome: 'rerunnable', message: UNTOUCHED };
        if (form.last !== undefined) {
          const members = plan.statements.slice(plan.statements.indexOf(planned), form.last + 1);
          const end = members[members.length - 1]?.statement.end ?? statement.end;
          addBlock({ start: statement.range.start, end }, emitGroup(members, text, { shape: guard === 'shape' }));
          return { ...base, outcome: 'pattern', message: GROUP };
        }
        const emitted = emitGuard(planned, text, { shape: guard === 'shape' });
        asksForAnother = emitted.pattern || (effect?.renames === true && emitted.asks !== 'name');
        addBlock({ start: statement.range.start, end: statement.end }, emitted.text);
        return {
          ...base,
          outcome: emitted.pattern ? 'pattern' : 'guarded',
          message: emitted.pattern
            ? 'runs unless this or a later step of the file shows that it has been done'
            : ASKS[emitted.asks],
        };
      }
    }
  };
  const statements = plan.statements.map((planned): RewrittenStatement => {
    edits = [];
    asksForAnother = false;
    const result = rewrite(planned);
    return { ...result, edits, ...(asksForAnother ? { asksForAnother } : {}) };
  });
  return { statements, hasDo };
}

const ASKS = {
  shape: 'runs when it is missing, raises when something else is there',
  definition: 'runs when none of this definition is there; the name is for PostgreSQL to choose, and is not looked at',
  checked: 'runs when it has not been done, raises when something else is there',
  done: 'runs when it has not been done',
  name: 'runs while the old name is there; what bears the new name counts as renamed, whatever it is',
} as const;
const GROUP = 'the transaction as a whole runs when its result is not there yet';
export const UNTOUCHED =
  'left as it is: a refused statement of this file would silently do its work again, and the errors of the others are what stops a rerun from getting there';
