/** The options of `rewrite`: their names, what they accept, how those of the command line, the config file and the API come together. */
import { PG_VERSIONS } from '@idempotify/core';
import { UsageError } from './errors.ts';
import { printable } from './terminal.ts';

/** What `rewrite()` takes. All paths may be relative to `cwd`. */
export interface RewriteOptions {
  /** Folders, files and globs. Default: the migration folder that is found in one of the usual places. */
  readonly paths?: readonly string[] | undefined;
  /** Default: the working directory of the process. */
  readonly cwd?: string | undefined;
  /** Write nothing; the exit code says whether anything would change. */
  readonly check?: boolean | undefined;
  /** Show the changes as a unified diff. Nothing is written, unless `outDir` says where. */
  readonly diff?: boolean | undefined;
  /** Write the whole rewritten tree there and leave the input alone. */
  readonly outDir?: string | undefined;
  /** `outDir` may hold files already. */
  readonly force?: boolean | undefined;
  /** Also rewrite what is committed and unchanged. */
  readonly all?: boolean | undefined;
  /** Only what is staged in git, as it is staged; the result is staged again. */
  readonly staged?: boolean | undefined;
  /** Globs of files that are left alone. */
  readonly ignore?: readonly string[] | undefined;
  /** `shape` (default): a guard that finds the object makes sure that it is the same one; `name`: only that it is there. */
  readonly guard?: 'shape' | 'name' | undefined;
  /** The oldest PostgreSQL major version that the migrations have to run on, 12 to 18. Default 14. */
  readonly pgVersion?: number | undefined;
  /** The migration tool, instead of recognising it. */
  readonly tool?: string | undefined;
  /** Write the statements that bring the tool's ledger in line with the rewritten files there; `-`: standard output. */
  readonly checksumSql?: string | undefined;
  /** Rewrite this text instead of files. */
  readonly stdin?: { readonly bytes: Uint8Array; readonly path?: string | undefined } | undefined;
  /** A config file, or whether to look for one. Default of the API: no. */
  readonly config?: string | boolean | undefined;
  /** Worker threads; 0 = none. Default: decided by the number of files. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options that only say how the command reports. */
export interface OutputOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

export type ConfigOptions = Omit<RewriteOptions, 'cwd' | 'stdin' | 'config' | 'workers' | 'signal' | 'staged'> &
  OutputOptions;

/** @returns what is wrong with a value, as the end of the sentence "the option …" */
type Check = (value: unknown) => string | undefined;
export type Checks<O> = Readonly<Record<keyof O, Check>>;

const boolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const text: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a text that is not empty';
const texts: Check = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
    ? undefined
    : 'must be a list of texts that are not empty';

export const kinds = { boolean, text, texts } as const;

const CHECKS: Checks<ConfigOptions> = {
  paths: texts,
  check: boolean,
  diff: boolean,
  outDir: text,
  force: boolean,
  all: boolean,
  ignore: texts,
  guard: (value) => (value === 'shape' || value === 'name' ? undefined : 'must be "shape" or "name"'),
  pgVersion: (value) =>
    Number.isInteger(value) && (value as number) >= PG_VERSIONS.oldest && (value as number) <= PG_VERSIONS.newest
      ? undefined
      : `must be a whole number from ${PG_VERSIONS.oldest} to ${PG_VERSIONS.newest}`,
  tool: text,
  checksumSql: text,
  json: boolean,
  quiet: boolean,
  color: boolean,
};

export const BOOLEAN_OPTIONS = (Object.keys(CHECKS) as (keyof ConfigOptions)[]).filter(
  (name) => CHECKS[name] === boolean,
);

/** `pgVersion` -> `pg-version`. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Where options come from, for messages: a person has to find the one that is meant where it was written. */
export interface Source {
  /** Stands in front of a message. */
  readonly title: string;
  /** The key that holds all of them, when there is one. */
  readonly key?: string;
  /** How an option is written there. */
  readonly spelled: (name: string) => string;
}

/** What is called otherwise on the command line. */
const UNNAMED: ReadonlyMap<string, string> = new Map([
  ['paths', 'the paths'],
  ['folder', 'the folder'],
  ['cache', '--cache-dir'],
]);

export const commandLine: Source = {
  title: '',
  spelled: (name) => UNNAMED.get(name) ?? `--${kebab(name)}`,
};
/** @param name of the function, or of the config file */
export const sourceOf = (name: string): Source => ({
  title: `${name}: `,
  spelled: (option) => `"${printable(option)}"`,
});
/** The options that stand below a key of a config file. */
export const below = ({ title, spelled }: Source, key: string): Source => ({
  title,
  key,
  spelled: (option) => spelled(`${key}.${option}`),
});

/** What an option is called in messages, where each may come from another source. */
export type Called = (name: string) => string;
export const calledIn =
  ({ title, spelled }: Source): Called =>
  (name) =>
    `${title}${spelled(name)}`;

/**
 * Checks options that come from outside. `--pg-version` may be written `pgVersion` or `pg-version`.
 *
 * @throws UsageError that names the source, the option and what it accepts
 */
export function checkedOptions(value: unknown, source: Source): ConfigOptions {
  return checked<ConfigOptions>(value, source, CHECKS);
}

/** The same for any set of options. @throws UsageError */
export function checked<O extends object>(value: unknown, source: Source, checks: Checks<O>): O {
  const { title, spelled } = source;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const whole = source.key === undefined ? '' : `"${source.key}" `;
    throw new UsageError(
      `${title}${whole}must hold an object with options; the options are ${Object.keys(checks).join(', ')}`,
    );
  }
  const options: Record<string, unknown> = {};
  for (const [given, each] of Object.entries(value)) {
    const name = camel(given);
    if (!Object.hasOwn(checks, name)) {
      throw new UsageError(
        `${title}there is no option ${spelled(given)}; the options are ${Object.keys(checks).join(', ')}`,
      );
    }
    if (Object.hasOwn(options, name)) throw new UsageError(`${title}the option ${spelled(name)} is given twice`);
    const wrong = checks[name as keyof O](each);
    if (wrong !== undefined) throw new UsageError(`${title}${spelled(given)} ${wrong}`);
    options[name] = each;
  }
  return options as O;
}

/** Options that contradict each other. @throws UsageError */
export function assertCompatible(options: RewriteOptions & OutputOptions, called: Called): void {
  type Name = keyof ConfigOptions | 'staged';
  const conflict = (a: Name, b: Name, why: string): void => {
    if (isSet(options[a]) && isSet(options[b]))
      throw new UsageError(`${called(a)} and ${called(b)} can not be used together: ${why}`);
  };
  conflict('check', 'outDir', `${called('check')} writes nothing`);
  conflict('checksumSql', 'check', `${called('check')} writes nothing`);
  if (isSet(options.diff) && !isSet(options.outDir))
    conflict('checksumSql', 'diff', `${called('diff')} writes nothing without ${called('outDir')}`);
  if (options.checksumSql === '-') {
    conflict('checksumSql', 'json', 'both would be written to standard output');
    conflict('checksumSql', 'diff', 'both would be written to standard output');
  }
  if (isSet(options.force) && !isSet(options.outDir))
    throw new UsageError(`${called('force')} needs ${called('outDir')}`);
  conflict('staged', 'outDir', `${called('staged')} writes into git's index and the work tree`);
  conflict('staged', 'all', `${called('staged')} is only about what is staged`);
  if (options.stdin) {
    if (options.staged) throw new UsageError('--staged can not be used with --stdin');
    if (options.paths && options.paths.length > 0) {
      throw new UsageError('--stdin takes no paths; --stdin-filepath PATH says which file the text is');
    }
    for (const name of ['outDir', 'checksumSql', 'all'] as const) {
      if (isSet(options[name])) throw new UsageError(`${called(name)} can not be used with --stdin`);
    }
    if (isSet(options.diff)) conflict('diff', 'json', 'with --stdin, the text is part of the JSON document');
  }
}

const isSet = (value: unknown): boolean => value !== undefined && value !== false;
