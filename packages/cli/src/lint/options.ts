/** The options of `lint`: their names, what they accept, how they come together. */
import { PG_VERSIONS, type Preset, type Severity } from '@idempotify/core';
import type { RuleSetting } from '@idempotify/rules';
import { UsageError } from '../errors.ts';
import { type Called, type Checks, type Source, calledIn, checked, kinds } from '../options.ts';
import { printable } from '../terminal.ts';

export const FORMATS = ['stylish', 'json', 'sarif', 'github', 'gitlab', 'codeclimate', 'junit', 'gcc'] as const;
export type Format = (typeof FORMATS)[number];

export const CACHE_STRATEGIES = ['metadata', 'content'] as const;
export type CacheStrategy = (typeof CACHE_STRATEGIES)[number];

/** By rule name: `off`, `warning`, `error`, or one of the last two with options. */
export type RuleSettings = Readonly<Record<string, RuleSetting>>;

export interface Override {
  /** Globs, relative to the folder of the config file. */
  readonly files: readonly string[];
  readonly rules: RuleSettings;
}

/** What `lint()` takes. All paths may be relative to `cwd`. */
export interface LintOptions {
  /** Folders, files and globs. Default: the migration folder that is found in one of the usual places. */
  readonly paths?: readonly string[] | undefined;
  /** Default: the working directory of the process. */
  readonly cwd?: string | undefined;
  /** Default `recommended`. */
  readonly preset?: Preset | undefined;
  /** Over the preset and over all that a config file says. */
  readonly rules?: RuleSettings | undefined;
  /** Rules for some files; later ones win. */
  readonly overrides?: readonly Override[] | undefined;
  /** Correct what has a certain correction, in the files themselves. */
  readonly fix?: boolean | undefined;
  /** Only show what `fix` would change. */
  readonly fixDryRun?: boolean | undefined;
  /** More warnings than that give exit code 1. Default: any number is fine. */
  readonly maxWarnings?: number | undefined;
  /** Only files that have changed since this git revision and HEAD parted. The history is still looked at as a whole. */
  readonly since?: string | undefined;
  /** Only files that are staged in git, as they are staged. */
  readonly staged?: boolean | undefined;
  /** Lint this text instead of files. */
  readonly stdin?: { readonly bytes: Uint8Array; readonly path?: string | undefined } | undefined;
  /** The file with the findings that are known and not told; default: `.idempotify-known.json`, if it is there. */
  readonly knownFindings?: string | false | undefined;
  /** Take everything that is found now into the file of known findings. */
  readonly updateIgnores?: boolean | undefined;
  /** The oldest PostgreSQL major version that the migrations have to run on. Default 14. */
  readonly pgVersion?: number | undefined;
  /** The migration tool, instead of recognising it. */
  readonly tool?: string | undefined;
  /** Globs of files that are left alone. */
  readonly ignore?: readonly string[] | undefined;
  /** Comments that disable something that is not found. Default `warning`. */
  readonly reportUnusedDisable?: 'off' | Severity | undefined;
  /** Rules about the order of migrations. Default true. */
  readonly history?: boolean | undefined;
  /** Rules about how migrations are run. Default true. */
  readonly deploy?: boolean | undefined;
  /** Where results are kept, so that only what has changed is linted again; false: nowhere. */
  readonly cache?: string | false | undefined;
  /** How it is told that a file has changed: by its size and times, or by reading it. Default `metadata`. */
  readonly cacheStrategy?: CacheStrategy | undefined;
  /** A config file, or whether to look for one. Default of the API: no. */
  readonly config?: string | boolean | undefined;
  /** Worker threads beside the main one. Default: decided by the amount of work. */
  readonly workers?: number | undefined;
}

/** Options that only say how the command reports. */
export interface LintOutputOptions {
  readonly format?: Format | undefined;
  readonly outputFile?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
  readonly watch?: boolean | undefined;
}

/** What may stand in the key `lint` of the config file. */
export type LintConfig = Pick<
  LintOptions,
  | 'preset'
  | 'rules'
  | 'overrides'
  | 'maxWarnings'
  | 'knownFindings'
  | 'pgVersion'
  | 'ignore'
  | 'reportUnusedDisable'
  | 'history'
  | 'deploy'
  | 'workers'
>;

const PRESET_NAMES: readonly string[] = ['recommended', 'strict', 'rerun', 'squawk'] satisfies Preset[];

const { boolean, text, texts } = kinds;
const wholeNumber = (value: unknown): string | undefined =>
  Number.isInteger(value) && (value as number) >= 0 ? undefined : 'must be a whole number';
const oneOf =
  (names: readonly string[]) =>
  (value: unknown): string | undefined =>
    typeof value === 'string' && names.includes(value)
      ? undefined
      : `must be ${names.map((name) => `"${name}"`).join(', ')}`.replace(/, ([^,]*)$/, ' or $1');
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const level = oneOf(['off', 'warning', 'error']);
const SETTING = 'must be "off", "warning", "error" or a list of one of the last two and an object with options';

/** Only the form: which rules and options there are is asked of the rules (see settings.ts). */
function ruleSettings(value: unknown): string | undefined {
  if (!isObject(value)) return 'must be an object: a rule\'s name, and "off", "warning" or "error"';
  for (const [name, setting] of Object.entries(value)) {
    if (level(setting) === undefined) continue;
    const [severity, options] = Array.isArray(setting) ? (setting as unknown[]) : [];
    const fine =
      Array.isArray(setting) &&
      setting.length === 2 &&
      (severity === 'warning' || severity === 'error') &&
      isObject(options);
    if (!fine) return `is wrong: the rule "${printable(name)}" ${SETTING}`;
  }
  return undefined;
}

function overrides(value: unknown): string | undefined {
  const wrong = 'must be a list of objects with "files" (globs) and "rules"';
  if (!Array.isArray(value)) return wrong;
  for (const each of value as unknown[]) {
    if (!isObject(each) || Object.keys(each).some((key) => key !== 'files' && key !== 'rules')) return wrong;
    if (texts(each['files']) !== undefined) return wrong;
    const rules = ruleSettings(each['rules']);
    if (rules !== undefined) return `${wrong}; "rules" ${rules}`;
  }
  return undefined;
}

const CONFIG: Checks<LintConfig> = {
  preset: oneOf(PRESET_NAMES),
  rules: ruleSettings,
  overrides,
  maxWarnings: wholeNumber,
  knownFindings: (value) => (value === false ? undefined : text(value)),
  pgVersion: (value) =>
    Number.isInteger(value) && (value as number) >= PG_VERSIONS.oldest && (value as number) <= PG_VERSIONS.newest
      ? undefined
      : `must be a whole number from ${PG_VERSIONS.oldest} to ${PG_VERSIONS.newest}`,
  ignore: texts,
  reportUnusedDisable: level,
  history: boolean,
  deploy: boolean,
  workers: wholeNumber,
};

type Checkable = Omit<LintOptions, 'cwd' | 'stdin' | 'config'> & LintOutputOptions;

const OPTIONS: Checks<Checkable> = {
  ...CONFIG,
  paths: texts,
  fix: boolean,
  fixDryRun: boolean,
  since: text,
  staged: boolean,
  updateIgnores: boolean,
  tool: text,
  cache: (value) => (value === false ? undefined : text(value)),
  cacheStrategy: oneOf(CACHE_STRATEGIES),
  format: oneOf(FORMATS),
  outputFile: text,
  quiet: boolean,
  color: boolean,
  watch: boolean,
};

/** @throws UsageError that names the source, the option and what it accepts */
export const checkedLintConfig = (value: unknown, source: Source): LintConfig => checked(value, source, CONFIG);

/** @throws UsageError for options that are wrong or contradict each other */
export function checkedLintOptions(value: unknown, source: Source, stdin: boolean): Checkable {
  const options = checked<Checkable>(value, source, OPTIONS);
  assertCompatible(options, stdin, calledIn(source));
  return options;
}

function assertCompatible(options: Checkable, stdin: boolean, called: Called): void {
  const isSet = (name: keyof Checkable): boolean => options[name] !== undefined && options[name] !== false;
  const conflict = (a: keyof Checkable, b: keyof Checkable, why: string): void => {
    if (isSet(a) && isSet(b)) throw new UsageError(`${called(a)} and ${called(b)} can not be used together: ${why}`);
  };
  conflict('fix', 'fixDryRun', `${called('fixDryRun')} writes nothing`);
  conflict('since', 'staged', 'each says which files');
  conflict(
    'fix',
    'staged',
    `what is staged is not what lies in the folder; ${called('fixDryRun')} shows the corrections`,
  );
  conflict('fix', 'updateIgnores', 'what is corrected need not be known');
  conflict('fixDryRun', 'updateIgnores', 'what is corrected need not be known');
  for (const name of ['fix', 'fixDryRun', 'staged', 'updateIgnores', 'outputFile'] as const)
    conflict('watch', name, `${called('watch')} only shows what is found`);
  if (options.knownFindings === false && options.updateIgnores)
    throw new UsageError(`${called('updateIgnores')} needs a file: ${called('knownFindings')} FILE names it`);
  const format = options.format ?? 'stylish';
  if (options.fixDryRun && format !== 'stylish' && format !== 'json' && options.outputFile === undefined) {
    throw new UsageError(
      `${called('fixDryRun')} writes a diff to standard output, where the report of ${called('format')} ${format} goes, too; ${called('outputFile')} FILE takes the report elsewhere`,
    );
  }
  if (!stdin) return;
  if (options.paths && options.paths.length > 0)
    throw new UsageError('--stdin takes no paths; --stdin-filepath PATH says which file the text is');
  for (const name of ['since', 'staged', 'updateIgnores', 'watch'] as const)
    if (isSet(name)) throw new UsageError(`${called(name)} can not be used with --stdin`);
}
