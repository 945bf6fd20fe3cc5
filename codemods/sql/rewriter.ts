/** Rewrites migration files: plans each file (core), turns the plan into edits, reports what was done and why. */
import {
  applyEdits,
  applyToHistory,
  Catalog,
  lineIndex,
  parseSql,
  planFile,
  quoteLiteral,
  readEffect,
  type Edit,
  type Effect,
  type Plan,
  type PlannedStatement,
  type Problem,
  type Statement,
  type Tool,
} from '@idempotify/core';
import { emitGroup, emitGuard, emitInvalidCleanup } from './emit.ts';

export interface RewriteOptions {
  /** `shape`: a guard that finds the object also compares its definition and raises on drift. `name`: the short forms. */
  readonly guard: 'shape' | 'name';
  /** Major version of the oldest server that the files have to run on. */
  readonly pgVersion: number;
}

/** What lies before a file in its migration folder, in the tool's order. Read only where the file alone leaves something open. */
export interface HistorySource {
  before(path: string): readonly { readonly path: string; read(): string }[];
}

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

const DIRECTIVE = /idempotify-disable-(next-statement|file)\b(?:\s*(?:--|:)\s*(\S[^\n]*))?/;

/** What earlier migrations leave, replayed on the symbolic catalog as far as it is asked for. */
class History {
  readonly #options: RewriteOptions;
  readonly #tool: Tool;
  #catalog = new Catalog();
  #done: string[] = [];

  constructor(options: RewriteOptions, tool: Tool) {
    this.#options = options;
    this.#tool = tool;
  }

  upTo(files: readonly { readonly path: string; read(): string }[]): Catalog | undefined {
    if (files.length === 0) return undefined;
    const extendsWhatIsThere =
      this.#done.length <= files.length && this.#done.every((path, index) => files[index]?.path === path);
    if (!extendsWhatIsThere) {
      this.#catalog = new Catalog();
      this.#done = [];
    }
    for (const file of files.slice(this.#done.length)) {
      try {
        const text = file.read();
        const sections = this.#tool.sections(text, file.path);
        const parsed = parseSql(text, { ranges: sections.up });
        const effects: (Effect | undefined)[] = parsed.statements.map((statement) =>
          statement.tag === '' ? undefined : readEffect(statement, text, this.#options.pgVersion),
        );
        applyToHistory(this.#catalog, effects, String(this.#done.length));
      } catch {
        // an unreadable earlier file only makes the picture less complete; it is reported where it is rewritten itself
      }
      this.#done.push(file.path);
    }
    return this.#catalog;
  }
}

export function createRewriter(options: RewriteOptions, tool: Tool, source: HistorySource): Rewriter {
  const history = new History(options, tool);
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
  const disabled = directives(text, parsed.statements, problems, lines);
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
  let plan = planFile(parsed.statements, text, { ...common, history: () => undefined });
  const refuses = (one: Plan): boolean => one.statements.some((planned) => planned.form.type === 'refuse');
  // only what the file alone leaves open needs the earlier migrations
  if (plan.open || refuses(plan)) {
    const before = history();
    const informed = before && planFile(parsed.statements, text, { ...common, history: () => before });
    // a plan that needs to know nothing is as good where what is known is more than the model can follow
    if (informed && (refuses(plan) || !refuses(informed))) plan = informed;
  }

  const newline = /\r\n/.test(text) ? '\r\n' : '\n';
  const transactions = tool.transactions(text, path);
  const edits: Edit[] = [];
  let hasDo = false;
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
    const previous = parsed.statements[statement.index - 1];
    // it is there already
    if (
      previous &&
      text
        .slice(previous.range.start, previous.range.end)
        .includes(`relname = ${quoteLiteral(index.name)} AND NOT indisvalid`)
    )
      return undefined;
    return emitInvalidCleanup(planned, index, options.guard === 'shape');
  }
  /** Puts it there; false when there is none. */
  function addCleanup(planned: PlannedStatement): boolean {
    const cleanup = cleanupFor(planned);
    if (cleanup === undefined) return false;
    const { start } = planned.statement.range;
    addBlock({ start, end: start }, cleanup, newline + (tool.separate?.(text, start) ?? ''));
    return true;
  }
  const statements = plan.statements.map((planned): StatementResult => {
    const { statement, effect, form } = planned;
    const at = place(statement);
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
          addBlock(
            { start: statement.range.start, end },
            emitGroup(members, text, { shape: options.guard === 'shape' }),
          );
          return { ...base, outcome: 'pattern', message: GROUP };
        }
        const emitted = emitGuard(planned, text, { shape: options.guard === 'shape' });
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
  });
  let result = edits.length === 0 ? text : applyEdits(text, edits);
  if (edits.length > 0 && tool.fileEdits) {
    const more = tool.fileEdits(result, hasDo);
    if (more.length > 0) result = applyEdits(result, more);
  }
  if (plan.untouched) notes.push(UNTOUCHED);
  for (const warning of tool.warnings?.(text) ?? []) notes.push(warning);
  return { path, text: result, changed: result !== text, statements, problems, notes };
}

const ASKS = {
  shape: 'runs when it is missing, raises when something else is there',
  definition: 'runs when none of this definition is there; the name is for PostgreSQL to choose, and is not looked at',
  checked: 'runs when it has not been done, raises when something else is there',
  done: 'runs when it has not been done',
  name: 'runs while the old name is there; what bears the new name counts as renamed, whatever it is',
} as const;
const GROUP = 'the transaction as a whole runs when its result is not there yet';
const UNTOUCHED =
  'left as it is: a refused statement of this file would silently do its work again, and the errors of the others are what stops a rerun from getting there';

/** The author's own opt-outs. Each needs a reason. */
function directives(
  text: string,
  statements: readonly Statement[],
  problems: Problem[],
  lines: ReturnType<typeof lineIndex>,
): { file: string | undefined; statements: Map<Statement, string> } {
  const out = new Map<Statement, string>();
  let file: string | undefined;
  if (!text.includes('idempotify-disable-')) return { file, statements: out };
  for (const statement of statements) {
    for (const comment of statement.leading) {
      const match = DIRECTIVE.exec(text.slice(comment.start, comment.end));
      if (!match) continue;
      const reason = match[2]?.replace(/\s*\*\/\s*$/, '').trim();
      if (!reason) {
        problems.push({
          start: comment.start,
          end: comment.end,
          kind: 'syntax',
          message: `idempotify-disable-${match[1]} needs a reason: -- idempotify-disable-${match[1]} -- why`,
          ...lines.at(comment.start),
        });
        continue;
      }
      if (match[1] === 'file') file = reason;
      else out.set(statement, reason);
    }
  }
  return { file, statements: out };
}
