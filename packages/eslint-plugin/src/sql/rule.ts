/** The one way from a rule of the linter to a rule of ESLint. */
import {
  type Edit,
  type HistoryRule,
  type LintFile,
  type OptionValue,
  type Range,
  type Report,
  type Rule,
  type SqlRule,
  type Tool,
  applyEdits,
} from '@idempotify/core';
import type { RuleContext, RuleDefinition, RuleVisitor } from '@eslint/core';
import { docsUrl } from './docs.ts';
import { SqlSourceCode, type StatementNode } from './source-code.ts';

export const LANGUAGE = 'idempotify/sql';

type Options = Readonly<Record<string, OptionValue>>;

/** What is called for the whole file, after its statements. */
const AT_END = 'SqlFile:exit';
/** The same, and more specific: ESLint calls it after the others. */
export const AT_VERY_END = 'SqlFile[type="SqlFile"]:exit';

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
      ...(rule.kind === 'sql' && rule.fixable ? { fixable: 'code' } : {}),
      schema: specs.length === 0 ? [] : [schemaOf(rule)],
      ...(specs.length === 0 ? {} : { defaultOptions: [defaults] }),
      languages: [LANGUAGE],
    },
    create(context) {
      const code = context.sourceCode;
      if (!(code instanceof SqlSourceCode)) return NOTHING;
      code.active.add(rule.name);
      const options = specs.length === 0 ? NO_OPTIONS : { ...defaults, ...(context.options[0] as Options | undefined) };
      return rule.kind === 'history'
        ? historyVisitor(rule, code, options, context)
        : visitor(rule, code, options, context);
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

/** Listeners for what occurs in the file: for most rules, and most files, that is nothing. */
function visitor(rule: SqlRule, code: SqlSourceCode, options: Options, context: RuleContext): RuleVisitor {
  const { file, tags } = code;
  if (!file) return NOTHING;
  const about = Object.keys(rule.on ?? {}).filter((tag) => tags.has(tag));
  if (about.length === 0 && !rule.file) return NOTHING;
  const report = (found: Report): void => tell(rule, found, code, context);
  const out: Record<string, (node: StatementNode) => void> = {};
  for (const tag of about) {
    const visit = rule.on![tag]!;
    out[tag] = ({ statement }) => {
      file.options = options;
      visit(statement, file as LintFile, report);
    };
  }
  if (rule.file)
    out[AT_END] = () => {
      file.options = options;
      rule.file!(file, report);
    };
  return out as RuleVisitor;
}

function historyVisitor(rule: HistoryRule, code: SqlSourceCode, options: Options, context: RuleContext): RuleVisitor {
  const { place, text, pgVersion } = code;
  if (!place) return NOTHING;
  return {
    [AT_END]: () => {
      for (const { at = { start: 0, end: 0 }, message, help } of place.folder
        .history(place.name, text, pgVersion)
        .find(rule, options, place.name))
        tell(rule, { at, message, help }, code, context);
    },
  };
}

/** Unless a comment says that it may stay. */
function tell(rule: Rule, found: Report, code: SqlSourceCode, context: RuleContext): void {
  const range = rangeOf(found.at);
  if (code.suppressions.use(rule.name, range.start)) return;
  context.report({
    loc: code.locOf(range),
    message: `${found.message} ${found.help}`,
    ...(found.fix ? { fix: () => fixOf(found.fix!() ?? [], code) } : {}),
  });
}

const hasDo = ({ text }: Edit): boolean => /\bDO\s+(?:\$|')/i.test(text);

/** All edits of a finding as one, with the text between them, and with what the tool wants around a DO block. */
function fixOf(edits: readonly Edit[], code: SqlSourceCode): { range: [number, number]; text: string } | null {
  if (edits.length === 0) return null;
  const { text } = code;
  const tool: Tool | undefined = code.file?.tool;
  let all = edits;
  if (tool?.fileEdits) {
    const next = applyEdits(text, edits);
    const more = tool.fileEdits(next, edits.some(hasDo));
    if (more.length > 0) all = [difference(text, applyEdits(next, more))];
  }
  const start = Math.min(...all.map((edit) => edit.start));
  const end = Math.max(...all.map((edit) => edit.end));
  const moved = all.map((edit) => ({ start: edit.start - start, end: edit.end - start, text: edit.text }));
  return { range: [start, end], text: applyEdits(text.slice(start, end), moved) };
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
