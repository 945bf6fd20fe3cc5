/** The options of `verify`: their names, what they accept, how they come together. */
import { type CheckName, checkNames } from '@idempotify/database';
import { UsageError } from '../errors.ts';
import { type Called, type Checks, type Source, calledIn, checked, kinds } from '../options.ts';

/** What `verify()` takes. All paths may be relative to `cwd`. */
export interface VerifyOptions {
  /** Folders, files and globs; with `merge`, reports of shards. Default: the migration folder in one of the usual places. */
  readonly paths?: readonly string[] | undefined;
  /** Default: the working directory of the process. */
  readonly cwd?: string | undefined;
  /** The migrations as they were before they were rewritten: a folder, laid out as the one that is verified. */
  readonly original?: string | undefined;
  /** The git revision that holds them, when no folder does. Default `HEAD`. */
  readonly originalRef?: string | undefined;
  /** A real server, postgres://…; default: PGlite, in this process. */
  readonly url?: string | undefined;
  /** The server is there for nothing else: roles and settings may be changed there. */
  readonly disposableServer?: boolean | undefined;
  /** A file with SQL that every database starts with. */
  readonly prelude?: string | undefined;
  /** Default: all of them. */
  readonly checks?: readonly CheckName[] | undefined;
  /** Also run all files again over the database that they leave. */
  readonly wholeHistory?: boolean | undefined;
  /** Seconds after which a statement is given up. Default 60. */
  readonly statementTimeout?: number | undefined;
  /** `2/5`: the second of five parts of the work. */
  readonly shard?: string | undefined;
  /** The paths are reports of shards: make one report of them. */
  readonly merge?: boolean | undefined;
  /** What could not be proven does not count against the exit code. */
  readonly allowUnproven?: boolean | undefined;
  /** Where proofs are kept, so that only what has changed is proven again; false: nowhere. */
  readonly cache?: string | false | undefined;
  /** Globs of files that are left alone. */
  readonly ignore?: readonly string[] | undefined;
  /** The migration tool, instead of recognising it. */
  readonly tool?: string | undefined;
  /** How many servers work at the same time. Default: as many as there are processors, at most 4. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options that only say how the command reports. */
export interface VerifyOutputOptions {
  readonly json?: boolean | undefined;
  readonly junit?: string | undefined;
  readonly html?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

/** As the command line gives them. */
export type VerifyCommandOptions = Omit<VerifyOptions, 'cache'> &
  VerifyOutputOptions & { cacheDir?: string; cache?: boolean; config?: string | boolean };

/** What may stand in the key `verify` of the config file. A URL may not: it holds a password. */
export type VerifyConfig = Pick<
  VerifyOptions,
  | 'original'
  | 'originalRef'
  | 'disposableServer'
  | 'prelude'
  | 'checks'
  | 'wholeHistory'
  | 'statementTimeout'
  | 'allowUnproven'
  | 'workers'
>;

const { boolean, text, texts } = kinds;
const positive = (value: unknown): string | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? undefined : 'must be a number above 0';
const listOfChecks = (value: unknown): string | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((each) => (checkNames as readonly unknown[]).includes(each))
    ? undefined
    : `must be a list out of ${checkNames.map((name) => `"${name}"`).join(', ')}`;

const CONFIG: Checks<VerifyConfig> = {
  original: text,
  originalRef: text,
  disposableServer: boolean,
  prelude: text,
  checks: listOfChecks,
  wholeHistory: boolean,
  statementTimeout: positive,
  allowUnproven: boolean,
  workers: (value) => (Number.isInteger(value) ? positive(value) : 'must be a whole number above 0'),
};

const OPTIONS: Checks<Omit<VerifyOptions, 'cwd' | 'signal'> & VerifyOutputOptions> = {
  ...CONFIG,
  paths: texts,
  url: text,
  shard: (value) => {
    const match = typeof value === 'string' ? /^(\d+)\/(\d+)$/.exec(value) : null;
    const [index, of] = [Number(match?.[1]), Number(match?.[2])];
    return index >= 1 && index <= of ? undefined : 'must be i/n with i from 1 to n, such as 1/3';
  },
  merge: boolean,
  cache: (value) => (value === false ? undefined : text(value)),
  ignore: texts,
  tool: text,
  json: boolean,
  junit: text,
  html: text,
  quiet: boolean,
  color: boolean,
};

/** @throws UsageError that names the source, the option and what it accepts */
export function checkedVerifyConfig(value: unknown, source: Source): VerifyConfig {
  return checked<VerifyConfig>(value, source, CONFIG);
}

/** @throws UsageError for options that are wrong or contradict each other */
export function checkedVerifyOptions(value: unknown, source: Source): VerifyOptions & VerifyOutputOptions {
  const options = checked<Omit<VerifyOptions, 'cwd' | 'signal'> & VerifyOutputOptions>(value, source, OPTIONS);
  const called = calledIn(source);
  if (options.merge) {
    assertMergeable(options, called);
    if (!options.paths?.length) {
      throw new UsageError(
        `${called('merge')} needs the reports of all shards, such as shard-*.json, as ${called('paths')}`,
      );
    }
  }
  if (options.disposableServer && options.url === undefined) {
    throw new UsageError(
      `${called('disposableServer')} is said of the server of ${called('url')}; the embedded one always is`,
    );
  }
  return options;
}

/** What there is to say about a merge: which reports, what they come to, how that is reported. */
const WITH_MERGE: ReadonlySet<string> = new Set<keyof VerifyOptions | keyof VerifyOutputOptions>([
  'merge',
  'paths',
  'allowUnproven',
  'json',
  'junit',
  'html',
  'quiet',
  'color',
]);

/**
 * Everything else is about a run, and what it would have changed must not be taken for done. `false` asks for nothing.
 *
 * @throws UsageError that names the options
 */
export function assertMergeable(options: object, called: Called): void {
  const others = Object.entries(options).flatMap(([name, value]) =>
    value === undefined || value === false || WITH_MERGE.has(name) ? [] : [called(name)],
  );
  if (others.length === 0) return;
  throw new UsageError(`${called('merge')} only joins reports: it can not be used together with ${others.join(', ')}`);
}

/** `2/5` -> which of how many. */
export function shardOf(text: string): { index: number; of: number } {
  const [index = 1, of = 1] = text.split('/').map(Number);
  return { index, of };
}
