/** A migration in JavaScript or TypeScript for the linter: rules about SQL look at the SQL that it sends, and what they find is told in its places. */
import {
  anythingHappens,
  lineIndex,
  lintScript,
  lintSource,
  Source,
  type Category,
  type Directive,
  type Fact,
  type FileLint,
  type Finding,
  type LineIndex,
  type PreparedRules,
  type Problem,
  type Range,
  type ScriptNote,
  type SourceOptions,
  type Tool,
} from '@idempotify/core';
import type { Node, Program } from './ast.ts';
import { disabledIn, migrationDirectives } from './directives.ts';
import { readMigration, type Migration, type Placed } from './migration.ts';
import { parseJavaScript } from './parse.ts';
import { Scope, type TypeNames } from './scope.ts';
import { sqlEdits, toolOf } from './sql-edits.ts';
import { SqlText } from './sql-text.ts';
import type { JsTool, Step } from './tool.ts';
import { jsToolNamed, recogniseTool } from './tools/index.ts';

export type ScriptSourceOptions = Omit<SourceOptions, 'disabled'>;

/**
 * The migration in a file: read as the tool of its folder reads it, or as the one that the file itself speaks of.
 *
 * @returns undefined when the file is none
 */
export function migrationIn(program: Program, text: string, tool?: Tool, typeNames?: TypeNames): Migration | undefined {
  const named = tool && jsToolNamed(tool.name);
  const own: JsTool | undefined = named ?? recogniseTool(new Scope(program, text));
  return own && readMigration(program, text, own, typeNames);
}

const NO_SQL = 'The other calls are checked all the same; correct this one, or take it out of the migration.';

/** `up() {}`, with or without comments. */
const isEmpty = (fn: Node): boolean => {
  const body: Node = fn['body'];
  return body.type === 'BlockStatement' && body['body'].length === 0;
};

export class ScriptSource {
  readonly migration: Migration;
  /** The tool that it was given. */
  readonly tool: Tool;
  readonly directives: readonly Directive[];
  readonly #path: string;
  readonly #sql: Source;
  #lines: LineIndex | undefined;
  #repeats: boolean | undefined;

  constructor(migration: Migration, options: ScriptSourceOptions) {
    this.migration = migration;
    this.tool = options.tool;
    this.#path = options.path;
    this.directives = migrationDirectives(migration);
    let disabled: ReturnType<typeof disabledIn> | undefined;
    this.#sql = new Source({
      ...options,
      text: migration.sql,
      tool: toolOf(migration, options.tool),
      disabled: (statement) => {
        disabled ??= disabledIn(migration, this.#sql.parsed.statements);
        return disabled.file ?? disabled.statements.get(statement);
      },
    });
  }

  /** Of the file. */
  get text(): string {
    return this.migration.scope.source;
  }

  /** Statements that do something, and code of which nobody knows what it does: 0 = the migration does nothing. */
  get statements(): number {
    const { problems, steps, ups } = this.migration;
    if (steps.length === 0) return ups.filter(({ node }) => !isEmpty(node)).length;
    return this.#sql.parsed.statements.length + problems.length + steps.filter(({ kind }) => kind === 'opaque').length;
  }

  /** What it makes, drops and uses; places are those of the file. */
  get facts(): readonly Fact[] {
    const { steps, placedAt } = this.migration;
    const byCall = new Map<unknown, Fact[]>(steps.map(({ node }) => [node, []]));
    for (const fact of this.#sql.facts) {
      const names = [fact.name, fact.schema, fact.to, fact.on?.name, fact.on?.schema];
      // the same name may be another one each time
      if (names.some((name) => name !== undefined && SqlText.hasPlaceholder(name))) continue;
      const step = placedAt(fact.start)?.step;
      if (!step) continue;
      const certainty = step.guarded ? { lenient: true } : isUncertain(step) ? { maybe: true } : {};
      byCall.get(step.node)?.push({ ...fact, ...this.#place(fact), ...certainty });
    }
    return steps.flatMap(({ kind, node: { range }, node }) =>
      kind === 'opaque' ? [anythingHappens({ start: range[0], end: range[1] })] : (byCall.get(node) ?? []),
    );
  }

  /** May be called several times, with other rules. */
  lint(rules: PreparedRules, options: { readonly fixes: boolean }): readonly Finding[] {
    const { migration } = this;
    const { source } = migration.scope;
    const found: Finding[] = migration.problems.map((problem) => syntaxError(problem, source, NO_SQL));
    const categories = categoriesOf(rules);
    const told = new Set<string>();
    for (const finding of lintSource(this.#sql, rules, options)) {
      const placed = migration.placedAt(finding.start);
      const rerun = categories.get(finding.rule) === 'rerun';
      if (placed?.step.kind === 'builder' || placed?.step.guarded) {
        if (rerun && placed.step.guarded) continue;
        // a call is told once of its kind, however many statements it sends
        const key = `${placed.step.node.range[0]} ${placed.step.node.range[1]} ${rerun ? 'rerun' : `${finding.rule} ${finding.message}`}`;
        if (told.has(key)) continue;
        told.add(key);
      }
      found.push(this.#inFile(finding, placed, rerun));
    }
    const { steps } = migration;
    const notes = steps.flatMap(({ notes: own = [], node }) =>
      own.map(({ rule, message, help, at = node }): ScriptNote => {
        const [start, end] = at.range;
        return { rule, message: sentence(message), help: sentence(help), at: { start, end } };
      }),
    );
    if (notes.length > 0) found.push(...lintScript({ path: this.#path, text: source, notes }, rules));
    return found.sort((a, b) => a.start - b.start || a.end - b.end || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
  }

  #inFile(finding: Finding, placed: Placed | undefined, rerun: boolean): Finding {
    const { scope } = this.migration;
    const { fix, statement, ...rest } = finding;
    const place = this.#place(finding);
    const lines = (this.#lines ??= lineIndex(scope.source));
    const from = lines.at(place.start);
    const to = lines.at(place.end);
    const edits = fix && (!rerun || !this.#repeatsSilently) ? sqlEdits(this.migration, fix) : undefined;
    const isCall = placed?.step.kind === 'builder';
    return {
      ...rest,
      ...place,
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
      message: SqlText.explained(finding.message, scope),
      help: isCall && rerun ? helpFor(placed.step) : SqlText.explained(finding.help, scope),
      ...(edits?.kind === 'edits' && edits.edits.length > 0 ? { fix: edits.edits } : {}),
      ...(statement ? { statement: this.#place(statement) } : {}),
    };
  }

  /** The call that a place of the file belongs to, and the literals in which its SQL stands, with their delimiters. */
  callAt(offset: number): readonly Range[] {
    for (const { node, parts } of this.migration.steps) {
      const [start, end] = node.range;
      const literals = parts
        .flatMap(({ sql }) => sql.places)
        .map((each) => ({ start: each.start - 1, end: each.end + 1 }));
      const all = [{ start, end }, ...literals];
      if (all.some((each) => each.start <= offset && offset <= each.end)) return all;
    }
    return [];
  }

  /** A range of the SQL in the file; all of the call where that is not in one place. */
  #place({ start, end }: Range): Range {
    const { placed, placedAt, ups } = this.migration;
    const of = placedAt(start) ?? placed.find((each) => each.start >= start);
    if (!of) {
      const at = ups[0]?.node.range[0] ?? 0;
      return { start: at, end: at };
    }
    const { node, kind, literal } = of.step;
    const whole = { start: node.range[0], end: node.range[1] };
    if (kind === 'builder') return whole;
    const [from, to] = (literal ?? node).range;
    return (
      of.sql.rangeOf(Math.max(start, of.start) - of.start, Math.min(end, of.end) - of.start, {
        start: from,
        end: to,
      }) ?? whole
    );
  }

  /**
   * A call that stays as it is does its work again without an error. Today an error in front of it keeps a second run from getting there: as
   * long as it is, nothing is corrected.
   */
  get #repeatsSilently(): boolean {
    if (this.#repeats === undefined) {
      const { steps, placedAt } = this.migration;
      this.#repeats =
        steps.some(({ kind }) => kind === 'opaque') ||
        this.#sql.statements.some((statement) => {
          const step = placedAt(statement.range.start)?.step;
          return step?.kind === 'builder' && !step.guarded && this.#sql.rerun(statement)?.fails === false;
        });
    }
    return this.#repeats;
  }
}

/** Nobody can say that it runs, and runs once. A function of its own is one that is called. */
const isUncertain = ({ site: { conditions, uncertain } }: Step): boolean =>
  conditions.length > 0 || (uncertain !== undefined && uncertain !== 'in a function of its own');

/** Notes of tools are written as parts of sentences, some beginning with the name of a method. */
const sentence = (text: string): string =>
  `${text.replace(/^[a-z](?=[a-z]*[\s,:])/, (letter) => letter.toUpperCase())}${/[.!?`]$/.test(text) ? '' : '.'}`;

const helpFor = ({ what }: Step): string =>
  `Put a test in front of ${what}(…) that asks whether its work has been done, or let \`idempotify rewrite\` make it rerunnable.`;

const categories = new WeakMap<PreparedRules, ReadonlyMap<string, Category>>();

function categoriesOf(rules: PreparedRules): ReadonlyMap<string, Category> {
  let of = categories.get(rules);
  if (!of) {
    const visitors = [...[...rules.byTag.values()].flat(), ...rules.files];
    categories.set(rules, (of = new Map(visitors.map(({ rule: { name, category } }) => [name, category]))));
  }
  return of;
}

/** @param text of the file that the problem's places are in */
export function syntaxError({ message, start, end }: Problem, text: string, help: string): Finding {
  const lines = lineIndex(text);
  const from = lines.at(start);
  const to = lines.at(end);
  return {
    rule: 'syntax-error',
    severity: 'error',
    start,
    end,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    message,
    help,
  };
}

/** Lints a file; what is no migration has nothing to tell. */
export function lintText(
  options: ScriptSourceOptions,
  rules: PreparedRules,
  wanted: { readonly fixes: boolean },
): FileLint {
  const { text, path, tool } = options;
  const parsed = parseJavaScript(text, path);
  if (parsed.kind === 'broken') {
    const { problem } = parsed;
    const message = `The file can not be read as ${/ts$/i.test(path) ? 'TypeScript' : 'JavaScript'}: ${problem.message}`;
    const finding = syntaxError({ ...problem, message }, text, 'Nothing in it could be checked.');
    return { findings: [finding], directives: [], facts: [], statements: 1 };
  }
  const migration = migrationIn(parsed.program, text, tool);
  if (!migration) return { findings: [], directives: [], facts: [], statements: 1 };
  const source = new ScriptSource(migration, options);
  const { directives, facts, statements } = source;
  return { findings: source.lint(rules, wanted), directives, facts, statements };
}

/** The SQL that a file sends when it is run forwards; '' where that can't be read. */
export function sqlIn(text: string, path: string, tool: Tool): string {
  const parsed = parseJavaScript(text, path);
  return parsed.kind === 'broken' ? '' : (migrationIn(parsed.program, text, tool)?.sql ?? '');
}
