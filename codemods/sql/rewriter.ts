/** Rewrites migration files: plans each file (core), turns the plan into edits, reports what was done and why. */
import {
  applyEdits,
  disabledReruns,
  lineIndex,
  parseSql,
  PastMigrations,
  planWithHistory,
  rewriteStatements,
  UNTOUCHED,
  type Catalog,
  type PastFile,
  type Problem,
  type Statement,
  type StatementResult,
  type Tool,
} from '@idempotify/core';

export interface RewriteOptions {
  /** `shape`: a guard that finds the object also compares its definition and raises on drift. `name`: the short forms. */
  readonly guard: 'shape' | 'name';
  /** Major version of the oldest server that the files have to run on. */
  readonly pgVersion: number;
}

/** What lies before a file in its migration folder, in the tool's order. Read only where the file alone leaves something open. */
export interface HistorySource {
  before(path: string): readonly PastFile[];
}

export interface FileResult {
  readonly path: string;
  readonly text: string;
  readonly changed: boolean;
  readonly statements: readonly StatementResult[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

export interface Rewriter {
  /** Never throws for what stands in the file. */
  rewrite(file: { readonly path: string; readonly text: string }): FileResult;
}

export function createRewriter(options: RewriteOptions, tool: Tool, source: HistorySource): Rewriter {
  const history = new PastMigrations(options.pgVersion, tool);
  return { rewrite: (file) => rewriteFile(file, options, tool, () => history.upTo(source.before(file.path))) };
}

function rewriteFile(
  file: { readonly path: string; readonly text: string },
  options: RewriteOptions,
  tool: Tool,
  history: () => Catalog | undefined,
): FileResult {
  const { path, text } = file;
  const lines = lineIndex(text);
  const sections = tool.sections(text, path);
  const notes: string[] = [];
  if (sections.problems.length > 0)
    return { path, text, changed: false, statements: [], problems: sections.problems, notes };
  const parsed = parseSql(text, { ranges: sections.up });
  const problems = [...parsed.problems];
  const disabled = disabledReruns(text, parsed.statements);
  for (const { kind, start, end } of disabled.unreasoned) {
    const word = kind === 'range' ? 'disable' : `disable-${kind}`;
    problems.push({
      start,
      end,
      kind: 'syntax',
      message: `idempotify-${word} needs a reason: -- idempotify-${word} -- why`,
      ...lines.at(start),
    });
  }
  if (disabled.file !== undefined) {
    return {
      path,
      text,
      changed: false,
      statements: parsed.statements.map((statement) => ({
        ...place(statement),
        kind: '',
        subject: '',
        outcome: 'disabled',
        message: `left alone: ${disabled.file}`,
      })),
      problems,
      notes: [`the file is disabled: ${disabled.file}`],
    };
  }
  function place(statement: Statement): { line: number; column: number } {
    return lines.at(statement.range.start);
  }
  const common = {
    guard: options.guard,
    pgVersion: options.pgVersion,
    disabled: (statement: Statement) => disabled.statements.get(statement),
  };
  const plan = planWithHistory(parsed.statements, text, { ...common, history });
  const { statements, hasDo } = rewriteStatements(plan, { path, text, tool, guard: options.guard });
  const edits = statements.flatMap((statement) => statement.edits);
  let result = edits.length === 0 ? text : applyEdits(text, edits);
  if (edits.length > 0 && tool.fileEdits) {
    const more = tool.fileEdits(result, hasDo);
    if (more.length > 0) result = applyEdits(result, more);
  }
  if (plan.untouched) notes.push(UNTOUCHED);
  for (const warning of tool.warnings?.(text) ?? []) notes.push(warning);
  return {
    path,
    text: result,
    changed: result !== text,
    statements: statements.map(({ edits: _edits, asksForAnother: _asks, ...statement }) => statement),
    problems,
    notes,
  };
}
