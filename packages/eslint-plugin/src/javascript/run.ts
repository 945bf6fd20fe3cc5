/** Rules on a migration in JavaScript or TypeScript: all of them at once, as soon as ESLint enters the file. */
import {
  type Edit,
  type Finding,
  type OptionValue,
  type PreparedRules,
  type Rule,
  type RuleSet,
  Suppressions,
  placeFinding,
  prepareRules,
} from '@idempotify/core';
import { knownNames } from '@idempotify/rules';
import type { TSESLint } from '@typescript-eslint/utils';
import { edited } from '../edits.ts';
import { settingsIn } from '../settings.ts';
import { mayFix } from '../sql/fixing.ts';
import { type ScriptMigration, scriptMigration } from './migration.ts';

type Options = Readonly<Record<string, OptionValue>>;
type Context = Readonly<TSESLint.RuleContext<string, readonly unknown[]>>;

interface Enrolled {
  /** As ESLint knows it, without the plugin's name. */
  readonly name: string;
  /** The linter's; undefined for what the linter has built in. */
  readonly rule: Rule | undefined;
  readonly options: Options;
  readonly context: Context;
}

/** The rules that run on the file that ESLint is at. */
const enrolled = new WeakMap<object, Enrolled[]>();

const NOTHING: TSESLint.RuleListener = Object.freeze({});

/** Called by each rule when ESLint starts with a file. */
export function enrol(name: string, rule: Rule | undefined, options: Options, context: Context): TSESLint.RuleListener {
  const code = context.sourceCode;
  // other languages have other trees
  if ((code.ast as { type?: string } | undefined)?.type !== 'Program') return NOTHING;
  const own: Enrolled = { name, rule, options, context };
  const others = enrolled.get(code);
  if (others) {
    others.push(own);
    return NOTHING;
  }
  const all = [own];
  enrolled.set(code, all);
  return {
    Program() {
      const { filename, settings } = context;
      const migration = scriptMigration(code, filename, settingsIn(settings));
      if (migration) run(migration, all, code);
    },
  };
}

function run(
  { source, place, pgVersion }: ScriptMigration,
  rules: readonly Enrolled[],
  code: Context['sourceCode'],
): void {
  const contexts = new Map(rules.map(({ name, context }) => [name, context]));
  const suppressions = new Suppressions(source.directives, source.text, knownNames);
  const report = ({ rule, start, end, message, help, fix: edits }: Finding): void => {
    const context = contexts.get(rule);
    if (!context || suppressions.use(rule, start)) return;
    const loc = { start: code.getLocFromIndex(start), end: code.getLocFromIndex(end) };
    const said = { loc, message: `${message} ${help}` } as unknown as TSESLint.ReportDescriptor<string>;
    if (!edits) return context.report(said);
    const fix: TSESLint.ReportFixFunction = (fixer) => {
      const { range, text } = edited(source.text, edits);
      return fixer.replaceTextRange(range, text);
    };
    // ESLint's comments may disable findings of other calls, which the plan of the file knows nothing of
    const call = source.callAt(start);
    const own = edits.every((edit) => call.some((around) => isAround(around, edit)));
    context.report(
      own ? { ...said, fix } : ({ ...said, suggest: [{ desc: TOGETHER, fix }] } as unknown as typeof said),
    );
  };
  const fixes = mayFix(() => rules.some(({ rule }) => rule?.fixable) && source.statements > 0);
  for (const finding of source.lint(prepared(rules), { fixes })) report(finding);
  if (place) {
    const history = place.folder.history(place.name, source.text, pgVersion, source);
    for (const { rule, options } of rules)
      if (rule?.kind === 'history')
        for (const found of history.find(rule, options, place.name)) report(placeFinding(found, source.text));
  }
  for (const finding of suppressions.complaints) report(finding);
  if (contexts.has('unused-disable')) {
    const active = new Set(rules.map(({ name }) => name));
    for (const finding of suppressions.unused(active, 'warning')) report(finding);
  }
}

const TOGETHER = 'Put one guard around this and other statements of the transaction.';

const isAround = ({ start, end }: { readonly start: number; readonly end: number }, edit: Edit): boolean =>
  start <= edit.start && edit.end <= end;

let last:
  { readonly key: string; readonly rules: readonly (Rule | undefined)[]; readonly prepared: PreparedRules } | undefined;

/** Most files are linted with the rules of the one before. */
function prepared(rules: readonly Enrolled[]): PreparedRules {
  const key = JSON.stringify(rules.map(({ name, options }) => [name, options]));
  if (last?.key !== key || !last.rules.every((rule, index) => rule === rules[index]?.rule)) {
    const set: RuleSet = new Map(
      rules.flatMap(({ rule, options }) => (rule ? [[rule, { severity: rule.severity, options }] as const] : [])),
    );
    last = { key, rules: rules.map(({ rule }) => rule), prepared: prepareRules(set) };
  }
  return last.prepared;
}
