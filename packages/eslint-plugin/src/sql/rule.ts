/** The one way from a rule of the linter to a rule of ESLint. */
import {
  type Edit,
  type HistoryRule,
  type OptionValue,
  type PreparedRules,
  type Range,
  type Report,
  type Rule,
  type RuleSet,
  type SqlRule,
  applyEdits,
  prepareRules,
  visitRules,
} from '@idempotify/core';
import type { RuleContext, RuleDefinition, RuleVisitor } from '@eslint/core';
import { type Fix, edited } from '../edits.ts';
import { JAVASCRIPT, enrolInScript } from '../javascript/index.ts';
import { settingsIn } from '../settings.ts';
import { docsUrl } from './docs.ts';
import { mayFix } from './fixing.ts';
import { SqlSourceCode } from './source-code.ts';

export const LANGUAGE = 'idempotify/sql';

type Options = Readonly<Record<string, OptionValue>>;

/** A rule that runs on a file. */
interface Enrolled {
  readonly rule: SqlRule | HistoryRule;
  readonly options: Options;
  readonly context: RuleContext;
}

/** The rules that run on the file that ESLint is at. */
const enrolled = new WeakMap<SqlSourceCode, Enrolled[]>();

const NOTHING: RuleVisitor = Object.freeze({});

const rangeOf = (at: Report['at']): Range => ('range' in at ? at.range : at);

/** Rules about how migrations are run look at other files than SQL, which ESLint has no language for. */
export const isForEslint = (rule: Rule): rule is SqlRule | HistoryRule =>
  rule.kind === 'sql' || rule.kind === 'history';

export function eslintRule(rule: SqlRule | HistoryRule): RuleDefinition {
  const specs = Object.entries(rule.options ?? {});
  const defaults = Object.fromEntries(specs.map(([name, { default: value }]) => [name, value]));
  return {
    meta: {
      type: 'problem',
      docs: {
        description: rule.summary,
        recommended: rule.presets.includes('recommended'),
        url: docsUrl(rule.name),
      },
      ...(rule.kind === 'sql' && rule.fixable ? { fixable: 'code', hasSuggestions: true } : {}),
      schema: specs.length === 0 ? [] : [schemaOf(rule)],
      ...(specs.length === 0 ? {} : { defaultOptions: [defaults] }),
      languages: [LANGUAGE, JAVASCRIPT],
    },
    create(context) {
      const code = context.sourceCode;
      const options = specs.length === 0 ? NO_OPTIONS : { ...defaults, ...(context.options[0] as Options | undefined) };
      if (!(code instanceof SqlSourceCode)) return enrolInScript(rule.name, rule, options, context);
      const own: Enrolled = { rule, options, context };
      const others = enrolled.get(code);
      if (others) {
        others.push(own);
        return NOTHING;
      }
      const all = [own];
      enrolled.set(code, all);
      // the linter's engine runs all of them at once: a listener for each rule and node would take ESLint longer than the rules take
      return { SqlFile: () => run(code, all) };
    },
  };
}

const NO_OPTIONS: Options = {};

/** Options of a rule as JSON schema. */
function schemaOf({ options = {} }: Rule): object {
  const properties = Object.entries(options).map(([name, { default: value, description }]) => [
    name,
    {
      description,
      ...(Array.isArray(value) ? { type: 'array', items: { type: 'string' } } : { type: typeof value }),
    },
  ]);
  return { type: 'object', properties: Object.fromEntries(properties) as object, additionalProperties: false };
}

function run(code: SqlSourceCode, rules: readonly Enrolled[]): void {
  code.apply(settingsIn(rules[0]?.context.settings ?? {}));
  const contexts = new Map<Rule, RuleContext>();
  for (const { rule, context } of rules) {
    contexts.set(rule, context);
    code.active.add(rule.name);
  }
  const { file, place, text, pgVersion } = code;
  const tellOf = (rule: Rule, found: Report): void => tell(rule, found, code, contexts.get(rule) as RuleContext);
  if (file) {
    file.fixing = mayFix(
      () => rules.some(({ rule }) => rule.kind === 'sql' && rule.fixable) && file.statements.length > 0,
    );
    visitRules(file, prepared(rules), (rule, _severity, found) => tellOf(rule, found));
  }
  const aboutHistory = rules.filter((each): each is Enrolled & { rule: HistoryRule } => each.rule.kind === 'history');
  if (aboutHistory.length === 0 || !place) return;
  const history = place.folder.history(place.name, text, pgVersion, file);
  for (const { rule, options } of aboutHistory)
    for (const { at = { start: 0, end: 0 }, message, help } of history.find(rule, options, place.name))
      tellOf(rule, { at, message, help });
}

let last: { readonly rules: readonly Enrolled[]; readonly prepared: PreparedRules } | undefined;

/** Most files are linted with the rules of the one before. */
function prepared(rules: readonly Enrolled[]): PreparedRules {
  const same = (other: Enrolled, index: number): boolean => {
    const own = rules[index];
    return (
      own?.rule === other.rule &&
      (own.options === other.options || JSON.stringify(own.options) === JSON.stringify(other.options))
    );
  };
  if (!last || last.rules.length !== rules.length || !last.rules.every(same)) {
    const set: RuleSet = new Map(rules.map(({ rule, options }) => [rule, { severity: rule.severity, options }]));
    // without their contexts, which hold the file
    const own = rules.map(({ rule, options }) => ({ rule, options }) as Enrolled);
    last = { rules: own, prepared: prepareRules(set) };
  }
  return last.prepared;
}

/** Unless a comment says that it may stay. */
function tell(rule: Rule, found: Report, code: SqlSourceCode, context: RuleContext): void {
  const range = rangeOf(found.at);
  if (code.suppressions.use(rule.name, range.start)) return;
  const edits = code.file?.fixing ? (found.fix?.() ?? []) : [];
  const fix = (): Fix => fixOf(edits, code);
  const end = 'range' in found.at ? found.at.end : range.end;
  const own = edits.every((edit) => edit.start >= range.start && edit.end <= end);
  context.report({
    loc: code.locOf(range),
    message: `${found.message} ${found.help}`,
    // ESLint's comments may disable findings of other statements, which the plan of the file knows nothing of
    ...(edits.length === 0 ? {} : own ? { fix } : { suggest: [{ desc: TOGETHER, fix }] }),
  });
}

const TOGETHER = 'Put one guard around this and other statements of the transaction.';

const hasDo = ({ text }: Edit): boolean => /\bDO\s+(?:\$|')/i.test(text);

/** All edits of a finding as one, with the text between them, and with what the tool wants around a DO block. */
function fixOf(edits: readonly Edit[], code: SqlSourceCode): Fix {
  const { text } = code;
  const tool = code.file?.tool;
  let all = edits;
  if (tool?.fileEdits) {
    const next = applyEdits(text, edits);
    const more = tool.fileEdits(next, edits.some(hasDo));
    if (more.length > 0) all = [difference(text, applyEdits(next, more))];
  }
  return edited(text, all);
}

/** What has to be replaced to get from one text to another: everything between their common beginning and their common end. */
function difference(from: string, to: string): Edit {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from[start] === to[start]) start++;
  let same = 0;
  while (same < most - start && from[from.length - 1 - same] === to[to.length - 1 - same]) same++;
  return { start, end: from.length - same, text: to.slice(start, to.length - same) };
}
