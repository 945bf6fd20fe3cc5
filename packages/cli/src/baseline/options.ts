/** The options of `baseline`: their names, what they accept, which go together. */
import { UsageError } from '../errors.ts';
import { type Checks, type Source, calledIn, checked, kinds } from '../options.ts';

/** What `baseline()` takes. All paths may be relative to `cwd`. */
export interface BaselineRunOptions {
  /** The folder of migrations. Default: the one in a usual place, or where the project's tool would put it. */
  readonly folder?: string | undefined;
  /** Default: the working directory of the process. */
  readonly cwd?: string | undefined;
  /** postgres://…; what it leaves out is taken from the PG* variables. */
  readonly url?: string | undefined;
  /** The text of `pg_dump --schema-only`, instead of a database; `-`: standard input. */
  readonly fromDump?: string | undefined;
  /** The migration tool, instead of recognising it. */
  readonly tool?: string | undefined;
  /** What the migration is called. Default: `baseline`, or what the tool's habit is. */
  readonly name?: string | undefined;
  /** One of the ways in which the tool can have it, where there are several. */
  readonly variant?: string | undefined;
  /** Write only the SQL, there; `-`: standard output. */
  readonly output?: string | undefined;
  /** Write a folder with a file for each object, and one that runs them all. */
  readonly split?: string | undefined;
  /** Write nothing. */
  readonly dryRun?: boolean | undefined;
  /** Write over a baseline that an earlier run has written. */
  readonly force?: boolean | undefined;
  /** Only these schemas; with * and ?. */
  readonly schema?: readonly string[] | undefined;
  /** Not these: `schema`, `schema.relation`, with * and ?. */
  readonly exclude?: readonly string[] | undefined;
  readonly grants?: boolean | undefined;
  readonly comments?: boolean | undefined;
  readonly owner?: boolean | undefined;
  /** Also passwords of user mappings and subscriptions. */
  readonly secrets?: boolean | undefined;
  /** Prove that the database has all of the baseline, and tell its tool so. */
  readonly markApplied?: boolean | undefined;
  /** Only print the statements that would tell it. */
  readonly printLedgerSql?: boolean | undefined;
  /** Compare the database with the migrations of this folder instead of writing a baseline. */
  readonly history?: string | undefined;
  /** With `history`: a real server for the replay, instead of PGlite. */
  readonly server?: string | undefined;
  readonly disposableServer?: boolean | undefined;
  readonly prelude?: string | undefined;
  readonly assumeData?: boolean | undefined;
  /** With `history`: objects that may be as they are in the database, as the report names them. */
  readonly accept?: readonly string[] | undefined;
  /** Where the tool keeps its table, when it isn't the usual place. */
  readonly ledgerSchema?: string | undefined;
  readonly ledgerTable?: string | undefined;
  /** Seconds after which a query is given up. Default 60. */
  readonly statementTimeout?: number | undefined;
}

/** Options that only say how the command reports. */
export interface BaselineOutputOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
}

export type BaselineCommandOptions = Omit<BaselineRunOptions, 'cwd' | 'folder'> &
  BaselineOutputOptions & { config?: string | boolean };

/** What may stand in the key `baseline` of the config file. URLs may not: they hold passwords. */
export type BaselineConfig = Pick<
  BaselineRunOptions,
  | 'folder'
  | 'name'
  | 'variant'
  | 'schema'
  | 'exclude'
  | 'grants'
  | 'comments'
  | 'owner'
  | 'secrets'
  | 'ledgerSchema'
  | 'ledgerTable'
  | 'statementTimeout'
>;

const { boolean, text, texts } = kinds;
const positive = (value: unknown): string | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? undefined : 'must be a number above 0';
// it is a part of a file's name, and tools read much into dots and slashes
const name = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\p{L}\p{N}_ -]{1,100}$/u.test(value)
    ? undefined
    : 'must be a name of letters, digits, _ and -, without the file extension';

const CONFIG: Checks<BaselineConfig> = {
  folder: text,
  name,
  variant: text,
  schema: texts,
  exclude: texts,
  grants: boolean,
  comments: boolean,
  owner: boolean,
  secrets: boolean,
  ledgerSchema: text,
  ledgerTable: text,
  statementTimeout: positive,
};

const OPTIONS: Checks<Omit<BaselineRunOptions, 'cwd'> & BaselineOutputOptions> = {
  ...CONFIG,
  url: text,
  fromDump: text,
  tool: text,
  output: text,
  split: text,
  dryRun: boolean,
  force: boolean,
  markApplied: boolean,
  printLedgerSql: boolean,
  history: text,
  server: text,
  disposableServer: boolean,
  prelude: text,
  assumeData: boolean,
  accept: texts,
  json: boolean,
  quiet: boolean,
  verbose: boolean,
  color: boolean,
};

/** @throws UsageError that names the source, the option and what it accepts */
export function checkedBaselineConfig(value: unknown, source: Source): BaselineConfig {
  return checked<BaselineConfig>(value, source, CONFIG);
}

/** @throws UsageError for options that are wrong or contradict each other */
export function checkedBaselineOptions(
  value: unknown,
  source: Source,
): Omit<BaselineRunOptions, 'cwd'> & BaselineOutputOptions {
  const options = checked<Omit<BaselineRunOptions, 'cwd'> & BaselineOutputOptions>(value, source, OPTIONS);
  const called = calledIn(source);
  type Name = keyof typeof options;
  const given = (option: Name): boolean => options[option] !== undefined && options[option] !== false;
  const conflicts = (a: Name, others: readonly Name[], why: string): void => {
    if (!given(a)) return;
    const found = others.filter(given);
    if (found.length > 0)
      throw new UsageError(`${called(a)} can not be used together with ${found.map(called).join(', ')}: ${why}`);
  };
  const needs = (a: Name, b: readonly Name[]): void => {
    if (given(a) && !b.some(given)) throw new UsageError(`${called(a)} needs ${b.map(called).join(' or ')}`);
  };
  conflicts('fromDump', ['url', 'markApplied', 'history'], 'a dump is read instead of a database');
  conflicts('output', ['folder', 'tool', 'name', 'variant', 'force'], "it takes only the SQL, in no tool's layout");
  conflicts('split', ['folder', 'tool', 'name', 'variant', 'force'], 'it writes a folder of its own');
  conflicts(
    'markApplied',
    ['output', 'split', 'dryRun', 'printLedgerSql'],
    'it is about the file in the migrations folder',
  );
  conflicts('printLedgerSql', ['output', 'split', 'dryRun', 'json'], 'it prints SQL and does nothing else');
  if (options.output === '-') {
    conflicts('output', ['json'], 'both would be written to standard output');
    conflicts('output', ['dryRun'], 'nothing is written to a file anyway');
  }
  conflicts(
    'history',
    ['folder', 'output', 'split', 'name', 'variant', 'dryRun', 'force', 'schema', 'exclude', 'secrets'],
    'it writes no baseline',
  );
  for (const option of ['server', 'prelude', 'assumeData', 'accept'] as const) needs(option, ['history']);
  needs('disposableServer', ['server']);
  for (const option of ['ledgerSchema', 'ledgerTable'] as const)
    if (source.title === '') needs(option, ['markApplied', 'printLedgerSql', 'history']);
  return options;
}
