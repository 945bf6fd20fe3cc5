/** Runs rules over one file, and over a history. */
import type { Range, Statement } from '../parse/index.ts';
import { lineIndex, type LineIndex } from '../text/lines.ts';
import { isAbout, readDirectives, type Directive } from './directives.ts';
import type { Fact } from './facts.ts';
import { Source, type SourceOptions } from './file.ts';
import type {
  DeployFile,
  Finding,
  HistoryReportFn,
  LintFile,
  LintHistory,
  LintStatement,
  OptionValue,
  Report,
  ReportFn,
  RuleSet,
  ScriptFile,
  ScriptRule,
  Severity,
  SqlRule,
} from './types.ts';

export interface FileLint {
  /** In the order of the text; what directives are about is not taken out yet (see `suppress`). */
  readonly findings: readonly Finding[];
  readonly directives: readonly Directive[];
  readonly facts: readonly Fact[];
  /** Statements, and what can't be read: 0 = the file does nothing. */
  readonly statements: number;
}

interface Visitor {
  readonly rule: SqlRule;
  readonly severity: Severity;
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly visit: (statement: LintStatement, file: LintFile, report: ReportFn) => void;
}

/** The rules of a set, sorted by what they want to see: worked out once, used for every file. */
export interface PreparedRules {
  readonly byTag: ReadonlyMap<string, readonly Visitor[]>;
  readonly files: readonly {
    readonly rule: SqlRule;
    readonly severity: Severity;
    readonly options: Readonly<Record<string, OptionValue>>;
  }[];
  readonly scripts: readonly { readonly rule: ScriptRule; readonly severity: Severity }[];
}

export function prepareRules(rules: RuleSet): PreparedRules {
  const byTag = new Map<string, Visitor[]>();
  const files: PreparedRules['files'][number][] = [];
  const scripts: PreparedRules['scripts'][number][] = [];
  for (const [rule, { severity, options }] of rules) {
    if (rule.kind === 'script') scripts.push({ rule, severity });
    if (rule.kind !== 'sql') continue;
    const withDefaults = { ...defaultsOf(rule.options), ...options };
    for (const [tag, visit] of Object.entries(rule.on ?? {})) {
      const list = byTag.get(tag);
      const visitor: Visitor = { rule, severity, options: withDefaults, visit };
      if (list) list.push(visitor);
      else byTag.set(tag, [visitor]);
    }
    if (rule.file) files.push({ rule, severity, options: withDefaults });
  }
  return { byTag, files, scripts };
}

const defaultsOf = (options: SqlRule['options']): Record<string, OptionValue> =>
  Object.fromEntries(Object.entries(options ?? {}).map(([name, spec]) => [name, spec.default]));

const rangeOf = (at: Report['at']): Range => ('range' in at ? at.range : at);

/** Positions are looked up where something was found: most files have nothing to tell. */
function findingAt(
  rule: string,
  severity: Severity,
  { at, message, help }: Report,
  lines: LineIndex,
  fix?: Finding['fix'],
): Finding {
  const { start, end } = rangeOf(at);
  const from = lines.at(start);
  const to = lines.at(end);
  return {
    rule,
    severity,
    start,
    end,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    message,
    help,
    ...(fix && fix.length > 0 ? { fix } : {}),
  };
}

/** @param statements of the file, in order */
function withStatements(findings: readonly Finding[], statements: readonly Statement[]): readonly Finding[] {
  let next = 0;
  return findings.map((finding) => {
    while (next < statements.length && (statements[next] as Statement).end <= finding.start) next++;
    const range = statements[next]?.range;
    return range && range.start <= finding.start && finding.start <= range.end
      ? { ...finding, statement: { start: range.start, end: range.end } }
      : finding;
  });
}

/**
 * Runs rules over the statements of a file, each of which is visited once, and over the file as a whole.
 *
 * @throws Error that names the rule, when one fails
 */
export function visitRules(
  file: Source,
  rules: PreparedRules,
  tell: (rule: SqlRule, severity: Severity, found: Report) => void,
): void {
  let running: { readonly rule: SqlRule; readonly severity: Severity } | undefined;
  // one for all: visitors are called a hundred times as often as they find something
  const report: ReportFn = (found) => running && tell(running.rule, running.severity, found);
  try {
    for (const statement of file.all) {
      const visitors = rules.byTag.get(statement.tag);
      if (!visitors) continue;
      for (const visitor of visitors) {
        running = visitor;
        file.options = visitor.options;
        visitor.visit(statement, file, report);
      }
    }
    for (const each of rules.files) {
      running = each;
      file.options = each.options;
      each.rule.file?.(file, report);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the rule ${running?.rule.name ?? ''} failed: ${why}`, { cause: error });
  }
}

/** @param options.fixes work out the fixes, too */
export function lintFile(source: SourceOptions, rules: PreparedRules, options: { readonly fixes: boolean }): FileLint {
  const file = new Source(source);
  return {
    findings: lintSource(file, rules, options),
    directives: readDirectives(file.text, file.parsed.statements),
    facts: file.facts,
    statements: file.parsed.statements.length + file.parsed.problems.length,
  };
}

/** What rules find in a file that has been read; may be called several times, with other rules. */
export function lintSource(
  file: Source,
  rules: PreparedRules,
  options: { readonly fixes: boolean },
): readonly Finding[] {
  file.fixing = options.fixes;
  const lines = lineIndex(file.text);
  const findings: Finding[] = [];
  for (const problem of file.parsed.problems)
    findings.push(
      findingAt(
        'syntax-error',
        'error',
        {
          at: problem,
          message: problem.message,
          help: 'The other statements are checked all the same; correct this one, or take it out of the migration.',
        },
        lines,
      ),
    );
  visitRules(file, rules, (rule, severity, found) =>
    findings.push(findingAt(rule.name, severity, found, lines, options.fixes ? found.fix?.() : undefined)),
  );
  findings.sort((a, b) => a.start - b.start || a.end - b.end || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
  return withStatements(findings, file.parsed.statements);
}

/** What rules about the API of a migration tool find in a migration that is written in JavaScript or TypeScript. */
export function lintScript(file: ScriptFile, { scripts }: PreparedRules): readonly Finding[] {
  const lines = lineIndex(file.text);
  const out: Finding[] = [];
  for (const { rule, severity } of scripts)
    rule.check(file, (report) => out.push(findingAt(rule.name, severity, report, lines)));
  return out;
}

/** What a history rule found; the caller knows the text that the offsets belong to. */
export interface HistoryFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly where: Parameters<HistoryReportFn>[0];
  readonly at?: Range;
  readonly message: string;
  readonly help: string;
}

export function lintHistory(history: Omit<LintHistory, 'option'>, rules: RuleSet): readonly HistoryFinding[] {
  const out: HistoryFinding[] = [];
  for (const [rule, { severity, options }] of rules) {
    if (rule.kind !== 'history') continue;
    const own = { ...defaultsOf(rule.options), ...options };
    const view: LintHistory = Object.create(history, {
      option: { value: (name: string) => own[name] },
    }) as LintHistory;
    rule.check(view, (where, { at, message, help }) =>
      out.push({ rule: rule.name, severity, where, message, help, ...(at ? { at } : {}) }),
    );
  }
  return out;
}

export function lintDeploy(file: DeployFile, rules: RuleSet): readonly Finding[] {
  const lines = lineIndex(file.text);
  const out: Finding[] = [];
  for (const [rule, { severity }] of rules) {
    if (rule.kind === 'deploy') rule.check(file, (report) => out.push(findingAt(rule.name, severity, report, lines)));
  }
  return out.sort((a, b) => a.start - b.start);
}

/** Places a history finding in the text of its file. */
export function placeFinding(finding: HistoryFinding, text: string, lines = lineIndex(text)): Finding {
  return findingAt(finding.rule, finding.severity, { ...finding, at: finding.at ?? { start: 0, end: 0 } }, lines);
}

export interface Suppressed {
  /** Those that directives are about carry their reason in `suppressed`. */
  readonly findings: readonly Finding[];
  /** What is wrong with the directives themselves: no reason, an unknown rule, nothing that it is about. */
  readonly complaints: readonly Finding[];
}

/** Names of all rules, and by squawk's names those that they stand for. */
export interface KnownNames {
  readonly rules: ReadonlySet<string>;
  readonly squawk: ReadonlyMap<string, readonly string[]>;
}

/** What the directives of a file are about. */
export class Suppressions {
  readonly #lines: LineIndex;
  readonly #used = new Map<Directive, Set<string>>();
  readonly #valid: { readonly directive: Directive; readonly rules: ReadonlySet<string> | undefined }[] = [];
  /** What is wrong with the directives themselves: no reason, an unknown rule. */
  readonly complaints: readonly Finding[];

  constructor(directives: readonly Directive[], text: string, known: KnownNames) {
    this.#lines = lineIndex(text);
    const complaints: Finding[] = [];
    this.complaints = complaints;
    for (const directive of directives) {
      const complain = (level: Severity, message: string, help: string): number =>
        complaints.push(findingAt('bad-disable', level, { at: directive, message, help }, this.#lines));
      if (directive.dialect === 'idempotify' && directive.reason === '') {
        complain(
          'error',
          'This comment disables a rule without saying why, so it has no effect.',
          `Write the reason behind two hyphens: ${exampleFor(text.slice(directive.start, directive.start + 2))} RULE -- why it is fine here.`,
        );
        continue;
      }
      const names = directive.rules?.flatMap((name) => {
        if (directive.dialect === 'squawk') {
          const translated = known.squawk.get(name);
          if (translated) return translated;
        } else if (known.rules.has(name)) return [name];
        complain(
          'warning',
          `There is no rule "${name}".`,
          'idempotify explain lists all rules; a misspelt name disables nothing.',
        );
        return [];
      });
      this.#used.set(directive, new Set());
      this.#valid.push({ directive, rules: names && new Set(names) });
    }
  }

  /** The directive that is about such a finding at this offset; it counts as used from then on. */
  use(rule: string, offset: number): Directive | undefined {
    const by = this.#valid.find(
      ({ directive, rules }) => isAbout(directive, offset) && (rules === undefined || rules.has(rule)),
    );
    if (by) this.#used.get(by.directive)?.add(rule);
    return by?.directive;
  }

  /** @param active rules that were run: a directive for another rule is not unused */
  unused(active: ReadonlySet<string>, severity: Severity): readonly Finding[] {
    return this.#valid.flatMap(({ directive, rules }) => {
      if ((this.#used.get(directive) as Set<string>).size > 0) return [];
      // a rule that is off can't have used it
      if (rules && ![...rules].some((name) => active.has(name))) return [];
      const message = 'This comment disables something that is not found here.';
      const help = 'Take the comment out, or correct the name of the rule.';
      return [findingAt('unused-disable', severity, { at: directive, message, help }, this.#lines)];
    });
  }
}

/**
 * Applies directives to all findings of a file, those of its history included.
 *
 * @param text of the file
 * @param active rules that were run: a directive for another rule is not unused
 */
export function suppress(
  findings: readonly Finding[],
  directives: readonly Directive[],
  text: string,
  known: KnownNames,
  active: ReadonlySet<string>,
  severity: { readonly unused: Severity | 'off' },
): Suppressed {
  if (directives.length === 0) return { findings, complaints: [] };
  const suppressions = new Suppressions(directives, text, known);
  const out = findings.map((finding) => {
    if (finding.rule === 'syntax-error') return finding;
    const by = suppressions.use(finding.rule, finding.start);
    return by ? { ...finding, suppressed: { reason: by.reason } } : finding;
  });
  const unused = severity.unused === 'off' ? [] : suppressions.unused(active, severity.unused);
  return { findings: out, complaints: [...suppressions.complaints, ...unused] };
}

/** How a directive begins in a language, told by how one of its comments does. */
function exampleFor(opening: string): string {
  if (opening.startsWith('#')) return '# idempotify-disable-next-line';
  return `${opening === '//' ? '//' : '--'} idempotify-disable-next-statement`;
}
