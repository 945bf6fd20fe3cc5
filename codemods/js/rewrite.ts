/** Rewrites a migration in JavaScript or TypeScript: the SQL in it by the plan of the SQL rewriter, calls of a builder by the tool's guards. */
import {
  applyEdits,
  disabledBy,
  lineIndex,
  parseSql,
  planWithHistory,
  rewriteStatements,
  UNTOUCHED,
  type Catalog,
  type Edit,
  type Plan,
  type RewrittenStatement,
  type StatementResult,
  type Tool,
} from '@idempotify/core';
import {
  disabledIn,
  migrationDirectives,
  parseJavaScript,
  readMigration,
  sqlEdits,
  SqlText,
  toolOf,
  type JsTool,
  type Placed,
  type Step,
} from '@idempotify/javascript';
import { decidedByDatabase } from './conditions.ts';
import type { FileResult, RewriteOptions } from '../sql/rewriter.ts';
import type { GuardContext, Guards, SqlForm, StepSql } from './types.ts';
import { sharedSteps } from './shared.ts';
import { Writer } from './writer.ts';

export interface JsRewriteContext {
  readonly guards: Guards;
  readonly options: RewriteOptions;
  /** The tool as the rest of the program knows it. */
  readonly tool: Tool;
  /** What earlier migrations left. */
  readonly history: () => Catalog | undefined;
}

interface Planned {
  readonly plan: Plan;
  readonly statements: readonly RewrittenStatement[];
  readonly byStep: ByStep;
}
type ByStep = ReadonlyMap<Step, readonly RewrittenStatement[]>;
type Result = Omit<StatementResult, 'line' | 'column'>;

/** Never throws for what stands in the file. */
export function rewriteJavaScript(
  file: { readonly path: string; readonly text: string },
  context: JsRewriteContext,
): FileResult {
  const { path, text } = file;
  const { guards, options } = context;
  const untouched: FileResult = { path, text, changed: false, statements: [], problems: [], notes: [] };
  const parsed = parseJavaScript(text, path);
  if (parsed.kind === 'broken') return { ...untouched, problems: [parsed.problem] };
  const migration = readMigration(parsed.program, text, guards.tool);
  if (!migration) return { ...untouched, notes: ['it has no `up`: nothing in it is run forwards'] };

  const lines = lineIndex(text);
  const tool = toolOf(migration, context.tool);
  const sql = parseSql(migration.sql);
  const disabled = disabledIn(migration, sql.statements);
  const problems = [...migration.problems];
  for (const { start, end } of disabled.unreasoned)
    problems.push({
      start,
      end,
      kind: 'syntax',
      message: 'a comment that disables needs a reason: // idempotify-disable-next-statement -- why',
      ...lines.at(start),
    });
  const planned = (guard: RewriteOptions['guard']): Planned => {
    const plan = planWithHistory(sql.statements, migration.sql, {
      guard,
      pgVersion: options.pgVersion,
      disabled: (statement) => disabled.file ?? disabled.statements.get(statement),
      history: context.history,
    });
    const { statements } = rewriteStatements(plan, { path, text: migration.sql, tool, guard });
    const byStep = new Map<Step, RewrittenStatement[]>();
    sql.statements.forEach((statement, index) => {
      const of = migration.placedAt(statement.range.start);
      const result = statements[index];
      if (!of || !result) return;
      const list = byStep.get(of.step);
      if (list) list.push(result);
      else byStep.set(of.step, [result]);
    });
    return { plan, statements, byStep };
  };
  const { plan, statements, byStep } = planned(options.guard);
  let named: Planned | undefined;
  const short = (): Planned => (named ??= planned('name'));

  const write = new Writer(migration.scope);
  const about = (step: Step): StepSql => {
    const parts = migration.placed.filter((placed) => placed.step === step);
    const inSql = (of: ByStep): SqlForm => {
      const own = of.get(step) ?? [];
      return { statements: own, sql: sqlForm(parts, own) };
    };
    return {
      ...inSql(byStep),
      short: () => inSql(short().byStep),
    };
  };
  const shared: Shared = {
    migration,
    write,
    about,
    needsGuard: (step) => step.kind === 'builder' && needsGuard(step, byStep.get(step) ?? []),
  };
  const byName: ByName = (statement) => short().statements[statements.indexOf(statement)];
  const opaque = migration.steps.filter(({ kind }) => kind === 'opaque');
  const told = disabledBy(migrationDirectives(migration), opaque, ({ node }) => node.range[0]);
  const harmless = told.file === undefined ? told.statements : new Map(opaque.map((step) => [step, told.file]));
  const results: StatementResult[] = [];
  const edits: Edit[] = [];
  let silent = false;
  const isShared = sharedSteps(migration);
  for (const step of migration.steps) {
    let done = rewriteStep(step, byStep.get(step) ?? [], guards, shared, byName, harmless.get(step));
    const subjects = done.results.map(({ subject }) => subject);
    if (step.kind !== 'opaque' && decidedByDatabase(step, subjects, migration))
      done = { edits: [], results: done.results.map(mayGoAnotherWay) };
    if (done.edits.length > 0 && isShared(step)) done = { edits: [], results: done.results.map(notShared) };
    if (overlap(edits, done.edits)) done = { edits: [], results: done.results.map(insideAnother) };
    edits.push(...done.edits);
    silent ||=
      step.kind === 'builder' &&
      done.results.some(({ outcome }) => outcome === 'refused') &&
      about(step).statements.some(({ kind }) => SILENT.test(kind));
    const explained = (words: string): string => SqlText.explained(words, migration.scope);
    for (const result of done.results)
      results.push({
        ...lines.at(step.node.range[0]),
        ...result,
        subject: explained(result.subject),
        message: explained(result.message),
      });
  }
  // what is refused here would silently do its work again once the steps in front of it no longer fail
  const blind =
    opaque.some((step) => !harmless.has(step)) ||
    migration.steps.some(({ unsafe }) => unsafe !== undefined) ||
    silent ||
    results.some(repeatsSilently);
  const kept = blind && edits.length > 0 && !plan.untouched;
  const notes = kept || plan.untouched ? [UNTOUCHED] : [];
  const result = edits.length === 0 || kept ? text : applyEdits(text, edits);
  return {
    path,
    text: result,
    changed: result !== text,
    statements: kept ? results.map(leftAlone) : results,
    problems,
    notes,
  };
}

const notShared = ({ kind, subject }: Result): Result => ({
  kind,
  subject,
  outcome: 'refused',
  message: 'it stands in a function that is also called from elsewhere, as by down: a guard would be there, too',
  advice: 'give up a function of its own',
});

const mayGoAnotherWay = (result: Result): Result =>
  result.outcome === 'disabled' ||
  result.outcome === 'refused' ||
  // what only reads does no harm either way
  (result.outcome === 'rerunnable' && result.kind === 'SELECT')
    ? result
    : {
        ...result,
        outcome: 'refused',
        message:
          'a test in front of it asks the database, and may be answered otherwise by what the first run has made',
        advice:
          'let the test ask for what this call itself makes, or put the call into a migration of its own; where it may run twice, say so: // idempotify-disable-next-statement -- why',
      };

/** Whether some of the edits replace what others replace, too: calls that stand in each other. */
const overlap = (before: readonly Edit[], after: readonly Edit[]): boolean =>
  after.some((edit) => before.some((other) => edit.start < other.end && other.start < edit.end));

const insideAnother = (result: Result): Result =>
  result.outcome === 'native' || result.outcome === 'guarded' || result.outcome === 'pattern'
    ? {
        ...result,
        outcome: 'refused',
        message: 'it stands inside of another call that has to be rewritten, and so would be written twice',
        advice: 'await one call after the other instead of putting them into each other',
      }
    : result;

const leftAlone = (result: StatementResult): StatementResult =>
  result.outcome === 'native' || result.outcome === 'guarded' || result.outcome === 'pattern'
    ? { ...result, outcome: 'rerunnable', message: UNTOUCHED }
    : result;

/** Statements whose second run raises no error, and that are refused all the same. */
const repeatsSilently = ({ outcome, kind }: StatementResult): boolean => outcome === 'refused' && SILENT.test(kind);

const SILENT = /^(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|SELECT|CALL|COPY|DO)\b/;

/** What a tool's guards are told of the file, for all calls alike. */
type Shared = Omit<GuardContext, keyof StepSql>;

/** A call without SQL is one that the tool's guards know better. */
const needsGuard = (step: Step, statements: readonly RewrittenStatement[]): boolean =>
  !step.guarded &&
  (step.parts.length === 0 || statements.some(({ edits, outcome }) => edits.length > 0 || outcome === 'refused'));

/** The same statement with a guard that only asks for the name of what it makes. */
type ByName = (statement: RewrittenStatement) => RewrittenStatement | undefined;

/** @param harmless what the author says of it in a comment */
function opaqueResult({ what, why }: Step, harmless: string | undefined): Result {
  const base = { kind: what, subject: '' };
  if (harmless !== undefined) return { ...base, outcome: 'disabled', message: `left alone: ${harmless}` };
  return {
    ...base,
    outcome: 'refused',
    message: `it is not known what is sent: ${why ?? 'it depends on what happens when it runs'}`,
    advice:
      'put a test in front of it that says whether its work has been done; where it may run twice, say so: // idempotify-disable-next-statement -- why',
  };
}

function rewriteStep(
  step: Step,
  statements: readonly RewrittenStatement[],
  guards: Guards,
  shared: Shared,
  byName: ByName,
  harmless: string | undefined,
): { readonly results: readonly Result[]; readonly edits: readonly Edit[] } {
  if (step.kind === 'opaque') return { results: [opaqueResult(step, harmless)], edits: [] };
  if (step.unsafe) {
    const { why, advice } = step.unsafe;
    return { results: [{ kind: step.what, subject: '', outcome: 'refused', message: why, advice }], edits: [] };
  }
  if (step.kind === 'sql') return rewriteSql(step, statements, shared, byName);
  const kind = step.what;
  const subject = statements[0]?.subject ?? '';
  if (!needsGuard(step, statements)) {
    const [first] = statements;
    return {
      results: first
        ? [
            {
              kind,
              subject,
              outcome: first.outcome === 'disabled' ? 'disabled' : 'rerunnable',
              message: step.guarded ? 'the test in front of it keeps it from running twice' : first.message,
            },
          ]
        : [],
      edits: [],
    };
  }
  const answer = guards.guard(step, { ...shared, ...shared.about(step) });
  return answer.kind === 'refused'
    ? { results: [{ kind, subject, outcome: 'refused', message: answer.why, advice: answer.advice }], edits: [] }
    : { results: [{ kind, subject, outcome: answer.outcome, message: answer.message }], edits: answer.edits };
}

/** The SQL of a builder call as the SQL rewriter writes it. */
function sqlForm(parts: readonly Placed[], statements: readonly RewrittenStatement[]): string | undefined {
  if (
    parts.length === 0 ||
    parts.some(({ exact, sql }) => !exact || sql.hasExpressions || SqlText.hasPlaceholder(sql.text))
  )
    return undefined;
  if (statements.some(({ outcome }) => outcome === 'refused' || outcome === 'broken')) return undefined;
  const edits = statements.flatMap((statement) => statement.edits);
  return parts
    .map(({ sql, start, end }) => {
      const own = edits
        .filter((edit) => start <= edit.start && edit.start <= end)
        .map((edit) => ({ ...edit, start: edit.start - start, end: Math.min(edit.end, end) - start }));
      const text = applyEdits(sql.text, own);
      return text.endsWith(';') ? text : `${text};`;
    })
    .join('\n');
}

function rewriteSql(
  step: Step,
  statements: readonly RewrittenStatement[],
  { migration, write }: Shared,
  byName: ByName,
): { readonly results: readonly Result[]; readonly edits: readonly Edit[] } {
  const results: Result[] = [];
  const edits: Edit[] = [];
  const accepted: Edit[] = [];
  const aheads: Edit[] = [];
  for (const statement of statements) {
    const { edits: own, asksForAnother: _asks, line: _line, column: _column, ...result } = statement;
    if (own.length === 0) {
      results.push(result);
      continue;
    }
    // PostgreSQL takes what is sent together for a transaction, in which this can't run
    const before = /\bCONCURRENTLY\b/.test(statement.kind) ? own.find(isBlock) : undefined;
    const ahead =
      before && sentAhead(step, migration.tool.escape?.(before.text, step) ?? before.text, write, migration.tool);
    if (before && !ahead) {
      results.push({
        kind: result.kind,
        subject: result.subject,
        outcome: 'refused',
        message: 'what has to be done in front of it must be sent on its own, and there is no place for that',
        advice: 'write the call as a statement of its own: `await …;`',
      });
      continue;
    }
    let wanted: readonly Edit[] = own.filter((edit) => edit !== before);
    let made = sqlEdits(migration, wanted);
    let done: Result = result;
    // where a definition can't be written down, PostgreSQL's own clause still can
    const short = made.kind === 'refused' ? byName(statement) : undefined;
    if (short?.outcome === 'native') {
      const again = sqlEdits(migration, short.edits);
      if (again.kind === 'edits') {
        [made, wanted] = [again, short.edits];
        done = { ...result, outcome: short.outcome, message: short.message };
      }
    }
    if (made.kind === 'edits') {
      if (ahead) aheads.push(ahead);
      accepted.push(...wanted);
      edits.push(...made.edits);
      results.push(done);
    } else
      results.push({
        kind: result.kind,
        subject: result.subject,
        outcome: 'refused',
        message: made.why,
        advice: made.advice,
      });
  }
  // several statements in one literal: it becomes a template once
  const together = accepted.length > 1 ? sqlEdits(migration, accepted) : undefined;
  return { results, edits: [...aheads, ...(together?.kind === 'edits' ? together.edits : edits)] };
}

/** A statement in front of another one, which stays. */
const isBlock = ({ start, end, text }: Edit): boolean => start === end && /^DO\b/.test(text.trimStart());

/** The same call with other SQL, in front of its statement. */
function sentAhead(step: Step, sql: string, write: Writer, tool: JsTool): Edit | undefined {
  const { literal, site, bindings, queued } = step;
  const { statement } = site;
  if (!literal || statement?.type !== 'ExpressionStatement' || bindings) return undefined;
  if (!site.awaited && !queued && !tool.collects) return undefined;
  const [start, end] = statement.range;
  const [from, to] = literal.range;
  if (from < start || to > end) return undefined;
  const text = `${write.source.slice(start, from)}${write.template(sql.trim())}${write.source.slice(to, end)}`;
  return { start, end: start, text: `${text}${write.newline}${write.indentAt(start)}` };
}
